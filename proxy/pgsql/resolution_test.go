package pgsql

import (
	"slices"
	"testing"
)

// people is sales.people, which is protected, and hr.people, which is not.
var (
	peopleText = []byte("INSERT INTO people (id, name) VALUES (1, $1)")
	inSales    = &Session{Names: map[string]Name{"people": {OID: 108}}}
	inHR       = &Session{Names: map[string]Name{"people": {OID: 109}}}
)

func TestNameThatSeveralSchemasHaveIsPlannedForEachMeaning(t *testing.T) {
	p := newTestPlanner(t)
	for range 2 {
		if plan := p.Plan(peopleText, &Session{}); plan.Refusal == nil || !slices.Equal(plan.Names, []string{"people"}) {
			t.Fatalf("meaning not known: %+v", plan)
		}
		if plan := p.Plan(peopleText, inSales); plan.Refusal != nil || len(plan.Params) != 1 || plan.Names == nil {
			t.Errorf("sales.people: %+v", plan)
		}
		if plan := p.Plan(peopleText, inHR); plan.Refusal != nil || plan.Protected() || plan.Names == nil {
			t.Errorf("hr.people: %+v", plan)
		}
		temporary := &Session{Names: map[string]Name{"people": {OID: 5000, Temporary: true}}}
		if plan := p.Plan(peopleText, temporary); plan.Refusal != nil || plan.Protected() {
			t.Errorf("a temporary table: %+v", plan)
		}
		for code, meaning := range map[string]Name{codeNoTable: {}, codeUnsupported: {OID: 5000}} {
			plan := p.Plan(peopleText, &Session{Names: map[string]Name{"people": meaning}})
			if plan.Refusal == nil || plan.Refusal.Code != code {
				t.Errorf("%+v: %+v", meaning, plan.Refusal)
			}
		}
	}
}

func TestPlanOfANameWithItsMeaningIsFoundWithoutAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	p := newTestPlanner(t)
	p.Plan(peopleText, inSales)
	if n := testing.AllocsPerRun(1000, func() { p.Plan(peopleText, inSales) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStatementBehindOneThatMayChangeTheSearchPathIsRefused(t *testing.T) {
	p := newTestPlanner(t)
	for text, refused := range map[string]bool{
		"SELECT 1; SELECT id FROM people":                           false,
		"BEGIN; SELECT id FROM people; SELECT id FROM people":       false,
		"SET search_path = hr; SELECT id FROM people":               true,
		"SELECT f(); SELECT id FROM people":                         true,
		"COMMIT; SELECT id FROM people":                             true,
		"SET search_path = hr; SELECT id FROM sales.people":         false,
		"PREPARE x AS SELECT id FROM people":                        true,
		"SELECT id FROM people; SET search_path = hr":               false,
		"WITH w AS (SELECT id FROM people) SELECT id FROM w":        false,
		"SELECT set_config('search_path', 'hr', false) FROM people": false,
	} {
		if plan := p.Plan([]byte(text), inSales); (plan.Refusal != nil) != refused {
			t.Errorf("%s: %+v", text, plan.Refusal)
		}
	}
}

func BenchmarkCacheHitByMeaning(b *testing.B) {
	p := newTestPlanner(b)
	p.Plan(peopleText, inSales)
	b.ReportAllocs()
	for b.Loop() {
		p.Plan(peopleText, inSales)
	}
}
