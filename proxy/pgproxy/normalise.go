package pgproxy

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendNormal appends to dst the form of a text of which its equality term is made. Each normaliser does what the function of
// SQL does that statements write for it: lower what lower() does, by Unicode's simple mapping, which is that of the
// server's locales but for a few letters; trim what trim() does, to spaces only; digits what
// regexp_replace(x, '[^0-9]', ”, 'g') does.
func appendNormal(dst, plain []byte, how string) []byte {
	start := len(dst)
	dst = append(dst, plain...)
	for how != "" {
		var name string
		name, how, _ = strings.Cut(how, ",")
		value := dst[start:]
		switch name {
		case "lower":
			dst = lower(dst, start)
		case "trim":
			dst = append(dst[:start], bytes.Trim(value, " ")...)
		case "digits":
			dst = dst[:start]
			for _, c := range value {
				if '0' <= c && c <= '9' {
					dst = append(dst, c)
				}
			}
		}
	}
	return dst
}

// lower brings dst[start:] into lower case.
func lower(dst []byte, start int) []byte {
	ascii := true
	for i, c := range dst[start:] {
		if 'A' <= c && c <= 'Z' {
			dst[start+i] = c + 'a' - 'A'
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return dst
	}
	mapped := bytes.Map(unicode.ToLower, dst[start:])
	return append(dst[:start], mapped...)
}
