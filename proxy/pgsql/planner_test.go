package pgsql

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
)

// testPolicy and testCatalog are the world that the tests of this package live in.
func testPolicy() *Policy {
	return &Policy{Tables: []Table{
		{Schema: "public", Name: "customers", Tenant: TenantSource{Column: "tenant_id"}, Columns: []Column{
			{Name: "email", Field: "customer_email", Type: "text"},
			{Name: "email2", Field: "customer_email", Type: "text"},
			{Name: "born", Field: "customer_born", Type: "date", Index: 1},
			{Name: "card", Field: "customer_card", Type: "int8", Index: 2},
		}},
		{Schema: "public", Name: "archive", Tenant: TenantSource{Column: "tenant"}, Columns: []Column{
			{Name: "email", Field: "customer_email", Type: "text"},
		}},
		{Schema: "public", Name: "notes", Tenant: TenantSource{Fixed: "house"}, Columns: []Column{
			{Name: "body", Field: "note_body", Type: "text", Index: 3},
			{Name: "doc", Field: "note_doc", Type: "jsonb", Index: 4},
		}},
		{Schema: "public", Name: "logs", Tenant: TenantSource{Session: "user"}, Columns: []Column{
			{Name: "line", Field: "log_line", Type: "text", Index: 5},
		}},
		{Schema: "public", Name: "events", Tenant: TenantSource{Column: "tenant_id"}, Columns: []Column{
			{Name: "payload", Field: "event_payload", Type: "bytea", Index: 6},
		}},
		{Schema: "public", Name: "unborn", Tenant: TenantSource{Fixed: "house"}, Columns: []Column{
			{Name: "secret", Field: "unborn_secret", Type: "text", Index: 7},
		}},
		{Schema: "sales", Name: "people", Tenant: TenantSource{Fixed: "house"}, Columns: []Column{
			{Name: "name", Field: "people_name", Type: "text", Index: 8},
			{Name: "late", Field: "people_late", Type: "text", Index: 9},
		}},
		{Schema: "public", Name: "leaf", Tenant: TenantSource{Fixed: "house"}, Columns: []Column{
			{Name: "v", Field: "leaf_v", Type: "text", Index: 10},
		}},
		{Schema: "public", Name: "members", Tenant: TenantSource{Column: "tenant_id"}, Columns: []Column{
			{Name: "email", Field: "member_email", Type: "text", Index: 11, Search: SearchDeterministic, Domain: "mail"},
			{Name: "backup", Field: "member_backup", Type: "varchar", Index: 12, Search: SearchDeterministic, Domain: "mail"},
			{Name: "number", Field: "member_number", Type: "int8", Index: 13, Search: SearchDeterministic, Domain: "number"},
			{Name: "joined", Field: "member_joined", Type: "date", Index: 14, Search: SearchDeterministic, Domain: "joined"},
			{Name: "note", Field: "member_note", Type: "text", Index: 15},
		}},
		{Schema: "public", Name: "invites", Tenant: TenantSource{Column: "tenant"}, Columns: []Column{
			{Name: "email", Field: "invite_email", Type: "text", Index: 16, Search: SearchDeterministic, Domain: "mail"},
		}},
		{Schema: "public", Name: "staff", Tenant: TenantSource{Fixed: "house"}, Columns: []Column{
			{Name: "email", Field: "staff_email", Type: "text", Index: 17, Search: SearchDeterministic, Domain: "mail"},
		}},
		{Schema: "public", Name: "profiles", Tenant: TenantSource{Column: "tenant_id"}, Columns: []Column{
			{Name: "handle", Field: "profile_handle", Type: "text", Index: 18, Search: SearchTerm, Domain: "handle"},
			{Name: "login", Field: "profile_login", Type: "text", Index: 19, Search: SearchTerm, Domain: "login", Normalise: "lower,trim"},
			{Name: "phone", Field: "profile_phone", Type: "varchar", Storage: StorageText, Index: 20, Search: SearchTerm, Domain: "phone", Normalise: "digits"},
		}},
		{Schema: "public", Name: "pseudonyms", Tenant: TenantSource{Column: "tenant_id"}, Columns: []Column{
			{Name: "handle", Field: "pseudonym_handle", Type: "text", Index: 21, Search: SearchTerm, Domain: "handle"},
			{Name: "login", Field: "pseudonym_login", Type: "text", Index: 22, Search: SearchTerm, Domain: "login", Normalise: "lower,trim"},
		}},
	}}
}

// table makes a catalog entry of "name:type" pairs; a trailing * marks a generated column.
func table(oid uint32, schema, name string, columns ...string) Relation {
	oids := map[string]uint32{"text": 25, "bytea": 17, "int8": 20, "int4": 23, "uuid": 2950, "varchar": 1043, "timestamptz": 1184}
	r := Relation{OID: oid, Schema: schema, Name: name, Kind: OrdinaryTable}
	for i, c := range columns {
		n, typ, _ := strings.Cut(c, ":")
		generated := strings.HasSuffix(typ, "*")
		r.Columns = append(r.Columns, Attribute{Name: n, Number: int16(i + 1), TypeOID: oids[strings.TrimSuffix(typ, "*")], Generated: generated})
	}
	return r
}

func testCatalog() *Catalog {
	child := func(r Relation, parent uint32) Relation { r.Parents = []uint32{parent}; return r }
	view := func(oid uint32, name string, uses ...uint32) Relation {
		return Relation{OID: oid, Schema: "public", Name: name, Kind: View, Uses: uses, Columns: []Attribute{{Name: "id", Number: 1}}}
	}
	return &Catalog{Relations: []Relation{
		table(100, "public", "customers", "id:int8", "tenant_id:text", "email:bytea", "email2:bytea", "born:bytea", "card:bytea", "name:text", "full:text*"),
		table(101, "public", "archive", "id:int8", "tenant:text", "email:bytea"),
		table(102, "public", "notes", "id:int8", "body:bytea", "doc:bytea"),
		table(103, "public", "logs", "id:int8", "line:bytea"),
		table(104, "public", "events", "id:int8", "tenant_id:uuid", "payload:bytea"),
		child(table(105, "public", "events_2026", "payload:bytea", "id:int8", "tenant_id:uuid"), 104),
		table(106, "public", "orders", "id:int8", "customer_id:int8", "tenant_id:text", "total:int8"),
		table(107, "public", "leads", "id:int8", "email:text"),
		table(108, "sales", "people", "id:int8", "name:bytea"),
		table(109, "hr", "people", "id:int8", "name:text"),
		view(110, "customer_names", 100),
		view(111, "customer_names2", 110),
		view(112, "order_totals", 106),
		table(113, "public", "trunk", "v:text"),
		child(table(114, "public", "leaf", "v:bytea"), 113),
		table(115, "public", "members", "id:int8", "tenant_id:text", "email:bytea", "backup:bytea", "number:bytea", "joined:bytea", "note:bytea", "name:text"),
		table(116, "public", "invites", "id:int8", "tenant:varchar", "email:bytea"),
		table(117, "public", "staff", "id:int8", "email:bytea", "name:text"),
		table(118, "public", "profiles", "id:int8", "tenant_id:text", "handle:bytea", "login:bytea", "phone:text", "name:text"),
		table(119, "public", "pseudonyms", "id:int8", "tenant_id:text", "handle:bytea", "login:bytea"),
	}}
}

func newTestPlanner(t testing.TB) *Planner {
	t.Helper()
	p, err := NewPlanner(testPolicy(), testCatalog(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// describe writes a plan as text for the golden files.
func describe(text string, p *Plan) string {
	if p == nil {
		return "not looked at\n"
	}
	var b strings.Builder
	if r := p.Refusal; r != nil {
		fmt.Fprintf(&b, "refused %s: %s\n", r.Code, r.Message)
		if r.Position >= 0 {
			fmt.Fprintf(&b, "  at: %s\n", strings.ReplaceAll(clip(text[r.Position:]), "\n", "⏎"))
		}
		if r.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", r.Hint)
		}
		return b.String()
	}
	if len(p.Edits) > 0 {
		fmt.Fprintf(&b, "server: %s\n", strings.TrimSpace(applyEdits(text, p)))
	}
	for _, u := range p.Params {
		switch {
		case u.Param == 0:
			fmt.Fprintf(&b, "constant %s in ", u.Value)
		case u.Added > 0:
			fmt.Fprintf(&b, "$%d in ", u.Param)
		}
		fmt.Fprintf(&b, "$%d: %s as %s", cmp.Or(u.Added, u.Param), u.Column.Field, describeTenant(u.Tenant))
		if u.CastOID != 0 {
			fmt.Fprintf(&b, ", cast to %d", u.CastOID)
		}
		b.WriteString(describeForm(u.Form, u.Array, u.Normalise))
		b.WriteString(describeCasts(u.Casts))
		if u.NullIf != nil {
			fmt.Fprintf(&b, ", NULL if %q", *u.NullIf)
		}
		b.WriteByte('\n')
	}
	for i, s := range p.Statements {
		describeStatement(&b, i, s)
	}
	if !p.Protected() {
		b.WriteString("passes\n")
	}
	return b.String()
}

func describeForm(f Form, array bool, normalise string) string {
	s := []string{FormStored: "", FormCompared: ", compared", FormBoth: ", stored and compared", FormTerm: ", as a term"}[f]
	if normalise != "" {
		s += " after " + normalise
	}
	if array {
		s += ", each element"
	}
	return s
}

func describeStatement(b *strings.Builder, i int, s Statement) {
	fmt.Fprintf(b, "statement %d:", i+1)
	for _, f := range []struct {
		on   bool
		name string
	}{{s.Writes, "writes"}, {s.Schema, "schema"}, {s.DeallocateAll, "deallocates all"}, {s.Deallocate != "", "deallocates " + s.Deallocate},
		{s.CopyIn, "takes rows"}, {len(s.Children) > 0, "makes children " + strings.Join(s.Children, " ")}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	describeNaming(b, s.Naming)
	b.WriteByte('\n')
	describeColumns(b, s.Columns)
	describeCopy(b, s.Copy)
	if s.Naming != nil && s.Naming.Declares != nil {
		describeColumns(b, s.Naming.Declares.Columns)
	}
}

func describeNaming(b *strings.Builder, n *Naming) {
	switch {
	case n == nil:
	case n.Prepares != nil:
		fmt.Fprintf(b, " prepares %s %v", n.Prepares.Name, n.Prepares.Types)
		if p := n.Prepares.Plan; p != nil {
			fmt.Fprintf(b, " as {\n%s}", describe("", p))
		}
	case n.Executes != "":
		fmt.Fprintf(b, " executes %s", n.Executes)
	case n.Declares != nil:
		fmt.Fprintf(b, " declares %s binary %v hold %v", n.Declares.Name, n.Declares.Binary, n.Declares.Hold)
	case n.Fetches != "":
		fmt.Fprintf(b, " fetches from %s", n.Fetches)
	case n.ClosesAll:
		b.WriteString(" closes all")
	default:
		fmt.Fprintf(b, " closes %s", n.Closes)
	}
}

func describeColumns(b *strings.Builder, columns []ResultColumn) {
	for k, c := range columns {
		fmt.Fprintf(b, "  %d:", k)
		if c.Column != nil {
			fmt.Fprintf(b, " %s as %s", c.Column.Field, describeTenant(c.Tenant))
		}
		if c.Relation != 0 {
			fmt.Fprintf(b, " from %d.%d", c.Relation, c.Attr)
		}
		if c.Hidden {
			b.WriteString(" hidden")
		}
		b.WriteByte('\n')
	}
}

func describeTenant(t TenantRef) string {
	switch t.Kind {
	case TenantFixed:
		return fmt.Sprintf("tenant '%s' (type %d)", t.Value, t.TypeOID) + describeClaims(t.Claims)
	case TenantSession:
		return "the session's " + t.Value + describeClaims(t.Claims)
	case TenantSetting:
		return "the setting " + t.Value + describeClaims(t.Claims)
	case TenantParam:
		return fmt.Sprintf("tenant $%d (type %d)", t.Param, t.TypeOID) + describeClaims(t.Claims)
	default:
		return fmt.Sprintf("tenant in column %d (type %d)", t.Result, t.TypeOID) + describeClaims(t.Claims)
	}
}

func describeClaims(c *Claims) string {
	s := ""
	if c != nil {
		for _, claim := range []struct{ what, value string }{{"fixed", c.Fixed}, {"session", c.Session}, {"setting", c.Setting}} {
			if claim.value != "" {
				s += ", as by " + claim.what + " " + claim.value
			}
		}
	}
	return s
}

func describeCasts(casts []Cast) string {
	text := ""
	for _, c := range casts {
		text += fmt.Sprintf(", through %d", c.OID)
		if c.Modifier >= 0 {
			text += fmt.Sprintf("(%d)", c.Modifier)
		}
	}
	return text
}

// applyEdits makes the server's text, with each literal shown as what is sealed.
func applyEdits(text string, p *Plan) string {
	var b strings.Builder
	at := 0
	for _, e := range p.Edits {
		b.WriteString(text[at:e.Start])
		if e.Literal != nil {
			fmt.Fprintf(&b, "«%s|%s|%s%s%s»", e.Literal.Column.Field, e.Literal.Value, describeTenant(e.Literal.Tenant), describeForm(e.Literal.Form, e.Literal.Array, e.Literal.Normalise), describeCasts(e.Literal.Casts))
		}
		b.WriteString(e.Text)
		at = e.End
	}
	return b.String() + text[at:]
}

func clip(s string) string {
	if len(s) > 30 {
		return s[:30] + "…"
	}
	return s
}
