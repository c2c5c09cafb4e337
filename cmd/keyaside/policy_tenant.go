package main

import (
	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// newTenantSource translates where a table's tenants come from. What the session calls application_name is one of its
// parameters.
func newTenantSource(t configs.Table) pgsql.TenantSource {
	s := pgsql.TenantSource{Column: t.Tenant.Column, Fixed: t.Tenant.Fixed, Session: t.Tenant.Session, Setting: t.Tenant.Setting}
	if s.Session == "application_name" {
		s.Session, s.Setting = "", s.Session
	}
	switch t.OnForeignTenant {
	case configs.ForeignMask:
		s.Foreign = pgsql.ForeignMask
	case configs.ForeignNull:
		s.Foreign = pgsql.ForeignNull
	}
	return s
}

// newAsk translates when the server is asked for parameters that name tenants.
func newAsk(when string) pgproxy.Ask {
	switch when {
	case configs.AskInTransaction:
		return pgproxy.AskEachTransaction
	case configs.AskBeforeStatements:
		return pgproxy.AskEachStatement
	}
	return pgproxy.AskAfterChange
}
