package configs

import (
	"regexp"
)

// settingName is what a run-time parameter can be called (PostgreSQL documentation, 20.16; guc.c, valid_custom_variable_name).
var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$`)

// tenant checks where a table's tenants come from.
func (k *checker) tenant(path string, t Table) {
	s := t.Tenant
	if s == (Tenant{}) {
		k.fail(path, "is missing", "write column: NAME, setting: PARAMETER, fixed: TENANT or session: user|database|application_name")
		return
	}
	if _, protected := t.Columns[s.Column]; protected {
		k.fail(path+".column", "is itself a protected column", "name a column that stays readable")
	} else if len(s.Column) > maxIdentifierBytes {
		k.fail(path+".column", "is longer than an identifier of PostgreSQL can be", "write the name as the catalog has it, at most 63 bytes")
	}
	if s.Fixed != "" && !validTenant(s.Fixed) {
		k.fail(path+".fixed", "is not a tenant's name", "use 1 to 255 bytes of UTF-8 without control characters")
	}
	if s.Session != "" {
		k.oneOf(path+".session", s.Session, "user", "database", "application_name")
	}
	switch {
	case s.Setting == "":
	case !settingName.MatchString(s.Setting) || len(s.Setting) > maxIdentifierBytes:
		k.fail(path+".setting", "is not the name of a run-time parameter", "write letters, digits and underscores with a dot between the parts, such as app.tenant_id")
	case s.Session == "application_name":
		k.fail(path+".setting", "comes on top of session: application_name, a parameter too", "keep one of the two")
	}
}

// foreign checks what becomes of rows of other tenants than the session's.
func (k *checker) foreign(path string, t Table) {
	if t.OnForeignTenant == "" {
		return
	}
	k.oneOf(path, t.OnForeignTenant, ForeignError, ForeignMask, ForeignNull)
	if t.OnForeignTenant != ForeignError && (t.Tenant.Column == "" || t.Tenant.Session == "" && t.Tenant.Setting == "") {
		k.fail(path, "needs a tenant of the row and one of the session, to tell a foreign row from a value that was moved",
			"name tenant.column and one of tenant.setting and tenant.session, or write error")
	}
}
