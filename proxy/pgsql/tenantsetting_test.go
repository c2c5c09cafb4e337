package pgsql

import (
	"strings"
	"testing"
)

// newTenantPlanner has tables whose tenants come from several sources.
func newTenantPlanner(t testing.TB) *Planner {
	t.Helper()
	secret := []Column{{Name: "secret", Field: "secret", Type: "text"}}
	withDefault := func(r Relation, expr string) Relation { r.Columns[1].Default = expr; return r }
	p, err := NewPlanner(&Policy{Tables: []Table{
		{Schema: "public", Name: "d_setting", Tenant: TenantSource{Column: "tenant", Setting: "app.tenant"}, Columns: secret},
		{Schema: "public", Name: "d_fixed", Tenant: TenantSource{Column: "tenant"}, Columns: secret},
		{Schema: "public", Name: "d_other", Tenant: TenantSource{Column: "tenant", Setting: "app.tenant"}, Columns: secret},
		{Schema: "public", Name: "by_setting", Tenant: TenantSource{Setting: "app.tenant"}, Columns: secret},
		{Schema: "public", Name: "by_both", Tenant: TenantSource{Column: "tenant", Setting: "app.tenant"}, Columns: secret},
		{Schema: "public", Name: "by_user", Tenant: TenantSource{Session: "user", Setting: "app.tenant"}, Columns: secret},
		{Schema: "public", Name: "by_all", Tenant: TenantSource{Column: "tenant", Fixed: "a", Session: "user", Setting: "app.tenant"}, Columns: secret},
	}}, &Catalog{Relations: []Relation{
		table(1, "public", "by_setting", "id:int8", "secret:bytea"),
		table(2, "public", "by_both", "id:int8", "tenant:uuid", "secret:bytea"),
		table(3, "public", "by_user", "id:int8", "secret:bytea"),
		table(4, "public", "by_all", "id:int8", "tenant:text", "secret:bytea"),
		withDefault(table(5, "public", "d_setting", "id:int8", "tenant:uuid", "secret:bytea"), "(current_setting('app.tenant'::text))::uuid"),
		withDefault(table(6, "public", "d_fixed", "id:int8", "tenant:varchar", "secret:bytea", "n:int4"), "'o''neill'::character varying"),
		withDefault(table(7, "public", "d_other", "id:int8", "tenant:text", "secret:bytea"), "current_setting('app.other'::text, true)"),
	}}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTenantsComeFromTheSourcesThatThePolicyNames(t *testing.T) {
	p := newTenantPlanner(t)
	const both = " (type 2950), as by setting app.tenant"
	for text, want := range map[string]string{
		"insert into by_setting values (1, $1)":                                                                "$1: secret as the setting app.tenant",
		"insert into by_setting values (1, 'x')":                                                               "«secret|x|the setting app.tenant»",
		"update by_setting set secret = $1 where id = 1":                                                       "$1: secret as the setting app.tenant",
		"select secret from by_setting":                                                                        "0: secret as the setting app.tenant from 1.2",
		"select max(id), (select 1) from by_setting":                                                           "passes",
		"insert into by_both values (1, $1, $2)":                                                               "$2: secret as tenant $1" + both,
		"insert into by_both values (1, current_setting('app.tenant')::uuid, $1)":                              "$1: secret as the setting app.tenant, as by setting app.tenant",
		"insert into by_both values (1, current_setting('app.tenant', true)::text::uuid, $1)":                  "$1: secret as the setting app.tenant, as by setting app.tenant",
		"update by_both set secret = $1 where tenant = current_setting('app.tenant')::uuid and id = 1":         "$1: secret as the setting app.tenant, as by setting app.tenant",
		"insert into by_both values (1, current_setting('app.other')::uuid, $1)":                               "refused 0A000: protected column public.by_both.secret cannot be sealed",
		"insert into by_both values (1, lower(current_setting('app.tenant'))::uuid, $1)":                       "refused 0A000: protected column public.by_both.secret cannot be sealed",
		"update by_both set tenant = current_setting('app.tenant')::uuid where id = 1":                         "refused 0A000: tenant column public.by_both.tenant cannot be changed",
		"update by_both set tenant = '00000000-0000-0000-0000-000000000001'":                                   "refused 0A000: tenant column public.by_both.tenant cannot be changed",
		"insert into by_both (id, tenant, secret) values (1, default, $1)":                                     "refused 0A000: protected column public.by_both.secret cannot be sealed",
		"select secret from by_both":                                                                           "0: secret as tenant in column 1 (type 25), as by setting app.tenant from 2.3\n  1: hidden",
		"insert into by_user values (1, $1)":                                                                   "$1: secret as the session's user, as by setting app.tenant",
		"insert into by_all values (1, $1, $2)":                                                                "$2: secret as tenant $1 (type 25), as by fixed a, as by session user, as by setting app.tenant",
		"insert into by_setting select id, secret from by_setting":                                             "statement 1: writes",
		"insert into by_setting (secret) select secret from by_both":                                           "refused 0A000: protected column public.by_both.secret cannot be used in an INSERT … SELECT that does not carry the tenant along",
		"update by_both set tenant = $2, secret = $1 where tenant = $2":                                        "$1: secret as tenant $2" + both,
		"insert into by_both values (1, $1, $2), (2, $3, $4)":                                                  "$4: secret as tenant $3" + both,
		"insert into by_both values (1, $1, $2), (2, current_setting('app.tenant')::pg_catalog.uuid, 'third')": "«secret|third|the setting app.tenant, as by setting app.tenant»",
	} {
		plan := p.Plan([]byte(text), &Session{})
		if got := describe(text, plan); !strings.Contains(got, want) {
			t.Errorf("%s\ngot:  %s\nwant: %s", text, got, want)
		}
	}
}

func TestTenantThatIsLeftToItsDefaultIsWrittenDown(t *testing.T) {
	p := newTenantPlanner(t)
	const setting = "pg_catalog.current_setting('app.tenant')::pg_catalog.uuid"
	for text, want := range map[string]string{
		"insert into d_setting (id, secret) values (1, $1)":                                             `server: insert into d_setting (id, secret, "tenant") values (1, $1, ` + setting + ")\n$1: secret as the setting app.tenant, as by setting app.tenant\n",
		"insert into d_setting (id, tenant, secret) values (1, DEFAULT, $1)":                            `server: insert into d_setting (id, tenant, secret) values (1, ` + setting + ", $1)\n$1: secret as the setting app.tenant, as by setting app.tenant\n",
		"insert into d_fixed (secret, n) values ('(x', (1 + 2)), ('y)', 3) returning id":                `(secret, n, "tenant") values («secret|(x|tenant 'o'neill' (type 1043)», (1 + 2), 'o''neill'), («secret|y)|tenant 'o'neill' (type 1043)», 3, 'o''neill')`,
		"insert into d_fixed (secret, tenant) values ('x', default), ('y', 'b'), ('z', $1)":             "(«secret|y|tenant 'b' (type 1043)», 'b'), ($2, $1)",
		"insert into d_fixed (secret, tenant) values ('x', default), ('y', 'b')":                        `values («secret|x|tenant 'o'neill' (type 1043)», 'o''neill'), («secret|y|tenant 'b' (type 1043)», 'b')`,
		"insert into d_fixed values (1, default, $1)":                                                   `server: insert into d_fixed ("id", "tenant", "secret") values (1, 'o''neill', $1)`,
		"insert into d_fixed (id) values (1)":                                                           "statement 1: writes\npasses",
		"insert into d_fixed (id, tenant) values (1, default)":                                          `server: insert into d_fixed (id, tenant) values (1, 'o''neill')`,
		"insert into d_fixed default values":                                                            "passes",
		"insert into d_other (id, secret) values (1, $1)":                                               "refused 0A000: protected column public.d_other.secret cannot be sealed",
		"insert into by_both (id, secret) values (1, $1)":                                               "refused 0A000: protected column public.by_both.secret cannot be sealed",
		"insert into d_fixed (id, secret) select 1, $1":                                                 "refused 0A000: protected column public.d_fixed.secret cannot be sealed",
		"with values_ as (select 1) insert into d_fixed as \"values\" (secret) values ('x')":            `"values" (secret, "tenant") values («secret|x|tenant 'o'neill' (type 1043)», 'o''neill')`,
		"insert into d_fixed (id, secret) overriding user value values (1, 'x') on conflict do nothing": `(id, secret, "tenant") overriding user value values (1, «secret|x|tenant 'o'neill' (type 1043)», 'o''neill') on conflict do nothing`,
	} {
		plan := p.Plan([]byte(text), &Session{})
		if got := describe(text, plan); !strings.Contains(got, want) {
			t.Errorf("%s\ngot:  %s\nwant: %s", text, got, want)
		}
		checkInvariants(t, text, plan)
	}
}

func TestPlansSayWhetherTheSettingMayChange(t *testing.T) {
	p := newTenantPlanner(t)
	for text, want := range map[string]Effect{
		"select secret from by_setting":                                Keeps,
		"select secret, f(id) from by_setting":                         Changes,
		"set app.tenant = 'a'; insert into by_setting values (1, 'x')": Changes,
		"insert into by_setting values (1, 'x'); commit":               Restores,
		"select f(1)": Changes, "commit": Restores, "prepare x as select f(1)": Prepares,
	} {
		if plan := p.Plan([]byte(text), &Session{}); plan == nil && want != Keeps || plan != nil && plan.Effect != want {
			t.Errorf("%s: got %+v", text, plan)
		}
		// The template's plan says the same.
		text = strings.Replace(text, "'x'", "'another'", 1)
		if plan := p.Plan([]byte(text), &Session{}); plan == nil && want != Keeps || plan != nil && plan.Effect != want {
			t.Errorf("%s: got %+v", text, plan)
		}
	}
}
