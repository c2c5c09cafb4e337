package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// refusalView is a refusal with its place in the text. Positions are 0 if the refusal has none.
type refusalView struct {
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
	Detail   string `json:"detail,omitempty"`
	Hint     string `json:"hint,omitempty"`
	Position int    `json:"position,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
}

func viewRefusal(r *pgsql.Refusal, text string) *refusalView {
	v := &refusalView{SQLState: r.Code, Message: r.Message, Detail: r.Detail, Hint: r.Hint}
	if r.Position < 0 || r.Position > len(text) {
		return v
	}
	before := text[:r.Position]
	v.Position = characters(before) + 1
	v.Line = strings.Count(before, "\n") + 1
	v.Column = characters(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return v
}

func characters(s string) int { return utf8.RuneCountInString(s) }

// Of a long line, this many characters are shown before and behind the position.
const (
	shownBefore = 50
	shownBehind = 50
)

// afterParsing are the codes of refusals of texts that were read. In another text a quote may be missing, and then what
// looks like words may be a value.
var afterParsing = []string{"0A000", "42703", "42804", "428C9", "42P09", "42501"}

// quotable reports whether what is a constant in a refused text is certain.
func (r *refusalView) quotable(text string) bool {
	return slices.Contains(afterParsing, r.SQLState) || !strings.ContainsAny(text, `'"$`)
}

// excerpt returns a line of text and, to go under it, a caret at a character of the line, both counted from 1. Constants
// and comments are masked: a refused statement may have any value anywhere.
func excerpt(text string, line, column int) (source, caret string) {
	source = strings.Split(pgsql.MaskConstants(text), "\n")[line-1]
	runes := []rune(strings.Map(spaceForControl, source))
	from, to := max(0, column-1-shownBefore), min(len(runes), column-1+shownBehind)
	lead, trail := "", ""
	if from > 0 {
		lead = "… "
	}
	if to < len(runes) {
		trail = " …"
	}
	return lead + string(runes[from:to]) + trail, strings.Repeat(" ", characters(lead)+column-1-from) + "^"
}

// spaceForControl keeps a terminal from being driven by a statement, and columns under each other.
func spaceForControl(r rune) rune {
	if r < ' ' || r >= 0x7F && r < 0xA0 {
		return ' '
	}
	return r
}
