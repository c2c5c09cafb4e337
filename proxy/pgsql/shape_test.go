package pgsql

import (
	"strings"
	"testing"
)

func TestShapeHasNoConstantsAndNoComments(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT * FROM t WHERE id=5 -- secret":                              "select * from t where id = ?",
		"select /* secret */ 'a''b', e'x', $$y$$, U&'z' uescape '!'":        "select ?, … uescape ?",
		"select a.b::text, f(1,2,3) from \"T\" where x in (1, 'b', 3)":      `select a.b::text, f (?, …) from "T" where x in (?, …)`,
		"insert into t values (1,'a',$1),(2,'b',$1),(3,'c',$1) returning 1": "insert into t values (?, …, $1), … returning ?",
		"insert into t values (1, 2), (3, 4)":                               "insert into t values (?, …), …",
		"select 1; select 2;":                                               "select ?; select ?",
		"select -1.5e3, now()":                                              "select - ?, now ()",
		"select (((":                                                        "select (((",
		"select ))) 1":                                                      "select))) ?",
		"":                                                                  "",
		`select 'a\'`:                                                       "",
		"select 'unterminated":                                              "",
		"select /* unterminated":                                            "",
	} {
		if got := Shape(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestTextsThatDifferInConstantsHaveOneFingerprint(t *testing.T) {
	rows := func(n int) string { return "INSERT INTO t VALUES " + strings.Repeat("(1, 'a'), ", n) + "(2, 'b')" }
	one := Fingerprint(Shape(rows(1)))
	for _, n := range []int{2, 3, 500} {
		if Fingerprint(Shape(rows(n))) != one {
			t.Errorf("%d rows: %s", n, Shape(rows(n)))
		}
	}
	if Fingerprint(Shape("select a")) == Fingerprint(Shape("select b")) {
		t.Error("other columns have the same fingerprint")
	}
}

// FuzzShape holds a shape to be free of a constant that stands behind anything.
func FuzzShape(f *testing.F) {
	for _, s := range []string{"select 'a', 1,", "insert into t values (1,'b'),(2,'c'),", "$q$d$q$", `e'f\''`, "/* g */", "((?,?),(?,?))", "\xff'\xff'", "--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shape := Shape(text) // must not panic
		if strings.ContainsAny(text, `'"$/*-`) || strings.Contains(strings.ToLower(text), "secret") {
			t.Skip() // what is before may end in the middle of the constant
		}
		for _, constant := range []string{"'secret'", "$$secret$$", "e'secret'", "/*secret*/"} {
			if got := Shape(text + " " + constant); strings.Contains(got, "secret") || !strings.HasPrefix(got, strings.TrimRight(shape, "?…, ")) {
				t.Errorf("%q before %s has the shape %q", text, constant, got)
			}
		}
	})
}
