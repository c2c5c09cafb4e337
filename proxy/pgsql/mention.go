package pgsql

import "strings"

// bodyNames finds names in text that the planner does not understand: the bodies of functions and DO blocks, and what other
// statements have in strings. A name that is put together at run time is not found.
type bodyNames struct {
	words map[string]bool // names that are words: ASCII letters in lower case, digits and underscores
	other *filter         // all the rest, found anywhere
	all   *filter
}

func newBodyNames(names []string) *bodyNames {
	m := &bodyNames{words: map[string]bool{}, all: newFilter(names)}
	var other []string
	for _, n := range names {
		if strings.IndexFunc(n, func(r rune) bool { return !wordByte(byte(r)) || r >= 0x80 || 'A' <= r && r <= 'Z' }) < 0 {
			m.words[n] = true
			continue
		}
		other = append(other, n)
	}
	m.other = newFilter(other)
	return m
}

func wordByte(c byte) bool { return isIdentStart(c) && c < 0x80 || isDigit(c) }

// match reports whether one of the names occurs as a word, and which if it is a plain one. In a text with escapes words
// have no certain bounds, so there it is enough that a name occurs at all.
func (m *bodyNames) match(text string) (name string, found bool) {
	if !m.all.match([]byte(text)) {
		return "", false
	}
	if strings.Contains(text, `\`) || escapedIdentifier([]byte(text)) || m.other.match([]byte(text)) {
		return "", true
	}
	for rest := text; rest != ""; {
		n := 0
		for n < len(rest) && wordByte(rest[n]) {
			n++
		}
		if n > 0 && m.word(strings.ToLower(rest[:n])) {
			return rest[:n], true
		}
		rest = rest[min(n+1, len(rest)):]
	}
	return "", false
}

// word looks a word up as the server reads it: cut at the length of a name, and, before version 15, behind a number.
func (m *bodyNames) word(w string) bool {
	return m.words[w[:min(len(w), maxName)]] || m.words[strings.TrimLeft(w, "0123456789")]
}
