package pgsql

import (
	"strings"
	"unicode/utf8"
)

// literalClass tells literals apart as far as the grammar and the analysis do without looking at their values: texts whose
// literals are of the same classes have trees of the same shape.
type literalClass byte

const (
	classString  literalClass = 's' // '…'
	classInteger literalClass = 'i' // digits that fit in int4: ICONST to the grammar
	classBig     literalClass = 'b' // more digits: FCONST, though a whole number
	classDecimal literalClass = 'd' // digits, a point and digits
)

// literal is a plain literal: one whose value is its spelling, but for quotes. What is spelled otherwise (an escape, an
// exponent, a base, leading zeros, a string in parts, dollar quotes) stays a part of the text around it.
type literal struct {
	start, end int32 // text[start:end], quotes included
	class      literalClass
	doubled    bool // a string with doubled quotes
}

// value returns the literal's value in PostgreSQL's text form. It shares text's memory if it can.
func (l literal) value(text string) string {
	if l.class != classString {
		return text[l.start:l.end]
	}
	s := text[l.start+1 : l.end-1]
	if l.doubled {
		s = strings.ReplaceAll(s, "''", "'")
	}
	return s
}

// skeleton is a text with its plain literals taken out. It is reused: what it holds is valid until the next call of take.
type skeleton struct {
	key      []byte    // the text with each literal replaced by a zero byte, which no text has, and its class
	literals []literal // in order
}

// take makes the skeleton of a text. It returns false if there is none: the text has no plain literal, or the planner
// would refuse it for what its bytes are.
func (s *skeleton) take(text string) bool {
	s.key, s.literals = s.key[:0], s.literals[:0]
	if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
		return false
	}
	lx := lexer{text: text}
	copied := 0
	for t := lx.next(); t.kind != 0; t = lx.next() {
		l, plain := plainLiteral(text, t)
		if !plain {
			continue
		}
		s.key = append(append(s.key, text[copied:t.start]...), 0, byte(l.class))
		s.literals = append(s.literals, l)
		copied = int(t.end)
	}
	s.key = append(s.key, text[copied:]...)
	return lx.err == "" && len(s.literals) > 0
}

// plainLiteral classifies a token.
func plainLiteral(text string, t token) (l literal, plain bool) {
	l = literal{start: t.start, end: t.end}
	switch t.kind {
	case tokString:
		return l, text[t.start] == '\'' && l.plainString(text)
	case tokNumber:
		return l, l.plainNumber(text)
	}
	return l, false
}

// plainString takes a string whose only quotes inside are doubled: any other ends one of its parts.
func (l *literal) plainString(text string) bool {
	l.class = classString
	for s := text[l.start+1 : l.end-1]; ; {
		i := strings.IndexByte(s, '\'')
		if i < 0 {
			return true
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return false
		}
		l.doubled, s = true, s[i+2:]
	}
}

// plainNumber takes digits, with or without a point among them, that stand by themselves: what touches a name, another
// point or a number is left to the parser as it is.
func (l *literal) plainNumber(text string) bool {
	if l.start > 0 && joins(text[l.start-1]) || int(l.end) < len(text) && joins(text[l.end]) {
		return false
	}
	whole, fraction, point := strings.Cut(text[l.start:l.end], ".")
	if !allDigits(whole) || whole[0] == '0' && len(whole) > 1 || point && !allDigits(fraction) {
		return false
	}
	switch {
	case point:
		l.class = classDecimal
	case len(whole) < len(maxInt4) || len(whole) == len(maxInt4) && whole <= maxInt4:
		l.class = classInteger
	default:
		l.class = classBig
	}
	return true
}

// maxInt4 is the greatest number that the server's scanner gives the grammar as an integer (process_integer_literal in
// src/backend/parser/scan.l).
const maxInt4 = "2147483647"

func joins(c byte) bool { return isIdentPart(c) || c == '.' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
