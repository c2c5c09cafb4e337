package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func cellNames(t *testing.T, args ...string) []string {
	t.Helper()
	o, err := parseOptions(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range o.cells(loadsFor(o.rows)) {
		names = append(names, fmt.Sprint(c))
	}
	return names
}

func TestAllLoadsRunWithOneAndEightClientsInEveryProtocol(t *testing.T) {
	if got := cellNames(t); len(got) != 6*2*3+2 { // and a COPY in each direction
		t.Errorf("%d cells: %q", len(got), got)
	}
}

func TestFiltersLeaveWhatTheyName(t *testing.T) {
	got := cellNames(t, "-load", "insert-1,range-3", "-clients", "4", "-protocol", "extended")
	want := "insert-1, 4 clients, extended|range-3, 4 clients, extended"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q", got)
	}
}

func TestQuickIsOneShortRound(t *testing.T) {
	o, err := parseOptions([]string{"-quick"}, io.Discard)
	if err != nil || o.plan != (plan{rounds: 1, seconds: 1, copyRows: 100_000}) || len(o.cells(loadsFor(o.rows))) != len(loadNames()) {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestWrongOptionsSayWhatIsRight(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-load insert-2", `-load "insert-2" is not one of point-select, insert-1, insert-3, insert-1000, range-1, range-3, copyin, copyout`},
		{"-protocol binary", `-protocol "binary" is not one of simple, extended, prepared`},
		{"-clients 0", `-clients "0": give numbers from 1 to 90`},
		{"-clients 91", `-clients "91": give numbers from 1 to 90`},
		{"-clients ,", "-clients and -protocol name at least one each"},
		{"-copy-rows 1500", "-copy-rows 1500: give a multiple of 1000"},
		{"-seconds 0", "-rounds 5 -seconds 0: give 1 or more"},
		{"-rows 1999", "-rows 1999: give 2000 or more, since a load reads 1000 of them"},
		{"-write", "-write puts the report into bench/RESULTS.md: run it in the root of the repository"},
		{"quick", `unexpected argument "quick"; options begin with a dash`},
		{"-nosuch", "flag provided but not defined: -nosuch"},
	} {
		if _, err := parseOptions(strings.Fields(c.args), io.Discard); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.args, err, c.want)
		}
	}
}
