package main

import (
	"sort"
	"strings"
)

// places knows where the statements of a text end.
type places struct{ ends []int }

// newPlaces cuts a text at its semicolons. If that does not give the number of statements that the text has, as in the
// body of a function or for a semicolon in a quoted name, places knows nothing.
func newPlaces(text string, statements int) places {
	var p places
	masked := blankConstants(text)
	for start := 0; start < len(masked); {
		n := strings.IndexByte(masked[start:]+";", ';')
		if strings.TrimSpace(masked[start:start+n]) != "" {
			p.ends = append(p.ends, start+n)
		}
		start += n + 1
	}
	if len(p.ends) != statements {
		return places{}
	}
	return p
}

// statement returns the number of the statement that a byte offset is in, counted from 1; 0 if it is not known.
func (p places) statement(offset int) int {
	if len(p.ends) == 0 {
		return 0
	}
	return min(sort.SearchInts(p.ends, offset), len(p.ends)-1) + 1
}

// blankConstants replaces each byte of strings and numbers by an x and of comments by a space.
func blankConstants(text string) string {
	out := []byte(text)
	for _, c := range constants(text) {
		by := byte('x')
		if strings.HasPrefix(text[c.start:], "--") || strings.HasPrefix(text[c.start:], "/*") {
			by = ' '
		}
		for i := c.start; i < c.end; i++ {
			out[i] = by
		}
	}
	return string(out)
}
