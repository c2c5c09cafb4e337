package pgsql

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// filter decides whether a text can matter at all. It over-approximates: it finds every text in which the server could
// see one of the words as an identifier, in any case, quoted or not, and some others besides. A text it lets go is never
// parsed.
//
// Why a substring search is sound: an identifier's bytes stand in the text as they are, but for ASCII case, doubled
// quotes and U&"" escapes. Names cut at 63 bytes contain the cut name. Only U&"" can hide one, so every U&" is a match.
//
// The search is Wu and Manber's (A fast algorithm for multi-pattern searching, 1994) over pairs of bytes, each reduced to
// five bits: that folds case for free and keeps the table at 1 KiB.
type filter struct {
	words  []string // lower case, at least two bytes each
	window int      // the shortest word's length
	shift  [1024]uint8
	ends   [1024][]string // words whose first window ends in that pair
	short  []byte         // words of one byte, which would match everywhere: looked for between other bytes
	all    bool           // a word has no ASCII in it to look for: everything matches
}

// newFilter prepares a search for words.
func newFilter(words []string) *filter {
	f := &filter{window: 255}
	for _, w := range words {
		whole := strings.ReplaceAll(w, `"`, `""`)
		w = asciiCore(whole)
		if len(w) == 1 && w != strings.ToLower(whole) {
			w = "" // a letter in a longer name has no bounds to tell it by
		}
		switch len(w) {
		case 0:
			f.all = true
			return f
		case 1:
			f.short = append(f.short, w[0])
			continue
		}
		f.words = append(f.words, w)
		f.window = min(f.window, len(w))
	}
	for i := range f.shift {
		f.shift[i] = uint8(f.window - 1)
	}
	for _, w := range f.words {
		for i := 1; i < f.window; i++ {
			h := pair(w[i-1], w[i])
			f.shift[h] = min(f.shift[h], uint8(f.window-1-i))
		}
		h := pair(w[f.window-2], w[f.window-1])
		f.ends[h] = append(f.ends[h], w)
	}
	return f
}

// asciiCore returns the longest run of ASCII bytes of a word, in lower case: how the server folds other letters depends
// on the database's encoding.
func asciiCore(word string) string {
	best := ""
	for _, run := range strings.FieldsFunc(word, func(r rune) bool { return r >= 0x80 }) {
		if len(run) > len(best) {
			best = run
		}
	}
	return strings.Map(func(r rune) rune { return rune(lower(byte(r))) }, best)
}

func pair(a, b byte) uint16 { return pairOf(uint16(a) | uint16(b)<<8) }

// pairOf reduces two bytes, the first in the low half, to ten bits.
func pairOf(v uint16) uint16 { return v&31 | v>>3&(31<<5) }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// match reports whether text may name one of the words. It reads each byte at most as often as the longest word has
// bytes, and about one byte in a window's length when nothing matches.
func (f *filter) match(text []byte) bool {
	return f.all || f.findWord(text) || f.findShort(text) || escapedIdentifier(text)
}

func (f *filter) findWord(text []byte) bool {
	if len(f.words) == 0 {
		return false
	}
	for i := f.window - 2; i+2 <= len(text); {
		// One load of two bytes: the loop runs at about a nanosecond a step.
		h := pairOf(binary.LittleEndian.Uint16(text[i : i+2]))
		if s := int(f.shift[h]); s > 0 {
			i += s
			continue
		}
		for _, w := range f.ends[h] {
			if hasFoldedPrefix(text[i-f.window+2:], w) {
				return true
			}
		}
		i++
	}
	return false
}

// findShort looks for words of one byte that no letter touches. A digit may: 1t is a number and a name for servers up to 14.
func (f *filter) findShort(text []byte) bool {
	if len(f.short) == 0 {
		return false
	}
	for i, c := range text {
		if bytes.IndexByte(f.short, lower(c)) >= 0 && (i == 0 || !isIdentStart(text[i-1])) && (i+1 == len(text) || !isIdentPart(text[i+1])) {
			return true
		}
	}
	return false
}

// hasFoldedPrefix reports whether text begins with word, which is in lower case.
func hasFoldedPrefix(text []byte, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(text[i]) != word[i] {
			return false
		}
	}
	return true
}

// escapedIdentifier reports whether text has U&" in it: an identifier that can spell any name in escapes.
func escapedIdentifier(text []byte) bool {
	for {
		i := bytes.Index(text, []byte(`&"`))
		if i < 0 {
			return false
		}
		if i > 0 && lower(text[i-1]) == 'u' {
			return true
		}
		text = text[i+2:]
	}
}
