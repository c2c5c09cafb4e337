package main

import "strings"

// span is the bytes [start, end) of a text.
type span struct{ start, end int }

// constants finds string constants, numbers and comments in a text that need not be valid SQL. Where it cannot be sure,
// it takes too much: what has no end, and what follows a backslash in a string, which ends it in some settings only, goes
// to the end of the text.
func constants(text string) []span {
	var found []span
	for i := 0; i < len(text); {
		end := constantEnd(text, i)
		if end > i {
			found = append(found, span{i, end})
			i = end
			continue
		}
		i = plainEnd(text, i)
	}
	return found
}

// constantEnd returns the end of the constant or comment that begins at i, or i if none does.
func constantEnd(text string, i int) int {
	rest := text[i:]
	switch {
	case rest[0] == '\'':
		return stringEnd(text, i+1)
	case strings.HasPrefix(rest, "--"):
		return i + strings.IndexByte(rest+"\n", '\n')
	case strings.HasPrefix(rest, "/*"):
		return commentEnd(text, i)
	case rest[0] == '$':
		return dollarEnd(text, i)
	case digit(rest[0]), rest[0] == '.' && len(rest) > 1 && digit(rest[1]):
		return i + wordLength(rest, ".")
	}
	return i
}

// plainEnd returns the end of the word, quoted identifier or character that begins at i.
func plainEnd(text string, i int) int {
	if text[i] == '"' {
		n := strings.IndexByte(text[i+1:], '"')
		if n < 0 {
			return len(text)
		}
		return i + n + 2
	}
	return i + max(1, wordLength(text[i:], "$"))
}

func stringEnd(text string, i int) int {
	n := strings.IndexAny(text[i:], `'\`)
	if n < 0 || text[i+n] == '\\' {
		return len(text)
	}
	return i + n + 1
}

// commentEnd finds the end of a comment; they nest.
func commentEnd(text string, i int) int {
	for depth := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			depth, i = depth+1, i+2
		case strings.HasPrefix(text[i:], "*/"):
			if depth, i = depth-1, i+2; depth == 0 {
				return i
			}
		default:
			i++
		}
	}
	return len(text)
}

// dollarEnd returns the end of the string $tag$…$tag$ that begins at i, or i for a parameter or a lone dollar sign.
func dollarEnd(text string, i int) int {
	tag := 1 + wordLength(text[i+1:], "")
	if i+tag >= len(text) || text[i+tag] != '$' || digit(text[i+1]) {
		return i
	}
	quote := text[i : i+tag+1]
	n := strings.Index(text[i+len(quote):], quote)
	if n < 0 {
		return len(text)
	}
	return i + n + 2*len(quote)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// wordLength is the length of the letters, digits, underscores and bytes beyond ASCII that s begins with, with those of more.
func wordLength(s, more string) int {
	n := 0
	for n < len(s) && (s[n] >= 0x80 || s[n] == '_' || digit(s[n]) || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || strings.IndexByte(more, s[n]) >= 0) {
		n++
	}
	return n
}

// maskConstants replaces each character of the text's constants and comments, but for line ends, by an asterisk.
func maskConstants(text string) string {
	var out strings.Builder
	last := 0
	for _, c := range constants(text) {
		out.WriteString(text[last:c.start])
		for _, r := range text[c.start:c.end] {
			if r != '\n' {
				r = '*'
			}
			out.WriteRune(r)
		}
		last = c.end
	}
	out.WriteString(text[last:])
	return out.String()
}
