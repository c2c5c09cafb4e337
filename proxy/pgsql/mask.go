package pgsql

import "strings"

// MaskConstants replaces each character of the string constants, numbers and comments of a text, but for line ends, by an
// asterisk, so that the text can be shown. The text need not be valid SQL. Where it is not certain what a constant is,
// too much is masked: what has no end, and a string with a backslash, which ends it in some settings only, go to the end
// of the text.
func MaskConstants(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	lx := lexer{text: text}
	for last := 0; last < len(text); last = lx.pos {
		t := lx.next()
		if t.kind == 0 && lx.err != "" {
			maskGap(&out, text[last:])
			return out.String()
		}
		maskGap(&out, text[last:t.start])
		word := text[t.start:t.end]
		switch t.kind {
		case tokString, tokUnicodeString:
			if strings.Contains(word, `\`) {
				maskAll(&out, text[t.start:])
				return out.String()
			}
			maskAll(&out, word)
		case tokNumber:
			maskAll(&out, word)
		default:
			out.WriteString(word)
		}
	}
	return out.String()
}

// maskGap writes what is between tokens: blanks, and comments masked.
func maskGap(out *strings.Builder, gap string) {
	comment := strings.TrimSpace(gap)
	blanks := strings.Index(gap, comment)
	out.WriteString(gap[:blanks])
	maskAll(out, comment)
	out.WriteString(gap[blanks+len(comment):])
}

func maskAll(out *strings.Builder, s string) {
	for _, r := range s {
		if r != '\n' {
			r = '*'
		}
		out.WriteRune(r)
	}
}
