package pgproxy

import (
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// cast carries out the casts that the plan has taken out of the text. The result is valid until the next call of wipe,
// which must follow when the value is sealed.
func (m *machine) cast(c *pgsql.Column, v given, casts []pgsql.Cast) (given, error) {
	for i, step := range casts {
		if i == 0 && step.OID == v.oid && step.Modifier == int32(pgvalue.NoModifier) {
			continue // it is of that type already
		}
		buf := &m.scratch.casts[i%len(m.scratch.casts)]
		out, format, err := pgvalue.AppendCast((*buf)[:0], v.bytes, v.format, v.oid, step.OID, step.Modifier, &m.server.settings)
		if err != nil {
			return v, sealError(c, err)
		}
		*buf = out
		v = given{bytes: out, format: format, oid: step.OID}
	}
	return v, nil
}

// wipe forgets the values that cast has made.
func (m *machine) wipe() {
	for i := range m.scratch.casts {
		clear(m.scratch.casts[i])
	}
}

// sealCast is sealAs for a value in casts.
func (m *machine) sealCast(dst []byte, form pgsql.Form, c *pgsql.Column, tenant []byte, v given, casts []pgsql.Cast) ([]byte, error) {
	if len(casts) == 0 {
		return m.sealAs(dst, form, c, tenant, v)
	}
	defer m.wipe()
	v, err := m.cast(c, v, casts)
	if err != nil {
		return dst, err
	}
	return m.sealAs(dst, form, c, tenant, v)
}
