package pgsql

import (
	"strings"
	"testing"
)

// newBoundPlanner has tables of which a session may see one tenant's rows, and one without such a bound.
func newBoundPlanner(t testing.TB) *Planner {
	t.Helper()
	secrets := []Column{{Name: "a", Field: "a", Type: "text"}, {Name: "b", Field: "b", Type: "text", Index: 1}}
	p, err := NewPlanner(&Policy{Tables: []Table{
		{Schema: "public", Name: "by_setting", Tenant: TenantSource{Column: "tenant", Setting: "app.tenant"}, Columns: secrets},
		{Schema: "public", Name: "by_user", Tenant: TenantSource{Column: "tenant", Session: "user"}, Columns: secrets},
		{Schema: "public", Name: "unbound", Tenant: TenantSource{Column: "tenant"}, Columns: secrets},
	}}, &Catalog{Relations: []Relation{
		table(1, "public", "by_setting", "id:int8", "tenant:uuid", "a:bytea", "b:bytea"),
		table(2, "public", "by_user", "id:int8", "tenant:text", "a:bytea", "b:bytea"),
		table(3, "public", "unbound", "id:int8", "tenant:text", "a:bytea", "b:bytea"),
		table(4, "public", "other", "id:int8", "tenant:uuid"),
	}}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	bySetting = `"by_setting"."tenant" = pg_catalog.current_setting('app.tenant', true)::pg_catalog.uuid`
	byUser    = `"u"."tenant" = SESSION_USER::pg_catalog.text`
)

func TestBoundSessionUpdatesRowsOfItsTenantOnly(t *testing.T) {
	p := newBoundPlanner(t)
	for text, want := range map[string]string{
		"update by_setting set a = $1":                                                                                                     "update by_setting set a = $1 WHERE " + bySetting,
		"update by_setting set a = $1; select 1":                                                                                           "update by_setting set a = $1 WHERE " + bySetting + "; select 1",
		"update by_setting set a = $1 where id = $2":                                                                                       "where ( id = $2) AND " + bySetting,
		"update by_setting set a = $1 where (id = 1 or id = 2) and not id = 3":                                                             "where ( (id = 1 or id = 2) and not id = 3) AND " + bySetting,
		"update by_setting set a = $1 where id in (select id from other where id > 1)":                                                     "where ( id in (select id from other where id > 1)) AND " + bySetting,
		"update by_setting set a = $1 where id = 1 -- all of it":                                                                           "where ( id = 1) AND " + bySetting + " -- all of it",
		"update by_setting set a = $1 where id = 1 returning id":                                                                           "where ( id = 1) AND " + bySetting + " returning id",
		`update by_setting set a = $1 returning id as "where"`:                                                                             "set a = $1 WHERE " + bySetting + " returning",
		"with x as (update by_setting set a = $1 where id = 1 returning id) select id from x":                                              "where ( id = 1) AND " + bySetting + " returning id) select",
		"update by_user as u set a = $1 from other where u.id = other.id":                                                                  "where ( u.id = other.id) AND " + byUser,
		"update by_setting set tenant = $2, a = $1 where id = $3":                                                                          `where ( id = $3) AND "by_setting"."tenant" = ($2)::pg_catalog.uuid`,
		"update by_setting set (tenant, a) = ($2::uuid, $1) where id = $3":                                                                 `where ( id = $3) AND "by_setting"."tenant" = ($2::uuid)::pg_catalog.uuid`,
		"insert into by_setting values (1, $1, $2, $3) on conflict (id) do update set a = excluded.a":                                      `set a = excluded.a WHERE "by_setting"."tenant" = excluded."tenant"`,
		"insert into by_setting values (1, $1, $2, $3) on conflict (id) do update set a = excluded.a where by_setting.id > 1 returning id": `where ( by_setting.id > 1) AND "by_setting"."tenant" = excluded."tenant" returning id`,
	} {
		plan := p.Plan([]byte(text), &Session{})
		if got := describe(text, plan); !strings.Contains(got, want) {
			t.Errorf("%s\ngot:  %s\nwant: %s", text, got, want)
		}
	}
}

func TestUpdateThatSaysTheTenantIsLeftAsItIs(t *testing.T) {
	p := newBoundPlanner(t)
	for text, want := range map[string]string{
		"update by_setting set a = $1 where tenant = $2":                                                                                   "$1: a as tenant $2",
		"update by_setting set id = 2, a = null where id = 1":                                                                              "statement 1: writes",
		"update unbound set tenant = $1, a = $2, b = $3 where id = $4":                                                                     "$3: b as tenant $1",
		"update unbound set tenant = 'x', a = 'one', b = null where id = 1":                                                                "«a|one|tenant 'x'",
		"insert into unbound values (1, 't', $1, $2) on conflict (id) do update set a = excluded.a where unbound.tenant = excluded.tenant": "$1: a as tenant 't'",
	} {
		plan := p.Plan([]byte(text), &Session{})
		if got := describe(text, plan); !strings.Contains(got, want) || strings.Contains(got, "SESSION_USER") || strings.Contains(got, "current_setting") {
			t.Errorf("%s\ngot:  %s\nwant: %s", text, got, want)
		}
	}
}

func TestUpdateThatCouldLeaveAValueBehindIsRefused(t *testing.T) {
	p := newBoundPlanner(t)
	for _, text := range []string{
		"update unbound set a = $1 where id = 1",
		"update unbound set tenant = $1, a = $2 where id = 1",         // b stays sealed for the old tenant
		"update unbound set tenant = $1, a = $2, b = b where id = 1",  // so it does
		"update unbound set tenant = $1, a = $2, b = coalesce($3, b)", // and so it may
		"update unbound set tenant = $1, a = $2, b = a",               //
		"update unbound set tenant = lower($1), a = $2, b = $3",       // which tenant is not known
		"update by_setting set tenant = $1 where id = 1",              // the row would move
		"update by_setting set tenant = $1, a = null where id = 1",    //
		"update by_setting set tenant = $1, a = a where id = 1",       //
		"update by_setting set a = $1 where current of c",             //
		"insert into unbound values (1, $1, $2, $3) on conflict (id) do update set a = excluded.a",
		"insert into unbound values (1, $1, $2, $3) on conflict (id) do update set a = excluded.a where unbound.tenant = excluded.tenant or true",
	} {
		if plan := p.Plan([]byte(text), &Session{}); plan.Refusal == nil {
			t.Errorf("%s\ngot: %s", text, describe(text, plan))
		}
	}
}

func TestUpdateOfAParentThatWouldLeaveAValueOfAChildBehindIsRefused(t *testing.T) {
	child := table(2, "public", "child", "id:int8", "tenant:text", "a:bytea", "more:bytea")
	child.Parents = []uint32{1}
	secret := Column{Name: "a", Field: "a", Type: "text"}
	for name, columns := range map[string][]Column{"same": {secret}, "more": {secret, {Name: "more", Field: "more", Type: "text", Index: 1}}} {
		p, err := NewPlanner(&Policy{Tables: []Table{
			{Schema: "public", Name: "parent", Tenant: TenantSource{Column: "tenant"}, Columns: []Column{secret}},
			{Schema: "public", Name: "child", Tenant: TenantSource{Column: "tenant"}, Columns: columns},
		}}, &Catalog{Relations: []Relation{table(1, "public", "parent", "id:int8", "tenant:text", "a:bytea"), child}}, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if plan := p.Plan([]byte("update parent set tenant = $1, a = $2"), &Session{}); (plan.Refusal != nil) != (name == "more") {
			t.Errorf("%s: %+v", name, plan.Refusal)
		}
	}
}

// TestTenantThatGetsIntoTheTextIsNotSharedByTemplates plans texts that differ in the tenant.
func TestTenantThatGetsIntoTheTextIsNotSharedByTemplates(t *testing.T) {
	p := newBoundPlanner(t)
	for _, tenant := range []string{"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"} {
		text := "update by_setting set tenant = '" + tenant + "', a = 'x' where id = 1"
		if got := describe(text, p.Plan([]byte(text), &Session{})); !strings.Contains(got, "= ('"+tenant+"')::pg_catalog.uuid") {
			t.Errorf("%s\ngot: %s", text, got)
		}
	}
}
