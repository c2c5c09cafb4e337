package pgsql

import (
	"strings"
	"testing"
)

func TestSkeletonTakesOutPlainLiterals(t *testing.T) {
	for text, want := range map[string]string{
		"a = 'x' AND b=7":                  "a = <s> AND b=<i>",
		"('it''s', '', 'é', 'a\\')":        "(<s>, <s>, <s>, <s>)",
		"0, 10, 2147483647, 2147483648":    "<i>, <i>, <i>, <b>",
		"1.5, 0.50, 12.0":                  "<d>, <d>, <d>",
		"-1, 1-2, 1+2":                     "-<i>, <i>-<i>, <i>+<i>",
		"a[1:2]":                           "a[<i>:<i>]",
		"n'x'":                             "n<s>",
		"'a' -- 'b' 1\n /* 'c' 2 */ \"1\"": "<s> -- 'b' 1\n /* 'c' 2 */ \"1\"",
	} {
		if got := skeletonOf(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func TestSkeletonKeepsWhatIsNotPlain(t *testing.T) {
	for _, text := range []string{
		"E'x'", "e'a\\'b'", "b'01'", "X'1f'", "U&'x'", "$$x$$", "$t$x 1 'y'$t$", "'a'\n'b'", "'a'\r 'b''c'",
		"1e5", "1.5e-3", "1.", ".5", "007", "00.5", "0x1F", "0b1", "1_000", "1a", "1.5a", "$1", "a1", "x.1", "1..2", "é1",
		"'\xff'", "'\x00'", "'x", "'a' /*", "SELECT a",
	} {
		if got := skeletonOf(text); got != "" {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

// skeletonOf shows the skeleton of a text; empty if it has none.
func skeletonOf(text string) string {
	var s skeleton
	if !s.take(text) {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s.key); i++ {
		if s.key[i] != 0 {
			b.WriteByte(s.key[i])
			continue
		}
		i++
		b.WriteString("<" + string(s.key[i]) + ">")
	}
	return b.String()
}

func TestLiteralValueHasNoQuotes(t *testing.T) {
	var s skeleton
	text := "'', '''', 'a''b', 'é\\n', 42, 0.50"
	if !s.take(text) {
		t.Fatal("no skeleton")
	}
	for i, want := range []string{"", "'", "a'b", "é\\n", "42", "0.50"} {
		if got := s.literals[i].value(text); got != want {
			t.Errorf("literal %d is %q, want %q", i, got, want)
		}
	}
}
