package pgsql

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// checkUses checks that a plan says of each protected column that it touches what it does with it, once.
func checkUses(t testing.TB, text string, p *Plan) {
	t.Helper()
	seen := map[Use]bool{}
	for _, u := range p.Uses {
		key := Use{Column: u.Column, Kind: u.Kind}
		if seen[key] {
			t.Errorf("%q: use %d of %s is listed twice", text, u.Kind, u.Column.Name)
		}
		seen[key] = true
		if u.Kind == UseUnknown {
			t.Errorf("%q: column %s is sealed, and no use says what for: call analysis.used where the value is met", text, u.Column.Name)
		}
	}
	used := func(c *Column, kinds ...UseKind) bool {
		return slices.ContainsFunc(kinds, func(k UseKind) bool { return seen[Use{Column: c, Kind: k}] })
	}
	sealed := func(c *Column) {
		if !used(c, UseInsert, UseUpdate, UseCompare) {
			t.Errorf("%q: column %s is sealed without a use", text, c.Name)
		}
	}
	for _, u := range p.Params {
		sealed(u.Column)
	}
	for _, e := range p.Edits {
		if e.Literal != nil {
			sealed(e.Literal.Column)
		}
	}
	for _, s := range p.Statements {
		for _, c := range s.Columns {
			if c.Column != nil && !used(c.Column, UseRead) {
				t.Errorf("%q: column %s is returned without a use", text, c.Column.Name)
			}
		}
	}
}

// describeUses lists the kinds and places of a plan's uses, as "email test@7, email read@7".
func describeUses(text string, p *Plan) string {
	var uses []string
	for _, u := range p.Uses {
		uses = append(uses, fmt.Sprintf("%s %s@%d", u.Column.Name, u.Kind, u.Position(text)))
	}
	return strings.Join(uses, ", ")
}

func TestPlanListsWhatTheTextDoesWithProtectedColumns(t *testing.T) {
	p := newTestPlanner(t)
	for text, want := range map[string]string{
		"select id from customers":                                                       "",
		"delete from customers where id = 1":                                             "",
		"select email from customers":                                                    "email test@7, email read@7",
		"select email, email as again from customers where email is not null":            "email test@7, email read@7",
		"select id from customers where email is null":                                   "email test@31",
		"select count(email) from customers":                                             "email test@13",
		"select 1 where exists (select * from customers)":                                "email test@30, email2 test@30, born test@30, card test@30",
		"select customers is null from customers":                                        "email test@7, email2 test@7, born test@7, card test@7",
		"with c as (select email e, tenant_id t from customers) select e, t from c":      "email test@18, email read@62",
		"select * from customers":                                                        "email test@7, email2 test@7, born test@7, card test@7, email read@7, email2 read@7, born read@7, card read@7",
		"insert into customers (id, tenant_id, email) values (1, 'a', $1), (2, 'a','b')": "email insert@61",
		"insert into customers (id, tenant_id, email) values (1, 'a', null)":             "email insert@61",
		"update customers set email = $1 where tenant_id = 'a'":                          "email update@21",
		"update customers set email = null, email2 = email2 where tenant_id = 'a'":       "email update@21, email2 update@35, email2 test@44",
		"insert into customers (id, tenant_id, email) values (1, 'a', $1) on conflict (tenant_id) do update set email2 = excluded.email2": "email insert@61, email2 update@103, email2 test@112",
		"delete from customers returning email, tenant_id": "email test@32, email read@32",
	} {
		plan := p.Plan([]byte(text), &Session{})
		if plan == nil || plan.Refusal != nil {
			t.Errorf("%s: is not planned: %+v", text, plan)
			continue
		}
		if got := describeUses(text, plan); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestUsesAreBoundedByColumnsAndNotByRows(t *testing.T) {
	text := "insert into customers (id, tenant_id, email, email2) values " + strings.Repeat("(1, 'a', 'x', $1), ", 999) + "(1, 'a', 'x', $1)"
	if plan := newTestPlanner(t).Plan([]byte(text), &Session{}); len(plan.Uses) != 2 {
		t.Errorf("%d uses for two columns", len(plan.Uses))
	}
}

func TestUsesOfATemplateStandWhereTheTextHasThem(t *testing.T) {
	first, second := "select id from customers where id = 1 and email is null", "select id from customers where id = 1234567 and email is null"
	plan := planByTemplate(t, first, second)
	if got, want := describeUses(second, plan), "email test@48"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestComparisonsOfEveryKindAreUses(t *testing.T) {
	p := newTestPlanner(t)
	for _, text := range []string{
		"select id from members where tenant_id = 'a' and email = 'x'",
		"select id from members where tenant_id = $1 and email = any ($2)",
		"select id from members where tenant_id = $1 and email in ($2, $3)",
		"select count(distinct email) from members where tenant_id = 'a'",
		"select distinct email, tenant_id from members where tenant_id = 'a'",
		"select email, tenant_id from members group by 1, 2",
		"select m.id from members m join invites i on i.tenant = m.tenant_id and i.email = m.email",
		"insert into members (id, tenant_id) values (1, 'a') on conflict (email) do nothing",
		"select email, tenant_id from members union select email, tenant_id from members",
	} {
		plan := p.Plan([]byte(text), &Session{})
		if plan == nil || plan.Refusal != nil {
			t.Errorf("%s: is not planned: %+v", text, plan.Refusal)
			continue
		}
		checkUses(t, text, plan)
		if !strings.Contains(describeUses(text, plan), "email compare@") {
			t.Errorf("%s: %s", text, describeUses(text, plan))
		}
	}
}
