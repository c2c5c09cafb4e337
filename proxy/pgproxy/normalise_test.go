package pgproxy

import "testing"

func TestNormalisersDoWhatTheFunctionsOfSQLDo(t *testing.T) {
	for _, c := range []struct{ how, value, want string }{
		{"", " Ab ", " Ab "},
		{"lower", "Ada@Example.ORG", "ada@example.org"},
		{"lower", "ÄÖÜ ẞ Σ İ", "äöü ß σ i"},
		{"trim", " \t a b \t ", "\t a b \t"},
		{"lower,trim", "  ADA ", "ada"},
		{"digits", "+49 (89) 123-45", "498912345"},
		{"lower,trim,digits", " A1b2 ", "12"},
		{"trim", "   ", ""},
	} {
		if got := string(appendNormal([]byte("before"), []byte(c.value), c.how)); got != "before"+c.want {
			t.Errorf("%s of %q gives %q", c.how, c.value, got)
		}
	}
}
