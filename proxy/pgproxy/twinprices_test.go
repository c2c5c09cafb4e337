package pgproxy

import "github.com/keyaside/keyaside/proxy/pgsql"

// priceTable is a table of testdata/twin whose columns have modifiers and can be searched.
func priceTable() pgsql.Table {
	column := func(index int, name, typ, modifier, domain string) pgsql.Column {
		return pgsql.Column{Name: name, Field: "price_" + name, Type: typ, Modifier: modifier, Index: index, Search: pgsql.SearchDeterministic, Domain: domain}
	}
	return pgsql.Table{Schema: "public", Name: "prices", Tenant: pgsql.TenantSource{Column: "tenant_id"}, Columns: []pgsql.Column{
		column(1500, "net", "numeric", "10,2", "money"), column(1501, "gross", "numeric", "12,2", "money"),
		column(1502, "at", "timestamp", "0", "moment"), column(1503, "code", "varchar", "4", "code"),
	}}
}
