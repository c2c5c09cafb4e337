package pgproxy

import "github.com/keyaside/keyaside/proxy/pgsql"

// searchableTables are the tables of testdata/twin whose columns can be searched.
func searchableTables() []pgsql.Table {
	index := 1000
	searched := func(search pgsql.Search, domain, name, typ string) pgsql.Column {
		index++
		return pgsql.Column{Name: name, Field: "searched_" + domain + "_" + name, Type: typ, Index: index, Search: search, Domain: domain}
	}
	deterministic := func(domain, name, typ string) pgsql.Column {
		return searched(pgsql.SearchDeterministic, domain, name, typ)
	}
	handle := func() pgsql.Column {
		c := deterministic("handle", "handle", "text")
		c.Storage, c.Field = pgsql.StorageText, c.Field+string(rune('a'+index-1001))
		return c
	}
	named := func(field string, c pgsql.Column) pgsql.Column {
		c.Field = field
		return c
	}
	term := func(domain, name, normalise string) pgsql.Column {
		c := searched(pgsql.SearchTerm, domain, name, "text")
		c.Field, c.Normalise = c.Field+string(rune('a'+index-1001)), normalise
		return c
	}
	phone := term("phone", "phone", "digits")
	phone.Storage = pgsql.StorageText
	code := searched(pgsql.SearchTerm, "code", "code", "int4")
	plain := pgsql.Column{Name: "note", Field: "member_note", Type: "text", Index: 1000}
	return []pgsql.Table{
		{Schema: "public", Name: "members", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			deterministic("mail", "email", "text"), deterministic("mail", "backup", "varchar"), deterministic("number", "number", "int8"),
			deterministic("small", "small", "int4"), deterministic("joined", "joined", "date"), deterministic("seen", "seen", "timestamptz"),
			deterministic("ref", "ref", "uuid"), deterministic("raw", "raw", "bytea"), handle(), plain,
		}},
		{Schema: "public", Name: "invites", Tenant: pgsql.TenantSource{Column: "tenant"}, Columns: []pgsql.Column{
			named("invite_email", deterministic("mail", "email", "text")), handle(),
		}},
		{Schema: "public", Name: "guests", Tenant: pgsql.TenantSource{Fixed: "acme"}, Columns: []pgsql.Column{
			named("guest_email", deterministic("mail", "email", "text")),
		}},
		{Schema: "public", Name: "profiles", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			term("handles", "handle", ""), term("login", "login", "lower,trim"), phone, code,
		}},
		{Schema: "public", Name: "pseudonyms", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
			term("handles", "handle", ""), term("login", "login", "lower,trim"),
		}},
	}
}
