package pgsql

import (
	"strings"
	"testing"
)

func TestDefaultOfAProtectedColumnIsNeverWritten(t *testing.T) {
	r := table(1, "public", "t", "id:int8", "a:bytea", "b:bytea")
	r.Columns[2].HasDefault = true
	p, err := NewPlanner(&Policy{Tables: []Table{{Schema: "public", Name: "t", Tenant: TenantSource{Fixed: "x"},
		Columns: []Column{{Name: "a", Field: "a", Type: "text"}, {Name: "b", Field: "b", Type: "text", Index: 1}}}}},
		&Catalog{Relations: []Relation{r}}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for text, accepted := range map[string]bool{
		"insert into t values (1, $1, $2)":                                         true,
		"insert into t (b) values (null)":                                          true,
		"insert into t (b, a) values ($1, default)":                                true,
		"update t set a = default":                                                 true,
		"update t set a = $1":                                                      true,
		"copy t from stdin":                                                        true,
		"insert into t (id, a) values (1, $1)":                                     false,
		"insert into t values (1, $1)":                                             false,
		"insert into t values (1, $1, default)":                                    false,
		"insert into t default values":                                             false,
		"insert into t (id) select 1":                                              false,
		"insert into t (b) values ($1) on conflict (id) do update set b = default": false,
		"update t set b = default":                                                 false,
		"update t set (a, b) = ($1, default)":                                      false,
		"copy t (id, a) from stdin":                                                false,
		"merge into t using (select 1 as id) s on s.id = t.id when not matched then insert (id) values (s.id)":          false,
		"merge into t using (select 1 as id) s on s.id = t.id when not matched then insert default values":              false,
		"merge into t using (select 1 as id) s on s.id = t.id when matched then update set b = default":                 false,
		"merge into t using (select 1 as id) s on s.id = t.id when not matched then insert (id, b) values (s.id, null)": true,
	} {
		plan := p.Plan([]byte(text), &Session{})
		switch {
		case accepted && plan.Refusal != nil:
			t.Errorf("%s: %s", text, plan.Refusal.Message)
		case !accepted && (plan.Refusal == nil || !strings.Contains(plan.Refusal.Message, "public.t.b has a default")):
			t.Errorf("%s\n%s", text, describe(text, plan))
		}
	}
}
