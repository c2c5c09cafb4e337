package pgproxy

import (
	"slices"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// bindTenants returns p, or a portal of its own if parameters of b hold the tenants of its result's rows.
func (m *machine) bindTenants(st *statement, b *pgwire.Bind, p *portal) (*portal, error) {
	if p.rows == nil || !slices.ContainsFunc(p.rows.columns, byParam) {
		return p, nil
	}
	m.expandFormats(b)
	bound := *p.rows
	bound.columns = slices.Clone(bound.columns)
	for i := range bound.columns {
		c := &bound.columns[i]
		if !byParam(*c) {
			continue
		}
		value := "" // no row is of no tenant
		if n := c.Tenant.Param - 1; n < len(b.Params) && !b.Params[n].Null {
			tenant, err := m.paramTenant(st, b, &c.Tenant)
			if err != nil {
				return nil, err
			}
			value = string(tenant)
		}
		c.Tenant = pgsql.TenantRef{Kind: pgsql.TenantFixed, Value: value, Claims: c.Tenant.Claims}
	}
	return &portal{statement: p.statement, rows: &bound, sealed: p.sealed}, nil
}

func byParam(c pgsql.ResultColumn) bool { return c.Column != nil && c.Tenant.Kind == pgsql.TenantParam }
