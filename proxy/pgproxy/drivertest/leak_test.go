package drivertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// What is written around the proxy must be found, or the other tests prove nothing.
func TestSearchFindsEveryValueThatIsStoredInTheClear(t *testing.T) {
	s := newServer(t)
	c := s.direct()
	for i := range int64(8) { // a page boundary of the WAL may cut one in two
		r := s.fill(row{ID: i, Tenant: "acme", Name: &s.control})
		_, err := c.Exec(context.Background(), `insert into customers values
			($1, $2, $3, convert_to($4, 'UTF8'), $5, $6, int8send($7), date_send($8), uuid_send($9), jsonb_send($10))`, r.args()...)
		check(t, err)
	}
	few := len(s.marks)
	r := s.large(row{ID: 100, Tenant: "acme"})
	large := s.marks[few:]
	_, err := c.Exec(context.Background(), `insert into customers (id, tenant_id, email, note, photo) values
		($1, $2, convert_to($3, 'UTF8'), $4, $5)`, r.ID, r.Tenant, *r.Email, *r.Note, r.Photo)
	check(t, err)
	for _, p := range s.places() {
		if !p.open {
			continue
		}
		found := map[string]bool{}
		for f := range s.leaks(p, s.marks) {
			found[f.what] = true
		}
		for _, m := range append(s.marks[:few/8:few/8], large...) {
			if !found[m.what] {
				t.Errorf("%s is not found in %s", m.what, p.name)
			}
		}
		if len(s.leaks(p, s.controls)) == 0 {
			t.Errorf("the control value is not found in %s", p.name)
		}
	}
}

func TestSearchFindsEveryForm(t *testing.T) {
	l := &ledger{t: t}
	l.word("word")
	l.int8("number")
	l.date("day")
	l.uuid("id")
	for _, m := range l.marks {
		for _, f := range m.forms {
			// Across the place where two chunks of a file meet, and at the very end.
			for _, at := range []int{0, chunk - 3, chunk + 17} {
				path := filepath.Join(t.TempDir(), "file")
				check(t, os.WriteFile(path, append(bytes.Repeat([]byte{'-'}, at), f.bytes...), 0o600))
				found := map[finding]bool{}
				check(t, newScanner(l.marks).file(path, found))
				if !found[finding{m.what, f.name}] {
					t.Errorf("%s as %s at %d is not found", m.what, f.name, at)
				}
			}
		}
	}
}

func TestSearchFindsNothingInOtherValues(t *testing.T) {
	sought, other := &ledger{t: t}, &ledger{t: t}
	path := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(path)
	check(t, err)
	defer f.Close()
	for _, l := range []*ledger{sought, other} {
		for range 100 { // not days: of so many, two could be the same
			l.word("word")
			l.int8("number")
			l.uuid("id")
		}
	}
	for _, m := range other.marks {
		for _, form := range m.forms {
			_, err := f.Write(form.bytes)
			check(t, err)
		}
	}
	found := map[finding]bool{}
	check(t, newScanner(sought.marks).file(path, found))
	for f := range found {
		t.Errorf("%s as %s is found where it is not", f.what, f.form)
	}
}

func TestBase64OfAMarkDoesNotDependOnWhatStandsAroundIt(t *testing.T) {
	l := &ledger{t: t}
	w := l.word("word")
	for before := range 6 {
		text := base64.StdEncoding.AppendEncode(nil, fmt.Appendf(nil, "%*s%s%*s", before, "", w, before%4, ""))
		found := map[finding]bool{}
		newScanner(l.marks).bytes(text, found)
		if len(found) == 0 {
			t.Errorf("not found behind %d bytes", before)
		}
	}
}
