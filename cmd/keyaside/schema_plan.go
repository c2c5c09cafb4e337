package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// schemaStep is one statement of a plan.
type schemaStep struct {
	Table       string `json:"table"`
	SQL         string `json:"sql"`
	Why         string `json:"why"`
	Transaction bool   `json:"transaction"` // it runs in one transaction with its neighbours of the same table that do, too
}

// schemaProblem is why something can't be planned.
type schemaProblem struct {
	Object string `json:"object"`
	What   string `json:"what"`
	Remedy string `json:"remedy,omitzero"`
}

// schemaPlan is what is to be done in one database.
type schemaPlan struct {
	Database string          `json:"database"`
	Down     bool            `json:"down"`
	Steps    []schemaStep    `json:"steps"`
	Notes    []schemaProblem `json:"notes"`    // what is left alone, and why
	Problems []schemaProblem `json:"problems"` // nothing is applied while there is one

	freed map[string]int // by domain: how many columns give it up
}

// tablePlanner plans one table.
type tablePlanner struct {
	plan  *schemaPlan
	table *pgsql.Table
	state *tableState
	made  map[string]bool // domains that the plan makes already, by schema and name
}

func (p *tablePlanner) object(column string) string {
	name := p.table.Schema + "." + p.table.Name
	if column != "" {
		name += "." + column
	}
	return name
}

func (p *tablePlanner) problem(column, what, todo string) {
	p.plan.Problems = append(p.plan.Problems, schemaProblem{p.object(column), what, todo})
}

func (p *tablePlanner) note(column, what, todo string) {
	p.plan.Notes = append(p.plan.Notes, schemaProblem{p.object(column), what, todo})
}

func (p *tablePlanner) step(transaction bool, why, format string, args ...any) {
	p.plan.Steps = append(p.plan.Steps, schemaStep{p.object(""), fmt.Sprintf(format, args...), why, transaction})
}

// quoted is the table's name in SQL.
func (p *tablePlanner) quoted() string { return p.inSchema(p.table.Name) }

// inSchema is the name of another object of the table's schema.
func (p *tablePlanner) inSchema(name string) string {
	return pgx.Identifier{p.table.Schema, name}.Sanitize()
}

// up plans domains and indexes for the table.
func (p *tablePlanner) up() {
	var alterations []string
	for i := range p.table.Columns {
		c := &p.table.Columns[i]
		if p.fits(c) && p.state.columns[c.Name].domain != shapeOf(c).domain() && p.createDomain(shapeOf(c)) {
			alterations = append(alterations, fmt.Sprintf("alter column %s type %s", pgx.Identifier{c.Name}.Sanitize(), p.inSchema(shapeOf(c).domain())))
		}
	}
	if len(alterations) > 0 {
		p.step(true, "locks the table and rewrites it", "alter table %s %s", p.quoted(), strings.Join(alterations, ", "))
	}
	analyze := false
	for i := range p.table.Columns {
		c := &p.table.Columns[i]
		analyze = p.index(c) && c.Search == pgsql.SearchTerm || analyze
	}
	if analyze {
		p.step(false, "an index on an expression has no statistics before", "analyze %s", p.quoted())
	}
}

// fits reports whether the column can have its domain, or has it.
func (p *tablePlanner) fits(c *pgsql.Column) bool {
	s, ok := p.state.columns[c.Name]
	shape := shapeOf(c)
	switch {
	case !ok:
		p.problem(c.Name, "does not exist", "add the column, or correct its name")
	case s.domain == shape.domain():
		return true
	case s.domain == "" && s.typ != shape.baseType() && (s.typ != "character varying" || c.Storage != pgsql.StorageText):
		p.unfit(c, s)
	case s.alien > 0:
		p.problem(c.Name, fmt.Sprintf("holds no envelope in %d rows", s.alien), "write these rows anew through the proxy, or set them to NULL")
	case s.other > 0:
		p.problem(c.Name, fmt.Sprintf("holds envelopes that do not fit the field's search in %d rows", s.other),
			"they were written before search was configured as it is now: write these rows anew through the proxy")
	case s.view != "":
		p.problem(c.Name, "is read by "+s.view+", and PostgreSQL changes no type below a view", "drop it, apply, and create it again")
	default:
		return true
	}
	return false
}

// unfit tells of a column whose type is not one that schema changes: a domain of somebody else's is let be.
func (p *tablePlanner) unfit(c *pgsql.Column, s columnState) {
	shape := shapeOf(c)
	if !slices.Contains([]string{"bytea", "text", "character varying"}, s.typ) && strings.Contains(s.typ, ".") {
		p.note(c.Name, "has the type "+s.typ+", which is left as it is", fmt.Sprintf("change it to %s for the domain", shape.baseType()))
		return
	}
	p.problem(c.Name, "has the type "+s.typ, fmt.Sprintf("storage: %s wants %s", shape.baseType(), shape.baseType()))
}

// createDomain plans the domain, unless it exists; false: what exists is not it.
func (p *tablePlanner) createDomain(shape envelopeShape) bool {
	name := shape.domain()
	if d, ok := p.state.domains[name]; ok {
		if !d.ours || d.base != shape.baseType() {
			p.problem("", "domain "+p.table.Schema+"."+name+" exists and is not what schema makes", "drop or rename it")
		}
		return d.ours && d.base == shape.baseType()
	}
	key := p.inSchema(name)
	if !p.made[key] {
		p.made[key] = true
		p.step(true, "no value passes that is not an envelope, whoever writes it", "create domain %s as %s constraint %s check (%s)",
			key, shape.baseType(), constraintName, shape.condition("value"))
	}
	return true
}

// index plans the index that comparisons with the column use, and reports whether it is to be built.
func (p *tablePlanner) index(c *pgsql.Column) bool {
	s, ok := p.state.columns[c.Name]
	if !ok {
		return false
	}
	shape := shapeOf(c)
	want, have := p.indexName(c, shape), false
	for _, i := range p.state.indexes {
		ours := i.name == p.indexName(c, envelopeShape{search: pgsql.SearchDeterministic}) || i.name == p.indexName(c, envelopeShape{search: pgsql.SearchTerm})
		switch {
		case i.name == want && shape.search != pgsql.SearchNone && i.valid && slices.Equal(i.keys, p.indexNumbers(c, s)):
			have = true
		case ours:
			p.dropIndex(i.name, "it is not what the column's search needs, or was not built to the end")
		case shape.search == pgsql.SearchDeterministic && i.valid && i.plain && p.covers(i.keys, s.number),
			shape.search == pgsql.SearchTerm && i.valid && i.plain && p.covers(i.keys, 0) && shape.isTermKey(i.exprs, c.Name):
			have = true
		}
	}
	switch {
	case have || shape.search == pgsql.SearchNone:
	case p.state.otherOwners[want]:
		p.problem(c.Name, "cannot get its index: the name "+want+" is taken", "rename what has it")
	default:
		p.createIndex(c, shape, want)
		return true
	}
	return false
}

// indexNumbers are the attribute numbers that the column's index has, 0 for an expression.
func (p *tablePlanner) indexNumbers(c *pgsql.Column, s columnState) []int16 {
	number := s.number
	if c.Search == pgsql.SearchTerm {
		number = 0
	}
	if tenant, ok := p.state.columns[p.table.Tenant.Column]; ok {
		return []int16{tenant.number, number}
	}
	return []int16{number}
}

// covers reports whether an index with the keys finds the column, or an expression if the number is 0, within a tenant.
func (p *tablePlanner) covers(keys []int16, number int16) bool {
	tenant, ok := p.state.columns[p.table.Tenant.Column]
	return len(keys) > 0 && keys[0] == number || ok && len(keys) > 1 && keys[0] == tenant.number && keys[1] == number
}

func (p *tablePlanner) createIndex(c *pgsql.Column, shape envelopeShape, name string) {
	key := shape.indexKey(pgx.Identifier{c.Name}.Sanitize())
	if strings.Contains(key, "(") {
		key = "(" + key + ")"
	}
	if _, ok := p.state.columns[p.table.Tenant.Column]; ok {
		key = pgx.Identifier{p.table.Tenant.Column}.Sanitize() + ", " + key
	}
	p.step(false, "finds equal values", "create index%s %s on %s using btree (%s)", p.concurrently(), pgx.Identifier{name}.Sanitize(), p.quoted(), key)
}

func (p *tablePlanner) dropIndex(name, why string) {
	p.step(false, why, "drop index%s %s", p.concurrently(), p.inSchema(name))
}

// concurrently: PostgreSQL can't build or drop the index of a partitioned table without locking it.
func (p *tablePlanner) concurrently() string {
	if p.state.kind == "p" {
		return ""
	}
	return " concurrently"
}

// maxName is NAMEDATALEN - 1, in bytes.
const maxName = 63

// indexName is the same in each run. A name that is too long is cut, and told apart by a hash.
func (p *tablePlanner) indexName(c *pgsql.Column, shape envelopeShape) string {
	suffix := shape.indexSuffix()
	name := "keyaside_" + p.table.Name + "_" + c.Name
	if len(name)+len(suffix) <= maxName {
		return name + suffix
	}
	hash := sha256.Sum256([]byte(p.table.Name + "\x00" + c.Name))
	suffix = fmt.Sprintf("_%x%s", hash[:4], suffix)
	cut := maxName - len(suffix)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + suffix
}

// down plans the way back: plain types, and neither indexes nor domains.
func (p *tablePlanner) down() {
	for i := range p.table.Columns {
		for _, search := range []pgsql.Search{pgsql.SearchDeterministic, pgsql.SearchTerm} {
			name := p.indexName(&p.table.Columns[i], envelopeShape{search: search})
			if slices.ContainsFunc(p.state.indexes, func(i indexState) bool { return i.name == name }) {
				p.dropIndex(name, "the way back")
			}
		}
	}
	var alterations []string
	freed := map[string]int{}
	for _, c := range p.table.Columns {
		s := p.state.columns[c.Name]
		domain, ok := p.state.domains[s.domain]
		if !ok || !domain.ours {
			continue
		}
		if s.view != "" {
			p.problem(c.Name, "is read by "+s.view+", and PostgreSQL changes no type below a view", "drop it, apply, and create it again")
			continue
		}
		freed[s.domain]++
		alterations = append(alterations, fmt.Sprintf("alter column %s type %s", pgx.Identifier{c.Name}.Sanitize(), domain.base))
	}
	if len(alterations) > 0 {
		p.step(true, "the server takes anything again; a running proxy goes on as before", "alter table %s %s", p.quoted(), strings.Join(alterations, ", "))
	}
	p.release(freed)
}

// release drops the domains that no column has any more once those of the tables planned so far are freed.
func (p *tablePlanner) release(freed map[string]int) {
	for _, shape := range allShapes {
		name := shape.domain()
		d, ok := p.state.domains[name]
		if !ok || !d.ours || freed[name] == 0 {
			continue
		}
		// Tables of one schema share their domains: the last one to let go drops it.
		counter := p.inSchema(name)
		p.plan.freed[counter] += freed[name]
		if p.plan.freed[counter] == d.users {
			p.step(true, "no column has it any more", "drop domain %s", counter)
		}
	}
}
