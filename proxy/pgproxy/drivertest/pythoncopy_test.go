package drivertest

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func TestPsycopgCopiesRowsInAndOut(t *testing.T) {
	rows := func(email string, first int) string {
		return fmt.Sprintf("%d,%s,7,1977-05-04\n%d,,,\n", first, email, first+1)
	}
	for _, d := range []struct {
		driver, module, pkg string
		want                func(email string) string
	}{
		{"psycopg2", "psycopg2", "python3-psycopg2", func(email string) string { return rows(email, 5001) }},
		{"psycopg3", "psycopg", "python3-psycopg (Fedora: python3-psycopg3, Alpine: py3-psycopg)", func(email string) string {
			return strings.Repeat(rows(email, 5001)+rows(email, 5003), 2) // out in text and in binary
		}},
	} {
		t.Run(d.driver, func(t *testing.T) {
			python := pythonWith(t, d.module, d.pkg)
			s := newStage(t)
			s.insertRows(t, 20)
			email := s.word("email of a copy by " + d.driver)
			out, err := exec.Command(python, "-B", "python/copy.py", d.driver, s.dsn(), email).CombinedOutput()
			if err != nil || string(out) != d.want(email) {
				t.Errorf("%v\n%s", err, tail(string(out)))
			}
			s.assertNoLeak()
		})
	}
}
