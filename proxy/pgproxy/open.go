package pgproxy

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// dataRow opens the protected values of a row. In the steady state it does not allocate.
func (m *machine) dataRow(body []byte, r *rows, out *output) error {
	row := &m.scratch.row
	if err := row.Decode(body); err != nil {
		return fatal(codeProtocolViolation, "invalid DataRow from the server")
	}
	if len(row.Values) != len(r.columns) {
		m.schemaChanged()
		m.failRead(staleCatalog(), out)
		return nil
	}
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'D')
	buf = append(buf, 0, 0)
	visible := 0
	var seen checkedKey
	for i := range r.columns {
		c := &r.columns[i]
		if c.Hidden {
			continue
		}
		visible++
		v := &row.Values[i]
		if c.Column == nil || v.Null {
			buf = pgwire.AppendValue(buf, v.Value, v.Null)
			continue
		}
		var err error
		if buf, err = m.openValue(buf, i, r, row.Values, &seen); err != nil {
			return m.rowFailed(c.Column, err, buf[:start], out)
		}
	}
	binary.BigEndian.PutUint16(buf[start+pgwire.HeaderSize:], uint16(visible))
	pgwire.EndMessage(buf, start)
	out.buf = buf
	return nil
}

// rowFailed takes the half-made row back and tells the client, unless the row only waits for a key.
func (m *machine) rowFailed(c *pgsql.Column, err error, buf []byte, out *output) error {
	clear(buf[len(buf):cap(buf)]) // values of the row that had been opened
	out.buf = buf
	if isWait(err) {
		return err
	}
	m.failRead(openError(c, err), out)
	return nil
}

// openValue appends the length and the client's form of the protected value in column i.
func (m *machine) openValue(dst []byte, i int, r *rows, values []pgwire.Param, seen *checkedKey) ([]byte, error) {
	c := &r.columns[i]
	if t := m.treatment(c.Column); t >= Ciphertext {
		return m.unopened(dst, i, r, values[i].Value, t)
	}
	envelope, err := m.envelope(values[i].Value, c.Column.Storage, r.binary)
	if err != nil {
		return dst, err
	}
	header, err := fieldcrypt.ParseHeader(envelope)
	if err != nil {
		return dst, err
	}
	if seen.key == nil || seen.key.ID() != header.KeyID || seen.tenant != c.Tenant {
		if err := m.checkKey(header.KeyID, &c.Tenant, r, values, seen); err == errForeign {
			return m.foreign(dst, c)
		} else if err != nil {
			return dst, err
		}
	}
	f := m.policy.field(c.Column)
	if m.treatment(c.Column) == Masked {
		return m.maskValue(dst, i, r, seen.key, envelope)
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if f.typ == pgvalue.Text || f.typ == pgvalue.Varchar { // the client's form is the plaintext
		if dst, err = seen.key.Open(dst, f.field, envelope); err != nil {
			return dst, err
		}
		binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
		return dst, nil
	}
	m.scratch.plain, err = seen.key.Open(m.scratch.plain[:0], f.field, envelope)
	if err != nil {
		return dst, err
	}
	if r.format(i) == pgvalue.TextFormat {
		dst, err = f.typ.AppendText(dst, m.scratch.plain, &m.server.settings)
	} else {
		dst, err = f.typ.AppendValue(dst, m.scratch.plain, pgvalue.BinaryFormat)
	}
	clear(m.scratch.plain)
	if err != nil {
		return dst, err
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst, nil
}

// checkedKey is a key that was found to belong to the tenant of the row that is being opened. The values of a row mostly
// share one, and finding and checking it costs half as much as opening a value. It lives no longer than the row: the next
// one may be another tenant's, and a key that is purged must stop to serve.
type checkedKey struct {
	key    *fieldcrypt.Key
	tenant pgsql.TenantRef
}

// checkKey finds the key with the id, holds its tenant against the row's, and notes it in seen.
func (m *machine) checkKey(id fieldcrypt.KeyID, ref *pgsql.TenantRef, r *rows, values []pgwire.Param, seen *checkedKey) error {
	key, err := m.keyByID(id)
	if err != nil {
		return err
	}
	if err := m.checkTenant(ref, key, r, values); err != nil {
		return err
	}
	*seen = checkedKey{key, *ref}
	return nil
}

// envelope returns the envelope's bytes from a column as the server sent it; valid until the next call.
func (m *machine) envelope(value []byte, storage pgsql.Storage, binary bool) ([]byte, error) {
	buf := m.scratch.envelope[:0]
	var err error
	switch {
	case storage == pgsql.StorageText:
		buf, err = fieldcrypt.AppendEnvelope(buf, value)
	case binary:
		return value, nil
	case len(value) >= 2 && value[0] == '\\' && value[1] == 'x':
		buf, err = hex.AppendDecode(buf, value[2:])
	default: // bytea_output = escape
		buf, err = pgvalue.Bytea.AppendCanonical(buf, value, pgvalue.TextFormat, 0)
	}
	m.scratch.envelope = buf[:0]
	if err != nil {
		return nil, fieldcrypt.ErrNotEnvelope
	}
	return buf, nil
}

// checkTenant holds the tenant of the key against the one that the row or the session claims.
func (m *machine) checkTenant(ref *pgsql.TenantRef, key *fieldcrypt.Key, r *rows, values []pgwire.Param) error {
	same := false
	switch ref.Kind {
	case pgsql.TenantResult:
		v := &values[ref.Result]
		if v.Null {
			return errNoTenant
		}
		same = m.isTenant(v.Value, ref, key, r)
	case pgsql.TenantSession:
		same = m.sessionFact(ref.Value) == key.Tenant()
	case pgsql.TenantSetting:
		if err := m.checkSetting(ref, key); err != nil {
			return err
		}
		same = true
	default:
		same = sameTenant(m, ref.Value, key.Tenant(), ref.TypeOID)
	}
	if !same {
		return errOtherTenant
	}
	if ref.Claims == nil {
		return nil
	}
	return m.checkClaims(ref.Claims, key)
}

// isTenant reports whether a value of the tenant column names the key's tenant. Text is compared as it is; other types are
// brought to the form in which keys spell them.
func (m *machine) isTenant(value []byte, ref *pgsql.TenantRef, key *fieldcrypt.Key, r *rows) bool {
	if ref.TypeOID == textOID || ref.TypeOID == varcharOID {
		return string(value) == key.Tenant()
	}
	format := pgvalue.TextFormat
	if !r.columns[ref.Result].Hidden {
		format = r.format(ref.Result)
	}
	var err error
	m.scratch.tenant, err = pgvalue.CanonicalTenant(m.scratch.tenant[:0], value, format, ref.TypeOID)
	return err == nil && string(m.scratch.tenant) == key.Tenant()
}

// Types whose text and binary form are the same bytes (pg_type.dat).
const (
	textOID    = 25
	varcharOID = 1043
)

// Reasons of their own why a value is not opened. Their texts name no tenant: the client may not be entitled to know it.
var (
	errNoTenant = &Error{Code: codeDataCorrupted, Message: "a protected value stands in a row without a tenant",
		Hint: "Set the row's tenant column to the tenant for which the value was sealed."}
	errOtherTenant = &Error{Code: codeDataCorrupted, Message: "a protected value belongs to another tenant than its row",
		Detail: "The value was copied or moved here from another tenant's row."}
)
