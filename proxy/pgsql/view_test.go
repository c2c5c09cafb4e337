package pgsql

import (
	"testing"
)

// viewPlanner plans for views of table a of keyPlanner.
func viewPlanner(t *testing.T) *Planner {
	t.Helper()
	policy := &Policy{Tables: []Table{{Schema: "public", Name: "a", Tenant: TenantSource{Column: "tenant_id"},
		Columns: []Column{{Name: "email", Field: "f", Type: "text"}}}}}
	catalog := &Catalog{Relations: []Relation{table(1, "public", "a", "id:int8", "tenant_id:text", "email:bytea", "name:text")}}
	view := func(name, definition string, uses uint32, columns ...string) {
		v := table(uint32(len(catalog.Relations)+1), "public", name, columns...)
		v.Kind, v.Definition, v.Uses = View, definition, []uint32{uses}
		catalog.Relations = append(catalog.Relations, v)
	}
	view("whole", " SELECT a.id,\n    a.tenant_id AS owner,\n    a.email\n   FROM public.a;", 1, "id:int8", "owner:text", "email:bytea")
	view("twice", "SELECT tenant_id, tenant_id AS again, email FROM public.a", 1, "tenant_id:text", "again:text", "email:bytea")
	view("owners", "SELECT id, tenant_id AS owner, name FROM public.a", 1, "id:int8", "owner:text", "name:text")
	view("nested", "SELECT email AS mail, owner FROM public.whole", 2, "mail:bytea", "owner:text")
	view("broken", "SELECT FROM WHERE", 1, "id:int8")
	view("deep", "SELECT ((SELECT lower(email) FROM public.a LIMIT 1)) AS x, name FROM public.a", 1, "x:text", "name:text")
	view("fewer", "SELECT id, email FROM public.a", 1, "id:int8")
	view("elsewhere", "SELECT 1 AS one", 99, "one:int4")
	p, err := NewPlanner(policy, catalog, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestViewsAreUsedAsFarAsTheirDefinitionsAllow(t *testing.T) {
	p := viewPlanner(t)
	for text, accepted := range map[string]bool{
		"SELECT email FROM whole":                           true,
		"SELECT mail FROM nested":                           true,
		"SELECT id FROM broken":                             false,
		"SELECT name FROM deep":                             true,
		"SELECT x FROM deep":                                false,
		"SELECT count(x) FROM deep":                         false,
		"SELECT d FROM deep d":                              false,
		"SELECT name FROM deep ORDER BY x":                  false,
		"SELECT id FROM fewer":                              false,
		"SELECT one FROM elsewhere":                         true,
		"INSERT INTO whole VALUES (1, 'acme', 'x')":         true,
		"INSERT INTO whole (id, email) VALUES (1, 'x')":     false,
		"UPDATE whole SET email = 'x' WHERE owner = 'acme'": true,
		"UPDATE whole SET owner = 'acme'":                   false,
		"UPDATE twice SET again = 'acme'":                   false,
		"UPDATE owners SET owner = 'acme'":                  false,
		"UPDATE owners SET name = 'x'":                      true,
		"INSERT INTO owners VALUES (1, 'a', 'x') ON CONFLICT (id) DO UPDATE SET owner = 'b'":                   false,
		"INSERT INTO owners VALUES (1, 'a', 'x') ON CONFLICT (id) DO UPDATE SET name = 'b'":                    true,
		"MERGE INTO owners o USING (SELECT 1 AS id) s ON s.id = o.id WHEN MATCHED THEN UPDATE SET owner = 'b'": false,
		"MERGE INTO owners o USING (SELECT 1 AS id) s ON s.id = o.id WHEN MATCHED THEN UPDATE SET name = 'b'":  true,
		"MERGE INTO twice o USING (SELECT 1 AS id) s ON true WHEN MATCHED THEN UPDATE SET again = 'b'":         false,
		"DELETE FROM whole WHERE owner = 'acme'":                                                               true,
		"CREATE OR REPLACE VIEW whole AS SELECT id, tenant_id, email FROM a":                                   true,
		"CREATE VIEW made AS SELECT x FROM deep":                                                               false,
		"ALTER VIEW whole RENAME TO part":                                                                      true,
		"ALTER VIEW whole ALTER COLUMN email SET DEFAULT 'x'":                                                  false,
		"ALTER VIEW whole RENAME COLUMN email TO mail":                                                         true,
		"CREATE TABLE copied AS SELECT email FROM whole":                                                       false,
	} {
		if plan := p.Plan([]byte(text), &Session{}); plan != nil && (plan.Refusal == nil) != accepted || plan == nil && !accepted {
			t.Errorf("%s: %+v", text, plan)
		}
	}
}

func TestInsertThroughAViewSealsForTheTenantInItsColumn(t *testing.T) {
	plan := viewPlanner(t).Plan([]byte("INSERT INTO whole (owner, email) VALUES ($1, $2)"), &Session{})
	if len(plan.Params) != 1 || plan.Params[0].Tenant.Kind != TenantParam || plan.Params[0].Tenant.Param != 1 || plan.Params[0].Column.Field != "f" {
		t.Errorf("%+v", plan)
	}
}

func TestFindingsSayWhatOfTheViewsCannotBeUsed(t *testing.T) {
	found := map[string]int{}
	for _, f := range viewPlanner(t).Findings() {
		found[f.Relation]++
	}
	for relation, n := range map[string]int{"public.broken": 1, "public.deep": 1, "public.twice": 1, "public.fewer": 1, "public.whole": 0, "public.nested": 0, "public.owners": 0} {
		if found[relation] != n {
			t.Errorf("%s has %d findings, not %d", relation, found[relation], n)
		}
	}
}

// FuzzViewDefinition plans with definitions that a server might give, or not: whatever they are, planning neither fails
// nor lets a view of a protected table pass unlooked at.
func FuzzViewDefinition(f *testing.F) {
	for _, s := range []string{"SELECT id, email FROM public.a", "SELECT", "", "SELECT * FROM public.a", "INSERT INTO public.a VALUES (1)",
		"WITH RECURSIVE v AS (SELECT email FROM public.a UNION ALL SELECT email FROM v) SELECT 1, email FROM v", "VALUES (1, 2)", "SELECT 1; SELECT 2",
		"SELECT id, lower(email) FROM public.a UNION SELECT 1, 'x'", "SELECT id, email FROM public.v"} {
		f.Add(s)
	}
	policy := &Policy{Tables: []Table{{Schema: "public", Name: "a", Tenant: TenantSource{Fixed: "t"}, Columns: []Column{{Name: "email", Field: "f", Type: "text"}}}}}
	f.Fuzz(func(t *testing.T, definition string) {
		v := table(2, "public", "v", "id:int8", "email:bytea")
		v.Kind, v.Definition, v.Uses = View, definition, []uint32{1}
		p, err := NewPlanner(policy, &Catalog{Relations: []Relation{table(1, "public", "a", "id:int8", "email:bytea"), v}}, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if r := p.relations.byOID[2]; r.barred == "" && r.lineage == nil {
			t.Errorf("%q is not looked at", definition)
		}
		p.Plan([]byte("SELECT id, email FROM v"), &Session{})
	})
}
