package pgsql

import (
	"hash/fnv"
	"strings"
)

// Shape spells a text without its constants and comments, so that texts that differ in nothing else have one shape: words
// in lower case, one blank between tokens, ? for a constant, … for further constants or rows of constants of a list, and no
// semicolon at the end. It is empty for a text of which the server may see other constants than this package: one with a
// quote that does not end, or a backslash in a string.
func Shape(text string) string {
	s := shaper{text: text}
	lx := lexer{text: text}
	for t := lx.next(); t.kind != 0; t = lx.next() {
		if word := text[t.start:t.end]; (t.kind == tokString || t.kind == tokUnicodeString) && strings.Contains(word, `\`) {
			return ""
		}
		s.add(t)
	}
	if lx.err != "" {
		return ""
	}
	return strings.ToValidUTF8(strings.TrimRight(string(s.out), "; "), "?")
}

// Fingerprint is a number for a shape: the same on every proxy.
func Fingerprint(shape string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(shape)) // never fails
	return h.Sum64()
}

// shaper writes a shape.
type shaper struct {
	text  string
	out   []byte
	opens []int // where the parentheses begin that are open
}

const (
	more     = ", …"
	constant = "?"
)

func (s *shaper) add(t token) {
	word := s.text[t.start:t.end]
	switch t.kind {
	case tokString, tokUnicodeString, tokNumber:
		s.constant()
		return
	case tokWord:
		word = strings.ToLower(word)
	}
	switch word {
	case "(":
		s.space()
		s.opens = append(s.opens, len(s.out))
		s.out = append(s.out, '(')
	case ")":
		s.out = append(s.out, ')')
		s.close()
	case ",", ".", ";", "::", "[", "]":
		s.out = append(s.out, word...)
	default:
		s.space()
		s.out = append(s.out, word...)
	}
}

// space parts a token from the one before, where it would look odd without.
func (s *shaper) space() {
	if n := len(s.out); n > 0 && strings.IndexByte("([.:", s.out[n-1]) < 0 {
		s.out = append(s.out, ' ')
	}
}

// constant writes ?, or … for one behind another and a comma.
func (s *shaper) constant() {
	for _, before := range []string{constant + ",", constant + more + ","} {
		if s.ends(before) {
			s.out = append(s.out[:len(s.out)-len(before)], constant+more...)
			return
		}
	}
	s.space()
	s.out = append(s.out, constant...)
}

// close takes a row away that is like the one before it.
func (s *shaper) close() {
	if len(s.opens) == 0 {
		return
	}
	open := s.opens[len(s.opens)-1]
	s.opens = s.opens[:len(s.opens)-1]
	row := string(s.out[open:])
	if !strings.Contains(row, constant) {
		return
	}
	for _, between := range []string{", ", more + ", "} {
		if start := open - len(between) - len(row); start >= 0 && string(s.out[start:open]) == row+between {
			s.out = append(s.out[:start+len(row)], more...)
			return
		}
	}
}

func (s *shaper) ends(with string) bool {
	return len(s.out) >= len(with) && string(s.out[len(s.out)-len(with):]) == with
}
