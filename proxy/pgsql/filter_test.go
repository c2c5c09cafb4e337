package pgsql

import (
	"strings"
	"testing"
)

func TestFilterFindsNamesHoweverTheyAreWritten(t *testing.T) {
	p := newTestPlanner(t)
	for text, want := range map[string]bool{
		"SELECT 1 FROM customers":            true,
		"select 1 from CuStOmErS":            true,
		`SELECT 1 FROM "customers"`:          true,
		"SELECT 1 FROM public/**/.customers": true,
		"SELECT 1 FROM xcustomersx":          true, // over-approximated
		`SELECT 1 FROM U&"\0063ustomers"`:    true,
		`SELECT 1 FROM u&"x"`:                true,
		`SELECT a &"b" FROM x`:               false,
		"SELECT 1 FROM customer_names2":      true,
		"SELECT 1 FROM trunk":                true,
		"SELECT 1 FROM unborn":               true,
		"SELECT 1 FROM events_2026":          true,
		"SELECT 1 FROM orders":               false,
		"SELECT 1 FROM order_totals":         false,
		"SELECT 1 FROM custome":              false,
		"customers":                          true,
		"":                                   false,
		"c":                                  false,
		"deallocate all":                     true,
		"DISCARD ALL":                        true,
	} {
		if got := p.filter.match([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestFilterFindsNamesThatNeedQuotes(t *testing.T) {
	for _, c := range []struct {
		word, text string
		want       bool
	}{
		{`a"b`, `SELECT 1 FROM "a""b"`, true},
		{"kundé", `SELECT 1 FROM "Kundé"`, true},
		{"Mixed", `SELECT 1 FROM "Mixed"`, true},
		{"ééé", `SELECT 1`, true}, // nothing to hold on to: everything is looked at
		{"t", `SELECT 1`, false},
		{"t", `SELECT 1 FROM T`, true},
		{"t", `SELECT 1 FROM "t"`, true},
		{"t", `SELECT 1 FROM s.t,x`, true},
		{"t", `SELECT 1 FROM at, t_, ta`, false},
		{"té", `SELECT 1`, true},
		{"ab", `SELECT 1 FROM AB`, true},
		{"ab", `SELECT 1 FROM a`, false},
	} {
		if got := newFilter([]string{c.word}).match([]byte(c.text)); got != c.want {
			t.Errorf("%s in %s: %v, want %v", c.word, c.text, got, c.want)
		}
	}
}

// FuzzFilter compares with a plain search.
func FuzzFilter(f *testing.F) {
	f.Add("customers", "orders", "SELECT * FROM CUSTOMERS")
	f.Add("ab", "abc", "aabbcc")
	f.Add("a_1", "A\"B", `x a""b A_1`)
	f.Fuzz(func(t *testing.T, w1, w2, text string) {
		got := newFilter([]string{w1, w2}).match([]byte(text))
		if got {
			return // it may find more
		}
		folded := strings.Map(func(r rune) rune {
			if r < 0x80 {
				return rune(lower(byte(r)))
			}
			return r
		}, text)
		for _, w := range []string{w1, w2} {
			if w = asciiCore(strings.ReplaceAll(w, `"`, `""`)); len(w) != 1 && strings.Contains(folded, w) {
				t.Errorf("%q is in %q and was not found", w, text)
			}
		}
	})
}

// BenchmarkFilter searches a text without any of the names: of the tests' policy, whose shortest name has four letters,
// and of one whose shortest has seven, so that the search leaps further.
func BenchmarkFilter(b *testing.B) {
	text := []byte(strings.Repeat("SELECT o.id, o.total FROM orders o WHERE o.customer_id = $1 AND o.state IN ('new', 'paid') ", 100))
	for name, f := range map[string]*filter{
		"short names": newTestPlanner(b).filter,
		"long names":  newFilter(append([]string{"customers", "payments", "patients"}, sessionWords...)),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if f.match(text) {
					b.Fatal("matched")
				}
			}
		})
	}
}
