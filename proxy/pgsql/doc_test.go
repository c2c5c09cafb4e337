package pgsql

import "testing"

func TestPlanIgnoresTextsThatNameNothingProtected(t *testing.T) {
	p := newTestPlanner(t)
	text := "SELECT * FROM orders WHERE id = $1"
	if plan := p.Plan([]byte(text)); plan != nil {
		t.Fatalf("planned:\n%s", describe(text, plan))
	}
}
