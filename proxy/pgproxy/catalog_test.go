package pgproxy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// catalogOf reads the catalog of a database with these tables.
func catalogOf(t *testing.T, ddl string) (*stack, func() map[string]pgsql.Relation) {
	t.Helper()
	s := newBareStack(t)
	s.direct(t).exec(ddl)
	source := NewCatalogSource(CatalogConfig{Upstream: fmt.Sprintf("%s:%d", s.pg.Host, s.pg.Port), User: s.pg.User,
		Password: func() (string, error) { return s.pg.Password, nil }})
	return s, func() map[string]pgsql.Relation {
		catalog, err := source.Load(context.Background(), s.database)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]pgsql.Relation{}
		for _, r := range catalog.Relations {
			found[r.Schema+"."+r.Name] = r
		}
		return found
	}
}

func TestCatalogHasAllParents(t *testing.T) {
	_, load := catalogOf(t, `create table a (x int); create table b (y int); create table c () inherits (b, a); create table d () inherits (c);
		create table p (k int) partition by list (k); create table p1 partition of p for values in (1)`)
	found := load()
	oid := func(name string) uint32 { return found["public."+name].OID }
	for child, parents := range map[string][]uint32{"a": {}, "c": {oid("b"), oid("a")}, "d": {oid("c")}, "p1": {oid("p")}} {
		if got := found["public."+child].Parents; !slices.Equal(got, parents) {
			t.Errorf("%s has the parents %v, not %v", child, got, parents)
		}
	}
}

func TestDefinitionsOfViewsNameTheSchemaWhateverTheSearchPath(t *testing.T) {
	s, load := catalogOf(t, `create schema other; create table t (x int); create table other.t (y int);
		create view v as select t.x, o.y from t, other.t o; create materialized view m as select x from t`)
	s.direct(t).exec("alter database " + s.database + " set search_path = other, public")
	found := load()
	v, m := found["public.v"].Definition, found["public.m"].Definition
	if !strings.Contains(v, "public.t") || !strings.Contains(v, "other.t") || !strings.Contains(m, "public.t") {
		t.Errorf("v is %q, m is %q", v, m)
	}
}

func TestCatalogIsReadWhileAMigrationLocksATable(t *testing.T) {
	s, load := catalogOf(t, "create table t (x int); create view v as select x from t")
	migration := s.direct(t)
	migration.exec("begin; alter table t add column y int")
	found := load()
	if r, ok := found["public.v"]; !ok || r.Definition != "" || len(r.Columns) != 1 {
		t.Errorf("with the table locked: %+v", r)
	}
	migration.exec("commit")
	if load()["public.v"].Definition == "" {
		t.Error("without the lock the definition is still missing")
	}
}

// TestTenantMayNotBeSpelledInSeveralWays: what the server calls equal must be one tenant here as well.
func TestTenantMayNotBeSpelledInSeveralWays(t *testing.T) {
	s := newBareStack(t)
	c := s.direct(t)
	if _, err := c.Exec(t.Context(), "create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"); err != nil {
		t.Skipf("a server without ICU has no such collations: %v", err)
	}
	c.exec("create table owned (tenant_id text collate loose, secret bytea, exact text collate \"C\")")
	source := NewCatalogSource(CatalogConfig{Upstream: s.pg.Addr(), User: s.pg.User, Password: func() (string, error) { return s.pg.Password, nil }})
	catalog, err := source.Load(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []string{"tenant_id", "exact"} {
		policy := &pgsql.Policy{Tables: []pgsql.Table{{Schema: "public", Name: "owned", Tenant: pgsql.TenantSource{Column: tenant},
			Columns: []pgsql.Column{{Name: "secret", Field: "secret", Type: "text"}}}}}
		if _, err := pgsql.NewPlanner(policy, catalog, pgsql.Config{}); (err != nil) != (tenant == "tenant_id") {
			t.Errorf("tenant in column %s: %v", tenant, err)
		}
	}
}
