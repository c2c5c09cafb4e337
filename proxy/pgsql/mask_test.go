package pgsql

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestConstantsAndCommentsAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		"select 'é x', 12.5, $1, $a$ b $a$ from t": "select *****, ****, $1, ********* from t",
		"a -- x y\n b /* 1 /* 2 */ */ c":           "a ******\n b *************** c",
		"e'a' u&'b' x'0f' \"c 1\" c1 -1":           "**** ***** ***** \"c 1\" c1 -*",
		"a 'b\n'\n'c' d":                           "a **\n*\n*** d",
		`a 'b\' c 'd' e`:                           `a ************`,
		"a 'b c":                                   "a ****",
		"a $x$ b $y$":                              "a *********",
		"a /* b":                                   "a ****",
	} {
		if got := MaskConstants(text); got != want {
			t.Errorf("%q\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestStatementsAreFoundByOffset(t *testing.T) {
	p := newTestPlanner(t)
	text := ";; select 1 /* ; */ ; -- customers;\n;select ';' ;; insert into customers (id, tenant_id) values (1, 'acme') ;\n ; ;"
	plan := p.Plan([]byte(text), &Session{})
	if plan == nil || len(plan.Statements) != 3 {
		t.Fatalf("plan %+v", plan)
	}
	var got []int
	for _, part := range []string{";", "select 1", " ; */", "select ';'", ";;", "insert", "acme", " ;\n"} {
		got = append(got, plan.StatementAt(strings.Index(text, part)))
	}
	if want := []int{0, 0, 0, 1, 0, 2, 2, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzMaskConstants(f *testing.F) {
	for _, seed := range []string{"select 'a' || e'\\'' -- b\n", "1.2.3 .5 $a$ b $ \"x", "\xff'\xff", "/* /* */", "u&'' uescape '!' b'", "a$1$b$1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked := MaskConstants(text)
		if utf8.RuneCountInString(masked) != utf8.RuneCountInString(text) || strings.Count(masked, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q is masked as %q", text, masked)
		}
	})
}
