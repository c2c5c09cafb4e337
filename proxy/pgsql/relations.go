package pgsql

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// relation is a table or view as the planner sees it: the catalog's entry together with what the policy says of it.
type relation struct {
	Relation
	tenant TenantSource
	claims *Claims // of its tenant
	// tenantDefault is what the tenant column's default gives; nil if it can't be known.
	tenantDefault *TenantRef
	protected     []*Column // parallel to Columns; nil where a column is not protected
	// pending names the policy's columns that the catalog does not have: added a moment ago, or misspelled.
	pending []*Column
	// barred, if not empty, says why no statement may use the relation although the policy does not name it.
	barred string
	// missing is set for a table that only the policy knows.
	missing bool
	// listed is set for a table that the policy names itself.
	listed bool
	// tenants are columns of an unprotected table or view that hold the tenant of protected rows.
	tenants []string
	// lineage is set for a view that reads protected columns.
	lineage *lineage
	// base is the table whose rows a view with protected columns shows, if their tenant is in a column of it.
	base *relation
}

// guarded reports whether the relation has protected columns.
func (r *relation) guarded() bool {
	return len(r.pending) > 0 || slices.ContainsFunc(r.protected, func(c *Column) bool { return c != nil })
}

// sensitive reports whether a statement that names the relation must be looked at.
func (r *relation) sensitive() bool {
	return r.guarded() || r.barred != "" || r.missing || len(r.tenants) > 0 || r.lineage.sensitive()
}

func (r *relation) qualified() string { return r.Schema + "." + r.Name }

// column returns the index of the column called name, or -1.
func (r *relation) column(name string) int {
	return slices.IndexFunc(r.Columns, func(a Attribute) bool { return a.Name == name })
}

// typeOf returns the type of the column called name; 0 if there is none.
func (r *relation) typeOf(name string) uint32 {
	if i := r.column(name); i >= 0 {
		return r.Columns[i].TypeOID
	}
	return 0
}

// protects returns the protected column called name, pending ones included, or nil.
func (r *relation) protects(name string) *Column {
	if i := r.column(name); i >= 0 {
		return r.protected[i]
	}
	for _, c := range r.pending {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// protect marks the columns of t, found by name, as protected. A relation may be reached twice, by its own entry in the
// policy and through a parent; both must agree.
func (r *relation) protect(t *Table) error {
	if r.guarded() && r.tenant != t.Tenant {
		return fmt.Errorf("table %s: its tenant source differs from that of %s.%s, from which it inherits", r.qualified(), t.Schema, t.Name)
	}
	if r.claims == nil || r.tenant != t.Tenant {
		r.claims = t.Tenant.claims(r.typeOf(t.Tenant.Column))
	}
	r.tenant = t.Tenant
	if i := r.column(t.Tenant.Column); i >= 0 {
		r.tenantDefault = tenantDefault(r.Columns[i].Default, r.Columns[i].TypeOID, &t.Tenant)
	}
	if i := r.column(t.Tenant.Column); i >= 0 && !tenantTypes[r.Columns[i].TypeOID] {
		return fmt.Errorf("table %s: tenant column %s has a type or collation whose equal values may be spelled differently; use text, varchar, uuid or an integer, with a deterministic collation", r.qualified(), t.Tenant.Column)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		at := r.column(c.Name)
		switch {
		case at < 0:
			r.pending = append(r.pending, c)
		case r.protected[at] != nil && *r.protected[at] != *c:
			return fmt.Errorf("table %s: column %s is bound to field %s and, by inheritance, to %s", r.qualified(), c.Name, r.protected[at].Field, c.Field)
		default:
			r.protected[at] = c
		}
	}
	return nil
}

// relations indexes a catalog under a policy.
type relations struct {
	byOID  map[uint32]*relation
	byName map[string][]*relation
	names  *filter // finds the names of sensitive relations in a string
	bodies *bodyNames
	// settings is set if a run-time parameter names a tenant.
	settings    bool
	searchable  bool            // some column can be searched
	columnNames map[string]bool // of the policy's protected columns
}

// newRelations joins catalog and policy: children and partitions inherit protection by column name; views that read a
// protected table get its protection column by column; unprotected parents of a protected table are barred.
func newRelations(policy *Policy, catalog *Catalog) (*relations, error) {
	rs := &relations{byOID: map[uint32]*relation{}, byName: map[string][]*relation{}, columnNames: map[string]bool{}}
	for _, r := range catalog.Relations {
		rs.add(&relation{Relation: r, protected: make([]*Column, len(r.Columns))})
	}
	for i := range policy.Tables {
		if err := rs.apply(&policy.Tables[i]); err != nil {
			return nil, err
		}
		for _, c := range policy.Tables[i].Columns {
			rs.columnNames[c.Name] = true
		}
		rs.searchable = rs.searchable || slices.ContainsFunc(policy.Tables[i].Columns, func(c Column) bool { return c.Search != SearchNone })
	}
	for i := range policy.Tables {
		t := &policy.Tables[i]
		if r, _ := rs.find(t.Schema, t.Name); r != nil && !r.missing {
			if err := rs.inherit(r, t, map[uint32]bool{}); err != nil {
				return nil, err
			}
		}
	}
	rs.barParents()
	rs.traceViews()
	rs.names, rs.bodies = newFilter(rs.sensitiveNames()), newBodyNames(rs.sensitiveNames())
	return rs, nil
}

func (rs *relations) add(r *relation) {
	if r.OID != 0 {
		rs.byOID[r.OID] = r
	}
	rs.byName[r.Name] = append(rs.byName[r.Name], r)
}

func (rs *relations) apply(t *Table) error {
	if err := t.validate(); err != nil {
		return err
	}
	rs.settings = rs.settings || t.Tenant.Setting != ""
	r, _ := rs.find(t.Schema, t.Name)
	switch {
	case r == nil:
		r = &relation{Relation: Relation{Schema: t.Schema, Name: t.Name}, missing: true}
		rs.add(r)
	case r.missing || r.guarded():
		return fmt.Errorf("table %s is in the policy twice", r.qualified())
	case r.Kind == View:
		return fmt.Errorf("%s is a view; protect the columns of its table", r.qualified())
	}
	r.listed = true
	return r.protect(t)
}

// maxName is the length of an identifier in bytes (NAMEDATALEN less one, src/include/pg_config_manual.h); the server and
// the parser cut longer ones.
const maxName = 63

func (t *Table) validate() error {
	name := t.Schema + "." + t.Name
	switch {
	case t.Schema == "" || t.Name == "":
		return fmt.Errorf("table %q: schema and name must be given", name)
	case !slices.ContainsFunc([]string{t.Tenant.Column, t.Tenant.Fixed, t.Tenant.Session, t.Tenant.Setting}, func(s string) bool { return s != "" }):
		return fmt.Errorf("table %s: no tenant source is given", name)
	case t.Tenant.Foreign != ForeignError && (t.Tenant.Column == "" || !t.Tenant.bound()):
		return fmt.Errorf("table %s: foreign rows are only told by a tenant column together with a source in the session", name)
	case len(t.Schema) > maxName || len(t.Name) > maxName:
		return fmt.Errorf("table %s: a name is longer than the %d bytes that the server keeps", name, maxName)
	case len(t.Columns) == 0:
		return fmt.Errorf("table %s has no protected column", name)
	}
	seen := map[string]bool{}
	for _, c := range t.Columns {
		if c.Name == t.Tenant.Column {
			return fmt.Errorf("table %s: column %s names the tenant and cannot be protected", name, c.Name)
		}
		if len(c.Name) > maxName {
			return fmt.Errorf("table %s: column %s: the name is longer than the %d bytes that the server keeps", name, c.Name, maxName)
		}
		if c.Search != SearchNone && c.Domain == "" {
			return fmt.Errorf("table %s: column %s can be searched and has no equality domain", name, c.Name)
		}
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("table %s: column %q is empty or given twice", name, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// inherit hands t's protection on to every child and partition of r. A catalog with a cycle is cut by seen.
func (rs *relations) inherit(r *relation, t *Table, seen map[uint32]bool) error {
	if seen[r.OID] {
		return nil
	}
	seen[r.OID] = true
	for _, child := range rs.byOID {
		if !slices.Contains(child.Parents, r.OID) || child.Kind == View {
			continue
		}
		if err := child.protect(t); err != nil {
			return err
		}
		if err := rs.inherit(child, t, seen); err != nil {
			return err
		}
	}
	return nil
}

// barParents bars tables whose rows include those of a protected child: a write to them could reach the child unsealed.
func (rs *relations) barParents() {
	oids := slices.Sorted(maps.Keys(rs.byOID)) // the first reason is the one that is shown
	for _, oid := range oids {
		if r := rs.byOID[oid]; r.guarded() {
			rs.barParentsOf(r, r, map[uint32]bool{})
		}
	}
}

func (rs *relations) barParentsOf(r, child *relation, seen map[uint32]bool) {
	for _, oid := range r.Parents {
		p := rs.byOID[oid]
		if p == nil || seen[oid] {
			continue
		}
		seen[oid] = true
		if !p.guarded() {
			p.shares(child)
		}
		rs.barParentsOf(p, child, seen)
	}
}

// shares notes what an unprotected parent shows of a protected child: nothing, the tenant of its rows, or sealed values.
func (r *relation) shares(child *relation) {
	for i, c := range child.protected {
		if c != nil && r.column(child.Columns[i].Name) >= 0 && r.barred == "" {
			r.barred = fmt.Sprintf("its child %s has protected columns and it has not; protect the same columns of it", child.qualified())
		}
	}
	if t := child.tenant.Column; t != "" && r.column(t) >= 0 && !slices.Contains(r.tenants, t) {
		r.tenants = append(r.tenants, t)
	}
}

// find returns the relation that a name in a statement means. Without a schema every schema's relation of that name is a
// candidate, since the search path is not followed: a single one is the answer, several are ambiguous if any of them is
// sensitive; so is a name with a schema that the catalog lacks, and unknown (nil) if none is.
func (rs *relations) find(schema, name string) (r *relation, ambiguous bool) {
	candidates := rs.byName[name]
	if schema != "" {
		for _, c := range candidates {
			if c.Schema == schema {
				return c, false
			}
		}
		// The catalog may not have it yet: it may even be a protected table whose schema was renamed elsewhere.
		return nil, slices.ContainsFunc(candidates, (*relation).sensitive)
	}
	if len(candidates) == 1 {
		return candidates[0], false
	}
	return nil, slices.ContainsFunc(candidates, (*relation).sensitive)
}

// sensitiveNames returns the names that the filter looks for.
func (rs *relations) sensitiveNames() []string {
	var names []string
	for name, candidates := range rs.byName {
		if slices.ContainsFunc(candidates, (*relation).sensitive) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
