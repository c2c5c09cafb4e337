package pgproxy

import (
	"encoding/hex"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// seal appends a row with its protected values sealed.
func (c *copyIn) seal(dst []byte, row *pgcopy.Row) ([]byte, error) {
	m := c.machine
	var tenant []byte
	last := 0
	for _, i := range c.protected {
		column := &c.plan.Columns[i]
		value, ok := c.value(row, i)
		if !ok {
			continue // NULL or the default: the server knows what that is
		}
		if tenant == nil {
			var err error
			if tenant, err = c.tenant(row, &column.Tenant); err != nil {
				return dst, err
			}
		}
		envelope, err := m.seal(m.scratch.envelope[:0], column.Column, tenant, value, c.format, 0)
		clear(value)
		m.scratch.envelope = envelope[:0]
		if err != nil {
			return dst, err
		}
		f := &row.Fields[i]
		dst = append(dst, row.Raw[last:f.Start]...)
		dst = c.appendEnvelope(dst, envelope, column.Column.Storage)
		last = f.End
	}
	clear(m.scratch.tenants)
	clear(m.scratch.indexes)
	return append(dst, row.Raw[last:]...), nil
}

// value returns what a field means to the server, valid until the next call; false for NULL and the default
// (NextCopyFrom in copyfromparse.c).
func (c *copyIn) value(row *pgcopy.Row, i int) ([]byte, bool) {
	column, scratch := &c.plan.Columns[i], &c.machine.scratch
	switch row.Fields[i].Kind {
	case pgcopy.Default:
		return nil, false
	case pgcopy.Null:
		scratch.copied = append(scratch.copied[:0], c.plan.Options.Null...)
		return scratch.copied, column.ForceNotNull && c.plan.Options.Format == pgcopy.CSV
	}
	scratch.copied = row.AppendValue(scratch.copied[:0], i)
	if column.ForceNull && c.plan.Options.Format == pgcopy.CSV && string(scratch.copied) == c.plan.Options.Null {
		return nil, false
	}
	return scratch.copied, true
}

// tenant returns the tenant of a row; valid until the next call.
func (c *copyIn) tenant(row *pgcopy.Row, ref *pgsql.TenantRef) ([]byte, error) {
	m := c.machine
	if ref.Kind != pgsql.TenantResult {
		return m.literalTenant(ref)
	}
	kept := m.scratch.copied
	m.scratch.copied = m.scratch.tenantField
	value, ok := c.value(row, ref.Result)
	m.scratch.tenantField, m.scratch.copied = m.scratch.copied, kept
	if !ok {
		return nil, &Error{Code: codeInvalidParameter, Message: "the tenant column's value is NULL or its default, so protected values of the row have no key",
			Hint: "Give the tenant in each row that has a protected value."}
	}
	tenant, err := m.canonicalTenant(value, c.format, ref.TypeOID)
	return m.agreed(tenant, ref, err)
}

// appendEnvelope appends an envelope as a field that the column takes.
func (c *copyIn) appendEnvelope(dst, envelope []byte, storage pgsql.Storage) []byte {
	options, s := &c.plan.Options, &c.machine.scratch
	switch {
	case storage == pgsql.StorageText:
		s.stored = fieldcrypt.AppendText(s.stored[:0], envelope)
	case options.Format == pgcopy.Binary:
		return options.AppendField(dst, envelope, false)
	case options.Format == pgcopy.Text: // none of its digits can be a delimiter there
		return hex.AppendEncode(append(dst, `\\x`...), envelope)
	default:
		s.stored = hex.AppendEncode(append(s.stored[:0], `\x`...), envelope)
	}
	return options.AppendField(dst, s.stored, false)
}
