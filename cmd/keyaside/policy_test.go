package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

func TestPolicySaysHowAFieldIsFound(t *testing.T) {
	for _, test := range []struct {
		field configs.Field
		want  pgsql.Column
	}{
		{configs.Field{Type: "text"}, pgsql.Column{}},
		{configs.Field{Type: "text", Search: "none", Equality: configs.Equality{Form: "deterministic"}}, pgsql.Column{}},
		{configs.Field{Type: "text", Search: "equality", Equality: configs.Equality{Form: "deterministic"}},
			pgsql.Column{Search: pgsql.SearchDeterministic, Domain: "email"}},
		{configs.Field{Type: "text", Search: "equality", Equality: configs.Equality{Form: "term", Domain: "mail", Normalise: []string{"trim", "lower"}}},
			pgsql.Column{Search: pgsql.SearchTerm, Domain: "mail", Normalise: "lower,trim"}},
	} {
		c := newColumn("c", configs.Column{Field: "email", Storage: "bytea"}, configs.Fields{"email": test.field}, map[string]int{"email": 3})
		got := pgsql.Column{Search: c.Search, Domain: c.Domain, Normalise: c.Normalise}
		if got != test.want {
			t.Errorf("%+v gives %+v, want %+v", test.field, got, test.want)
		}
	}
}

func TestPolicyHoldsEveryTableAndSharesTheIndexOfAField(t *testing.T) {
	c := &configs.Config{
		Fields: configs.Fields{"note": {Type: "jsonb"}, "email": {Type: "text"}},
		Tables: configs.Tables{
			{Name: "customers", Tenant: configs.Tenant{Column: "tenant_id"}, Columns: configs.Columns{
				"remark": {Field: "note", Storage: "text"}, "mail": {Field: "email", Storage: "bytea"},
			}},
			{Name: `sales."my.orders"`, Tenant: configs.Tenant{Session: "user"}, Columns: configs.Columns{
				"remark": {Field: "note", Storage: "bytea"},
			}},
		},
	}
	got, err := newPolicy(c)
	if err != nil {
		t.Fatal(err)
	}
	want := &pgsql.Policy{Tables: []pgsql.Table{
		{Schema: "public", Name: "customers", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			{Name: "mail", Field: "email", Type: "text", Storage: pgsql.StorageBytea, Index: 0},
			{Name: "remark", Field: "note", Type: "jsonb", Storage: pgsql.StorageText, Index: 1},
		}},
		{Schema: "sales", Name: "my.orders", Tenant: pgsql.TenantSource{Session: "user"}, Columns: []pgsql.Column{
			{Name: "remark", Field: "note", Type: "jsonb", Storage: pgsql.StorageBytea, Index: 1},
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
