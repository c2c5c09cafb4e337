package pgsql

// tokenKind tells tokens apart as far as the guard and the splicer need.
type tokenKind uint8

const (
	tokWord          tokenKind = iota + 1 // keyword or unquoted identifier
	tokQuoted                             // "identifier", also U&"…"
	tokString                             // any string constant, with its prefix and its continuations
	tokUnicodeString                      // U&'…', which a UESCAPE clause may follow
	tokNumber
	tokParam    // $1
	tokOperator // a run of operator characters
	tokCast     // ::
	tokPunct    // one of ( ) [ ] , ; . : and any other single byte, also := .. as two
)

// token is a lexeme's kind and place: text[start:end]. Blanks and comments are no tokens.
type token struct {
	kind       tokenKind
	start, end int32
}

// lexer splits a text into tokens by the rules of PostgreSQL's scanner (src/backend/parser/scan.l) with
// standard_conforming_strings on and an encoding in which no byte below 0x80 is part of a longer character. It runs in
// one pass, keeps no stack, and reports where a quoted thing or a comment does not end.
type lexer struct {
	text string
	pos  int
	err  string // what is unterminated; set together with a zero token
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isIdentStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }

func isOperatorByte(c byte) bool {
	switch c {
	case '~', '!', '@', '#', '^', '&', '|', '`', '?', '+', '-', '*', '/', '%', '<', '>', '=':
		return true
	}
	return false
}

func (l *lexer) at(offset int) byte {
	if l.pos+offset < len(l.text) {
		return l.text[l.pos+offset]
	}
	return 0
}

// next returns the next token; one of kind 0 at the end of the text or when err is set.
func (l *lexer) next() token {
	if !l.skipBlanks() || l.pos >= len(l.text) {
		return token{start: int32(l.pos), end: int32(l.pos)}
	}
	start := l.pos
	kind := l.scan(l.text[start])
	if l.err != "" {
		return token{start: int32(start), end: int32(start)}
	}
	return token{kind, int32(start), int32(l.pos)}
}

func (l *lexer) scan(c byte) tokenKind {
	switch {
	case c == '\'':
		return l.quoted(1, '\'', false, true, tokString)
	case c == '"':
		return l.quoted(1, '"', false, false, tokQuoted)
	case isIdentStart(c):
		return l.word(c)
	case isDigit(c), c == '.' && isDigit(l.at(1)):
		return l.number()
	case c == '$':
		return l.dollar()
	case c == ':' && l.at(1) == ':':
		l.pos += 2
		return tokCast
	case c == ':' && l.at(1) == '=', c == '.' && l.at(1) == '.':
		l.pos += 2
		return tokPunct
	case isOperatorByte(c):
		return l.operator()
	}
	l.pos++
	return tokPunct
}

// skipBlanks passes white space and comments; false if a comment does not end.
func (l *lexer) skipBlanks() bool {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case isSpace(c):
			l.pos++
		case c == '-' && l.at(1) == '-':
			for l.pos < len(l.text) && l.text[l.pos] != '\n' && l.text[l.pos] != '\r' {
				l.pos++
			}
		case c == '/' && l.at(1) == '*':
			if !l.blockComment() {
				return false
			}
		default:
			return true
		}
	}
	return true
}

// blockComment passes a comment; they nest.
func (l *lexer) blockComment() bool {
	depth := 0
	for l.pos < len(l.text) {
		switch {
		case l.text[l.pos] == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case l.text[l.pos] == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return true
			}
		default:
			l.pos++
		}
	}
	l.err = "comment"
	return false
}

// word scans an identifier or keyword, or the constant whose prefix it turns out to be.
func (l *lexer) word(c byte) tokenKind {
	switch next := l.at(1); {
	case next == '\'' && (c == 'e' || c == 'E'):
		return l.quoted(2, '\'', true, true, tokString)
	case next == '\'' && (c == 'b' || c == 'B' || c == 'x' || c == 'X'):
		return l.bits()
	case next == '\'' && (c == 'n' || c == 'N'):
		l.pos++ // N'…' is the keyword NCHAR and a string
		return tokWord
	case next == '&' && (c == 'u' || c == 'U'):
		switch l.at(2) {
		case '\'':
			return l.quoted(3, '\'', false, true, tokUnicodeString)
		case '"':
			return l.quoted(3, '"', false, false, tokQuoted)
		}
		l.pos++
		return tokWord
	}
	for l.pos < len(l.text) && isIdentPart(l.text[l.pos]) {
		l.pos++
	}
	return tokWord
}

// quoted scans from an opening quote, at prefix-1, to its end: a doubled quote is part of it, with escapes so is a
// backslash and what follows, and a string goes on behind white space that has a line end in it.
func (l *lexer) quoted(prefix int, quote byte, escapes, continues bool, kind tokenKind) tokenKind {
	l.pos += prefix
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		l.pos++
		switch {
		case c == '\\' && escapes:
			l.pos = min(l.pos+1, len(l.text))
		case c != quote:
		case l.at(0) == quote:
			l.pos++
		case continues && l.continued():
		default:
			return kind
		}
	}
	l.err = "quoted string or identifier"
	return 0
}

// bits scans B'…' or X'…', in which a quote always ends a part.
func (l *lexer) bits() tokenKind {
	l.pos += 2
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		l.pos++
		if c == '\'' && !l.continued() {
			return tokString
		}
	}
	l.err = "bit string"
	return 0
}

// continued moves behind the opening quote of a string's next part, if there is one. The server lets comments stand
// between the parts, the parser does not: such a text is refused.
func (l *lexer) continued() bool {
	newline := false
	for i := l.pos; i < len(l.text); i++ {
		c := l.text[i]
		switch {
		case c == '\n' || c == '\r':
			newline = true
		case isSpace(c):
		case c == '\'' && newline:
			l.pos = i + 1
			return true
		default:
			return false
		}
	}
	return false
}

// dollar scans $1, $$…$$, $tag$…$tag$ or a lone dollar sign.
func (l *lexer) dollar() tokenKind {
	start := l.pos
	l.pos++
	if isDigit(l.at(0)) {
		for isDigit(l.at(0)) {
			l.pos++
		}
		return tokParam
	}
	end := l.pos
	if end < len(l.text) && isIdentStart(l.text[end]) {
		for end < len(l.text) && l.text[end] != '$' && isIdentPart(l.text[end]) {
			end++
		}
	}
	if end >= len(l.text) || l.text[end] != '$' {
		return tokPunct
	}
	return l.dollarBody(l.text[start : end+1])
}

// dollarBody passes to the end of a dollar-quoted string whose delimiter begins at the current position less one.
func (l *lexer) dollarBody(tag string) tokenKind {
	for i := l.pos - 1 + len(tag); i+len(tag) <= len(l.text); i++ {
		if l.text[i] == '$' && l.text[i:i+len(tag)] == tag {
			l.pos = i + len(tag)
			return tokString
		}
	}
	l.err = "dollar-quoted string"
	return 0
}

// operator scans a run of operator characters as the server cuts it: it stops before a comment, and a plus or minus
// ends a longer operator only if a character that SQL's own operators lack is in it.
func (l *lexer) operator() tokenKind {
	start, end, exotic := l.pos, l.pos, false
	for end < len(l.text) && isOperatorByte(l.text[end]) {
		if end > start && (l.text[end-1] == '/' && l.text[end] == '*' || l.text[end-1] == '-' && l.text[end] == '-') {
			end--
			break
		}
		end++
	}
	for i := start; i < end; i++ {
		switch l.text[i] {
		case '~', '!', '@', '#', '^', '&', '|', '`', '?', '%':
			exotic = true
		}
	}
	for !exotic && end > start+1 && (l.text[end-1] == '+' || l.text[end-1] == '-') {
		end--
	}
	l.pos = end
	return tokOperator
}
