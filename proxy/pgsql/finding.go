package pgsql

import (
	"maps"
	"slices"
)

// Finding is a view or a table because of which statements are refused, for a person who wants to change it.
type Finding struct {
	Relation string // with its schema
	What     string
	Remedy   string
}

// Findings lists what of the catalog limits the statements that can be planned, in the order of the relations' OIDs.
func (p *Planner) Findings() []Finding {
	var all []Finding
	for _, oid := range slices.Sorted(maps.Keys(p.relations.byOID)) {
		r := p.relations.byOID[oid]
		add := func(what, remedy string) { all = append(all, Finding{r.qualified(), what, remedy}) }
		switch {
		case r.barred != "" && r.Kind == View:
			add("cannot be used: "+r.barred, "let applications query the table, or change the view")
		case r.barred != "":
			add("cannot be used: "+r.barred, "")
		case r.lineage != nil:
			r.lineage.findings(r, add)
		}
	}
	return all
}

func (l *lineage) findings(r *relation, add func(what, remedy string)) {
	tenantless := false
	for i := range l.cols {
		c := &l.cols[i]
		if c.barred != "" {
			add("column "+c.name+" cannot be used: "+c.barred, "compute it in the application from the protected column itself")
		}
		if c.prot == nil || c.row.rel.tenant.Column == "" || tenantIndex(l.cols, c.row, anyType) >= 0 {
			continue
		}
		tenantless = true
		add("protected column "+c.name+" cannot be read: the view has no column with the row's tenant", "add "+c.row.rel.tenant.Column+" to the view")
	}
	if l.readOnly != "" && !tenantless && r.guarded() {
		add("protected columns cannot be written through the view: "+l.readOnly, "write to the table")
	}
}
