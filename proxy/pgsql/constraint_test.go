package pgsql

import (
	"testing"
)

// keyPlanner plans for two tables with columns of all search abilities.
func keyPlanner(t *testing.T) *Planner {
	t.Helper()
	columns := []Column{
		{Name: "none", Field: "f_none", Type: "text"},
		{Name: "equal", Field: "f_equal", Type: "text", Index: 1, Search: SearchDeterministic, Domain: "d"},
		{Name: "other", Field: "f_other", Type: "text", Index: 2, Search: SearchDeterministic, Domain: "e"},
		{Name: "term", Field: "f_term", Type: "text", Index: 3, Search: SearchTerm, Domain: "d"},
	}
	policy := &Policy{Tables: []Table{
		{Schema: "public", Name: "a", Tenant: TenantSource{Column: "tenant_id"}, Columns: columns},
		{Schema: "public", Name: "b", Tenant: TenantSource{Column: "owner"}, Columns: columns},
		{Schema: "public", Name: "fixed", Tenant: TenantSource{Fixed: "house"}, Columns: columns},
		{Schema: "public", Name: "fixed2", Tenant: TenantSource{Fixed: "house"}, Columns: columns},
	}}
	rest := []string{"none:bytea", "equal:bytea", "other:bytea", "term:bytea", "plain:text"}
	p, err := NewPlanner(policy, &Catalog{Relations: []Relation{
		table(1, "public", "a", append([]string{"tenant_id:text"}, rest...)...),
		table(2, "public", "b", append([]string{"owner:text"}, rest...)...),
		table(3, "public", "fixed", rest...), table(4, "public", "fixed2", rest...),
	}}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKeysHoldForDeterministicColumnsWithinATenant(t *testing.T) {
	p := keyPlanner(t)
	for text, accepted := range map[string]bool{
		"CREATE INDEX ON a (equal)":                                                     true,
		"CREATE INDEX ON a (term)":                                                      false,
		"CREATE INDEX ON a (none)":                                                      false,
		"CREATE INDEX ON a (plain) INCLUDE (none)":                                      true,
		"CREATE UNIQUE INDEX ON a (equal)":                                              false,
		"CREATE UNIQUE INDEX ON a (tenant_id, equal)":                                   true,
		"CREATE UNIQUE INDEX ON fixed (equal)":                                          true,
		"CREATE INDEX ON fixed (plain) WHERE equal = 'x'":                               false,
		"ALTER TABLE a ADD UNIQUE (tenant_id, equal)":                                   true,
		"ALTER TABLE a ADD UNIQUE (tenant_id, none)":                                    false,
		"ALTER TABLE a ADD PRIMARY KEY (equal)":                                         false,
		"ALTER TABLE fixed ADD PRIMARY KEY (equal)":                                     true,
		"ALTER TABLE fixed ADD CHECK (equal <> 'x')":                                    false,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES fixed2 (equal)":           true,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES fixed2 (other)":           false,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES fixed2 (term)":            false,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES fixed2 (plain)":           false,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES fixed2":                   false,
		"ALTER TABLE fixed ADD FOREIGN KEY (plain) REFERENCES fixed2 (equal)":           false,
		"ALTER TABLE fixed ADD FOREIGN KEY (equal) REFERENCES a (equal)":                false,
		"ALTER TABLE a ADD FOREIGN KEY (equal) REFERENCES b (equal)":                    false,
		"ALTER TABLE a ADD FOREIGN KEY (tenant_id, equal) REFERENCES b (owner, equal)":  true,
		"ALTER TABLE a ADD FOREIGN KEY (tenant_id, equal) REFERENCES b (plain, equal)":  false,
		"CREATE TABLE n (x bytea REFERENCES fixed (equal))":                             false,
		"CREATE TABLE n (x text REFERENCES fixed (plain))":                              true,
		"CREATE TABLE n (x text, FOREIGN KEY (x) REFERENCES fixed (equal))":             false,
		"ALTER TABLE a ADD COLUMN extra int GENERATED ALWAYS AS (length(none)) STORED":  false,
		"ALTER TABLE a ADD COLUMN extra bool GENERATED ALWAYS AS (none IS NULL) STORED": true,
		"ALTER TABLE a ADD EXCLUDE USING gist (none WITH =)":                            false,
		"ALTER TABLE a ADD EXCLUDE USING gist (plain WITH =) WHERE (none IS NOT NULL)":  true,
	} {
		if plan := p.Plan([]byte(text), &Session{}); (plan.Refusal == nil) != accepted {
			t.Errorf("%s: %+v", text, plan.Refusal)
		}
	}
}

func TestComparisonsThatTheServerKeepsAreRefused(t *testing.T) {
	p := keyPlanner(t)
	for _, text := range []string{
		"CREATE VIEW v AS SELECT plain FROM fixed WHERE equal = 'x'",
		"CREATE MATERIALIZED VIEW v AS SELECT plain FROM fixed WHERE equal IN ('x', 'y')",
		"CREATE TABLE c AS SELECT plain FROM fixed WHERE equal = 'x'",
		"CREATE POLICY c ON fixed USING (equal = 'x')",
		"CREATE TRIGGER t BEFORE INSERT ON fixed FOR EACH ROW WHEN (new.equal = 'x') EXECUTE FUNCTION f()",
	} {
		if plan := p.Plan([]byte(text), &Session{}); plan.Refusal == nil {
			t.Errorf("%s: %+v", text, plan)
		}
	}
}

func TestComparisonWithAParameterOfPrepareIsSealedByExecute(t *testing.T) {
	plan := keyPlanner(t).Plan([]byte("PREPARE s AS SELECT plain FROM fixed WHERE equal = $1"), &Session{})
	if plan.Refusal != nil || len(plan.Params) > 0 || len(plan.Statements[0].Naming.Prepares.Plan.Params) != 1 {
		t.Errorf("%+v", plan)
	}
}
