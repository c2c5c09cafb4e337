package pgproxy

import (
	"encoding/binary"
	"math"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// Where several sources name the tenant of a row, each that gives one must give the same.

// settingTenant returns the tenant that a parameter of the session names; valid until the next call.
func (m *machine) settingTenant(ref *pgsql.TenantRef) ([]byte, error) {
	f, err := m.facts()
	if err != nil {
		return nil, err
	}
	m.settings.used = true
	value := m.setting(f, ref.Value)
	if value == "" {
		return nil, noSessionTenant(ref.Value)
	}
	tenant, err := m.canonicalTenant([]byte(value), pgvalue.TextFormat, ref.TypeOID)
	return m.agreed(tenant, ref, err)
}

// agreed returns the tenant if the other sources of the row's tenant agree with it.
func (m *machine) agreed(tenant []byte, ref *pgsql.TenantRef, err error) ([]byte, error) {
	c := ref.Claims
	if err != nil || c == nil {
		return tenant, err
	}
	if c.Setting != "" {
		f, err := m.facts()
		if err != nil {
			return nil, err
		}
		m.settings.used = true
		if value := m.setting(f, c.Setting); value != "" && !sameTenant(m, value, tenant, c.TypeOID) {
			return nil, errDisagree
		}
	}
	if c.Fixed != "" && c.Fixed != string(tenant) || c.Session != "" && m.sessionFact(c.Session) != string(tenant) {
		return nil, errDisagree
	}
	return tenant, nil
}

// sameTenant reports whether a parameter's value names the tenant.
func sameTenant[T string | []byte](m *machine, value string, tenant T, oid uint32) bool {
	if value == string(tenant) || oid == 0 || oid == textOID || oid == varcharOID {
		return value == string(tenant)
	}
	canonical, err := pgvalue.CanonicalTenant(m.scratch.claim[:0], []byte(value), pgvalue.TextFormat, oid)
	m.scratch.claim = canonical[:0]
	return err == nil && string(canonical) == string(tenant)
}

// checkSetting holds the tenant of a key against the one that a parameter of the session names.
func (m *machine) checkSetting(ref *pgsql.TenantRef, key *fieldcrypt.Key) error {
	if m.reading == nil {
		return errUntold
	}
	switch value := m.setting(m.reading, ref.Value); {
	case value == "":
		return noSessionTenant(ref.Value)
	case !sameTenant(m, value, key.Tenant(), ref.TypeOID):
		return errSessionTenant
	}
	return nil
}

// checkClaims holds a key's tenant, which is that of the row, against what else names a tenant.
func (m *machine) checkClaims(c *pgsql.Claims, key *fieldcrypt.Key) error {
	if c.Fixed != "" && c.Fixed != key.Tenant() || c.Session != "" && m.sessionFact(c.Session) != key.Tenant() {
		return errForeign
	}
	if c.Setting == "" {
		return nil
	}
	if m.reading == nil {
		return errUntold
	}
	if value := m.setting(m.reading, c.Setting); value != "" && !sameTenant(m, value, key.Tenant(), c.TypeOID) {
		return errForeign
	}
	return nil
}

// foreign appends what a value reads as in a row that is rightly another tenant's than the session's.
func (m *machine) foreign(dst []byte, c *pgsql.ResultColumn) ([]byte, error) {
	rule, typ := c.Tenant.Claims.Foreign, m.policy.field(c.Column).typ
	switch {
	case rule == pgsql.ForeignError:
		return dst, errForeign
	case rule == pgsql.ForeignMask && (typ == pgvalue.Text || typ == pgvalue.Varchar):
		return append(binary.BigEndian.AppendUint32(dst, uint32(len(foreignText))), foreignText...), nil
	}
	return binary.BigEndian.AppendUint32(dst, math.MaxUint32), nil // NULL
}

// foreignText is what another tenant's text reads as under on_foreign_tenant: mask.
const foreignText = "***"

func noSessionTenant(setting string) *Error {
	return &Error{Code: codeInvalidParameter, Message: "the session has no tenant: its parameter " + setting + " is not set",
		Hint: "Run SET " + setting + " = '…', or SELECT set_config('" + setting + "', …, true) in the transaction."}
}

// Reasons of their own why a row is not written or read. Their texts name no tenant.
var (
	errDisagree = &Error{Code: codeNoPrivilege, Message: "the row's tenant is not the session's tenant",
		Hint: "Write the tenant to which the session is bound, or bind the session to the row's."}
	errForeign = &Error{Code: codeNoPrivilege, Message: "a protected value belongs to another tenant than the session's",
		Hint: "Bind the session to the row's tenant, or select rows of the session's tenant only."}
	errSessionTenant = &Error{Code: codeNoPrivilege, Message: "a protected value belongs to another tenant than the session's",
		Detail: "The row is another tenant's, or the value was moved here.",
		Hint:   "Bind the session to the row's tenant, or select rows of the session's tenant only."}
)
