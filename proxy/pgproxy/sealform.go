package pgproxy

import (
	"errors"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// given is a value as the client sent it: its bytes, their format, and the type in which the client means it, 0 for the
// logical one.
type given struct {
	bytes  []byte
	format pgvalue.Format
	oid    uint32
}

// sealAs appends what takes the place of a value: its envelope, or its equality term.
func (m *machine) sealAs(dst []byte, form pgsql.Form, c *pgsql.Column, tenant []byte, v given) ([]byte, error) {
	f := m.policy.field(c)
	canonical := f.typ.AppendModified
	if form == pgsql.FormCompared || form == pgsql.FormTerm {
		canonical = f.typ.AppendCompared
	}
	keys, err := m.sealKeys(form, c, tenant)
	if err != nil {
		return dst, err
	}
	m.scratch.plain, err = canonical(m.scratch.plain[:0], v.bytes, v.format, v.oid, &m.server.settings, f.modifier)
	switch {
	case err != nil && form != pgsql.FormStored && isBeyond(err, f.typ, v.oid):
		return appendUnequal(dst, form), nil
	case err != nil:
		return dst, sealError(c, err)
	}
	dst, err = m.sealPlain(dst, form, c, keys)
	clear(m.scratch.plain)
	switch {
	case errors.Is(err, fieldcrypt.ErrBudget):
		return dst, m.renew(tenant, c)
	case err != nil:
		return dst, sealError(c, err)
	}
	return dst, nil
}

// isBeyond reports whether a value that is compared with a column is none of the column's type because it is of a wider
// one: the server would compare in that, and find it unequal to all.
func isBeyond(err error, typ pgvalue.Type, oid uint32) bool {
	var invalid *pgvalue.Error
	return errors.As(err, &invalid) && invalid.Code == "22003" && oid != 0 && oid != unknownOID && oid != typ.OID()
}

// appendUnequal appends what no envelope or term is equal to.
func appendUnequal(dst []byte, form pgsql.Form) []byte {
	if form == pgsql.FormTerm {
		return append(dst, make([]byte, fieldcrypt.TermSize)...)
	}
	return dst
}

// sealingKeys are the keys for one value; what is not needed is nil.
type sealingKeys struct{ data, index *fieldcrypt.Key }

// sealKeys returns the keys that a value of the column needs, or a reason to wait.
func (m *machine) sealKeys(form pgsql.Form, c *pgsql.Column, tenant []byte) (keys sealingKeys, err error) {
	if c.Search != pgsql.SearchNone {
		keys.index, err = m.indexKey(tenant)
	}
	if err == nil && c.Search != pgsql.SearchDeterministic && form != pgsql.FormTerm {
		keys.data, err = m.activeKey(tenant)
	}
	if err != nil && !isWait(err) {
		err = sealError(c, err)
	}
	return keys, err
}

// sealPlain seals scratch.plain.
func (m *machine) sealPlain(dst []byte, form pgsql.Form, c *pgsql.Column, keys sealingKeys) ([]byte, error) {
	f := m.policy.field(c).field
	switch c.Search {
	case pgsql.SearchNone:
		return keys.data.Seal(dst, f, m.scratch.plain)
	case pgsql.SearchDeterministic:
		return keys.index.SealDeterministic(dst, f, m.scratch.plain)
	}
	normal := normalise(m.scratch.term[:0], m.scratch.plain, c.Normalise)
	if form == pgsql.FormTerm {
		dst, err := keys.index.AppendTerm(dst, f, normal)
		clear(normal)
		m.scratch.term = normal[:0]
		return dst, err
	}
	size := len(normal)
	normal, err := keys.index.AppendTerm(normal, f, normal)
	if err == nil {
		dst, err = keys.data.SealWithTerm(dst, f, normal[size:], m.scratch.plain)
	}
	clear(normal)
	m.scratch.term = normal[:0]
	return dst, err
}
