package mask

import (
	"bytes"
	"time"
	"unicode/utf8"
)

// hidden stands for what is not shown where its length is not shown either.
const hidden = "***"

// last shows the end of a text.
func (r *Rule) last(dst, text []byte, _ *time.Location) []byte {
	characters := utf8.RuneCount(text)
	shown := shownOf(r.Last, characters)
	end := len(text)
	for range shown {
		_, size := utf8.DecodeLastRune(text[:end])
		end -= size
	}
	return append(appendAsterisks(dst, characters-shown), text[end:]...)
}

// first shows the beginning of a text.
func (r *Rule) first(dst, text []byte, _ *time.Location) []byte {
	characters := utf8.RuneCount(text)
	shown := shownOf(r.First, characters)
	end := 0
	for range shown {
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	return appendAsterisks(append(dst, text[:end]...), characters-shown)
}

// shownOf is how many of a text's characters are shown: all that are wanted, or none if that would be more than are hidden.
func shownOf(wanted, characters int) int {
	if wanted > characters-wanted {
		return 0
	}
	return wanted
}

func appendAsterisks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '*')
	}
	return dst
}

// appendEmail shows the domain of an address, and the first character before it if that is not all that there is.
func appendEmail(dst, text []byte, _ *time.Location) []byte {
	at := bytes.LastIndexByte(text, '@')
	if at < 0 || at == len(text)-1 {
		return append(dst, hidden...)
	}
	if _, size := utf8.DecodeRune(text[:at]); size < at {
		dst = append(dst, text[:size]...)
	}
	return append(append(dst, hidden...), text[at:]...)
}
