package main

import "slices"

// tenantTypes are the types whose values have one canonical text, so that a tenant has one name.
var tenantTypes = []string{"text", "character varying", "smallint", "integer", "bigint", "uuid"}

// checkTenant looks at the column that says whose keys protect a row, if there is one.
func (t *tableCheck) checkTenant() {
	name := t.config.Tenant.Column
	if name == "" {
		return
	}
	object := t.object(name)
	a, ok := t.columns[name]
	switch {
	case !ok:
		t.found.error(object, "the tenant's column does not exist", "add it, or correct tenant.column")
	case !slices.Contains(tenantTypes, a.Type):
		t.found.error(object, "the tenant's column has the type "+a.Type, "use text, varchar, smallint, integer, bigint or uuid")
	case !a.NotNull:
		t.found.warn(object, "the tenant's column may be NULL, and rows without a tenant are refused", "set it NOT NULL")
	default:
		t.found.ok(object, "says the tenant")
	}
}
