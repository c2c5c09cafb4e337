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
	// normalise is what the statement does to the value before it compares it, as in pgsql.Column.Normalise.
	normalise string
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
	dst, err = m.sealPlain(dst, form, c, keys, v.normalise)
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

// sealPlain seals scratch.plain, to which the statement does what normalise lists.
func (m *machine) sealPlain(dst []byte, form pgsql.Form, c *pgsql.Column, keys sealingKeys, normalise string) ([]byte, error) {
	f := m.policy.field(c).field
	switch {
	case c.Search == pgsql.SearchNone:
		return keys.data.Seal(dst, f, m.scratch.plain)
	case c.Search == pgsql.SearchDeterministic:
		return keys.index.SealDeterministic(dst, f, m.scratch.plain)
	case form == pgsql.FormTerm:
		return m.appendTerm(dst, c, keys.index, normalise)
	}
	term := appendNormal(m.scratch.term[:0], m.scratch.plain, c.Normalise)
	size := len(term)
	term, err := keys.index.AppendTerm(term, f, term)
	if err == nil {
		dst, err = keys.data.SealWithTerm(dst, f, term[size:], m.scratch.plain)
	}
	clear(term)
	m.scratch.term = term[:0]
	return dst, err
}

// appendTerm appends the term that is compared with those of a column. A column's terms are of normalised values: what is
// compared with them and differs from its own normalised form is equal to none.
func (m *machine) appendTerm(dst []byte, c *pgsql.Column, key *fieldcrypt.Key, normalise string) ([]byte, error) {
	value := appendNormal(m.scratch.term[:0], m.scratch.plain, normalise)
	size := len(value)
	both := appendNormal(value, value, c.Normalise)
	defer func() {
		clear(both)
		m.scratch.term = both[:0]
	}()
	if string(both[:size]) != string(both[size:]) {
		return appendUnequal(dst, pgsql.FormTerm), nil
	}
	return key.AppendTerm(dst, m.policy.field(c).field, both[:size])
}
