package main

import (
	"strings"
	"testing"
)

func TestExplainTellsOfTheFieldsOfACopy(t *testing.T) {
	e := newTestExplainer(t)
	for text, want := range map[string][]string{
		"copy customers (id, tenant_id, email) from stdin": {"rewritten, to seal values", "field 3 of each row", "public.customers.email",
			"sealed for the tenant in field 2", `"copied":[{"field":3,"sealed":{`, "the server gets the text unchanged"},
		"copy customers (note) to stdout": {"rewritten, to open values", "opened as the tenant in field 2", "added to learn the tenant",
			`{"field":2,"hidden":true}`, `copy customers (note, "tenant_id") to stdout`},
		"copy (select token from settings) to stdout": {"field 1 of each row", "opened as the tenant that is the session's user"},
		"copy customers (id) to stdout":               {"statement 1: passes untouched"},
	} {
		_, out := e.outputs(t, text)
		for _, w := range want {
			if !strings.Contains(out, w) && !strings.Contains(strings.Join(strings.Fields(out), " "), w) {
				t.Errorf("%s: %q is not in\n%s", text, w, out)
			}
		}
	}
}
