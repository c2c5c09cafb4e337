package pgsql

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestPlanIgnoresTextsThatNameNothingProtected(t *testing.T) {
	p := newTestPlanner(t)
	for _, text := range []string{"SELECT * FROM orders WHERE id = $1", "", "BEGIN", "syntax error here", "SELECT '"} {
		if plan := p.Plan([]byte(text), &Session{}); plan != nil {
			t.Errorf("%q was planned:\n%s", text, describe(text, plan))
		}
	}
}

func TestPlanIsKeptByText(t *testing.T) {
	p := newTestPlanner(t)
	text := []byte("SELECT email FROM customers WHERE id = $1")
	first := p.Plan(text, &Session{})
	for range 100 {
		if p.Plan(text, &Session{}) != first {
			t.Fatal("planned again")
		}
	}
	text[len(text)-1] = '2' // the planner must not have kept the caller's bytes
	if p.Plan(text, &Session{}) == first {
		t.Fatal("plan of another text")
	}
	if p.Plan([]byte("SELECT email FROM customers WHERE id = $1"), &Session{}) != first {
		t.Fatal("plan was lost when the caller reused its bytes")
	}
}

func TestLongTextsArePlannedButNotKept(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{CacheTextBytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("SELECT email FROM customers" + strings.Repeat(" ", 100))
	if a, b := p.Plan(text, &Session{}), p.Plan(text, &Session{}); a == b || !reflect.DeepEqual(a, b) {
		t.Fatal("kept, or planned differently")
	}
	if p.plans.Len() != 0 {
		t.Fatalf("%d plans kept", p.plans.Len())
	}
}

func TestCacheIsBounded(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{CacheEntries: 10})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		p.Plan(fmt.Appendf(nil, "SELECT id FROM customers AS t%d WHERE id = 1", i), &Session{})
	}
	if p.plans.Len() != 10 || p.templates.kept.Len() != 10 {
		t.Fatalf("%d plans and %d skeletons kept", p.plans.Len(), p.templates.kept.Len())
	}
}

func TestCacheHitAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	p := newTestPlanner(t)
	text := []byte("SELECT id, email FROM customers WHERE id = $1")
	p.Plan(text, &Session{})
	if n := testing.AllocsPerRun(1000, func() { p.Plan(text, &Session{}) }); n != 0 {
		t.Errorf("%v allocations per hit", n)
	}
	text = []byte("SELECT id, total FROM orders WHERE id = $1")
	if n := testing.AllocsPerRun(1000, func() { p.Plan(text, &Session{}) }); n != 0 {
		t.Errorf("%v allocations per text that is not looked at", n)
	}
}

func TestPlannerServesManyAtOnce(t *testing.T) {
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{CacheEntries: 8})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				text := fmt.Sprintf("INSERT INTO notes (body) VALUES ('%d')", (i+g)%20)
				if plan := p.Plan([]byte(text), &Session{}); plan.Refusal != nil || plan.Edits[0].Literal.Value != fmt.Sprint((i+g)%20) {
					t.Errorf("wrong plan for %s", text)
				}
			}
		})
	}
	wg.Wait()
}

func TestProtectsKnowsColumnsByNumber(t *testing.T) {
	p := newTestPlanner(t)
	for _, c := range []struct {
		oid  uint32
		attr int16
		want string
	}{{100, 3, "customer_email"}, {100, 2, ""}, {104, 3, "event_payload"}, {105, 1, "event_payload"}, {105, 3, ""}, {106, 1, ""}, {999, 1, ""}, {100, 99, ""}} {
		got := ""
		if col := p.Protects(c.oid, c.attr); col != nil {
			got = col.Field
		}
		if got != c.want {
			t.Errorf("relation %d attribute %d: %q, want %q", c.oid, c.attr, got, c.want)
		}
	}
}

func TestNewPlannerRefusesPoliciesThatContradictThemselves(t *testing.T) {
	house := TenantSource{Fixed: "house"}
	col := func(name string) []Column { return []Column{{Name: name, Field: "f_" + name, Type: "text"}} }
	for want, tables := range map[string][]Table{
		"schema and name":  {{Name: "x", Tenant: house, Columns: col("a")}},
		"no tenant source": {{Schema: "s", Name: "x", Columns: col("a")}},
		"foreign rows":     {{Schema: "s", Name: "x", Tenant: TenantSource{Setting: "app.t", Foreign: ForeignNull}, Columns: col("a")}},
		"no protected":     {{Schema: "s", Name: "x", Tenant: house}},
		"names the tenant": {{Schema: "s", Name: "x", Tenant: TenantSource{Column: "a"}, Columns: col("a")}},
		"given twice":      {{Schema: "s", Name: "x", Tenant: house, Columns: append(col("a"), col("a")...)}},
		"twice":            {{Schema: "s", Name: "x", Tenant: house, Columns: col("a")}, {Schema: "s", Name: "x", Tenant: house, Columns: col("a")}},
		"longer than":      {{Schema: "s", Name: strings.Repeat("x", 64), Tenant: house, Columns: col("a")}},
		"bytes that":       {{Schema: "s", Name: "x", Tenant: house, Columns: col(strings.Repeat("x", 64))}},
		"tenant column":    {{Schema: "public", Name: "customers", Tenant: TenantSource{Column: "born"}, Columns: col("a")}},
		"is a view":        {{Schema: "public", Name: "order_totals", Tenant: house, Columns: col("id")}},
		"by inheritance": {{Schema: "public", Name: "trunk", Tenant: house, Columns: col("v")},
			{Schema: "public", Name: "leaf", Tenant: house, Columns: []Column{{Name: "v", Field: "other", Type: "text"}}}},
		"differs": {{Schema: "public", Name: "trunk", Tenant: house, Columns: col("v")},
			{Schema: "public", Name: "leaf", Tenant: TenantSource{Session: "user"}, Columns: col("v")}},
	} {
		_, err := NewPlanner(&Policy{Tables: tables}, testCatalog(), Config{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}

func TestEveryParameterKeepsItsPlace(t *testing.T) {
	p := newTestPlanner(t)
	var values []string
	for i := range 500 {
		values = append(values, fmt.Sprintf("($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3))
	}
	text := "INSERT INTO customers (id, tenant_id, email) VALUES " + strings.Join(values, ", ")
	plan := p.Plan([]byte(text), &Session{})
	if plan.Refusal != nil || len(plan.Params) != 500 {
		t.Fatal(describe(text, plan))
	}
	for i, u := range plan.Params {
		if u.Param != 3*i+3 || u.Tenant.Param != 3*i+2 {
			t.Fatalf("entry %d: %+v", i, u)
		}
	}
}

const longStatement = `WITH recent AS (
    SELECT o.id, o.customer_id, o.total, o.tenant_id
    FROM orders o
    WHERE o.total > $1
      AND o.id IN (SELECT id FROM leads WHERE email LIKE '%@example.org')
), ranked AS (
    SELECT r.*, row_number() OVER (PARTITION BY r.customer_id ORDER BY r.total DESC) AS place
    FROM recent r
), people AS (
    SELECT c.id, c.tenant_id, c.name, c.email, c.born
    FROM customers c
    WHERE c.tenant_id = $2
      AND c.email IS NOT NULL
)
SELECT p.id,
       p.tenant_id,
       p.name AS display_name,
       p.email,
       p.born,
       k.total,
       coalesce(k.place, 0) AS place,
       CASE WHEN k.total > 100 THEN 'big'
            WHEN k.total > 10 THEN 'middle'
            ELSE 'small'
       END AS class
FROM people p
LEFT JOIN ranked k ON k.customer_id = p.id AND k.place <= 3
LEFT JOIN LATERAL (SELECT count(*) AS n FROM orders x WHERE x.customer_id = p.id) n ON true
WHERE n.n > 0
ORDER BY k.total DESC NULLS LAST, p.id
LIMIT 100 OFFSET $3`

func benchmarkPlan(b *testing.B, text string) {
	p := newTestPlanner(b)
	if r := p.planText(text, &Session{}).Refusal; r != nil {
		b.Fatal(r.Message)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		p.planText(text, &Session{})
	}
}

func BenchmarkPlanPointSelect(b *testing.B) {
	benchmarkPlan(b, "SELECT id, email FROM customers WHERE id = $1")
}

func BenchmarkPlanLongStatement(b *testing.B) { benchmarkPlan(b, longStatement) }

func BenchmarkPlanThousandRowInsert(b *testing.B) {
	row := "(1, 'acme', 'somebody.with.a.long.name@example.org', NULL, '1980-02-03', 4111111111111111, 'Some Body')"
	benchmarkPlan(b, "INSERT INTO customers (id, tenant_id, email, email2, born, card, name) VALUES "+row+strings.Repeat(", "+row, 999))
}

func BenchmarkCacheHit(b *testing.B) {
	p := newTestPlanner(b)
	text := []byte("SELECT id, email FROM customers WHERE id = $1")
	p.Plan(text, &Session{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.Plan(text, &Session{})
		}
	})
}
