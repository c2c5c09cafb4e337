package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/configs"
)

func TestReportIsOneLineForEachFaultAndTellsUsageFromFailure(t *testing.T) {
	failure := errors.New("disk is full")
	for _, test := range []struct {
		name string
		err  error
		code int
		text string
	}{
		{"success", nil, exitOK, ""},
		{"failure", &runError{failure}, exitFailure, "keyaside: disk is full\n"},
		{"two failures", &runError{errors.Join(failure, errors.New("and slow"))}, exitFailure, "keyaside: disk is full\nkeyaside: and slow\n"},
		{"printed already", &runError{silentError{failure}}, exitFailure, ""},
		{"wrong usage", &runError{usageErrorf("name a file")}, exitUsage, "keyaside: name a file\n"},
		{"flags", errors.New("unknown flag: --x\nguesses"), exitUsage, "keyaside: unknown flag: --x; see keyaside --help\n"},
		{"configuration", &runError{fmt.Errorf("load: %w", configs.Problems{{Source: "a", What: "b"}})}, exitUsage, "keyaside: load: a: b\n"},
	} {
		var out strings.Builder
		if code := report(&out, test.err); code != test.code || out.String() != test.text {
			t.Errorf("%s: code %d, text %q; want %d, %q", test.name, code, out.String(), test.code, test.text)
		}
	}
}
