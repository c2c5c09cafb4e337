package pgsql

// StatementEnd returns the offset at which the first statement of a text ends: behind its semicolon, or at a backslash
// outside of quotes, which begins a command of psql, or with the text. A semicolon in parentheses, or in the body of a
// function that BEGIN ATOMIC opens, ends nothing, as in psql.
func StatementEnd(text string) int {
	lx := lexer{text: text}
	s := splitter{text: text}
	for t := lx.next(); t.kind != 0; t = lx.next() {
		switch word := text[t.start:t.end]; {
		case t.kind == tokPunct && word == `\`:
			return int(t.start)
		case t.kind == tokPunct && word == ";" && s.parentheses <= 0 && s.blocks == 0:
			return int(t.end)
		default:
			s.pass(t)
		}
	}
	return len(text)
}

// splitter knows how deep in a statement a token is.
type splitter struct {
	text        string
	previous    token
	parentheses int
	blocks      int // BEGIN ATOMIC, and within it CASE, that have not met their END
}

func (s *splitter) pass(t token) {
	switch s.text[t.start:t.end] {
	case "(":
		s.parentheses++
	case ")":
		s.parentheses--
	}
	if t.kind == tokWord {
		switch {
		case s.is(t, "atomic") && s.previous.kind == tokWord && s.is(s.previous, "begin"):
			s.blocks++
		case s.blocks > 0 && s.is(t, "case"):
			s.blocks++
		case s.blocks > 0 && s.is(t, "end"):
			s.blocks--
		}
	}
	s.previous = t
}

// is compares a word in any case.
func (s *splitter) is(t token, word string) bool {
	if int(t.end-t.start) != len(word) {
		return false
	}
	for i := range len(word) {
		if lower(s.text[int(t.start)+i]) != word[i] {
			return false
		}
	}
	return true
}
