package pgproxy

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// byteaOID is the type of envelopes (pg_type.dat).
const byteaOID = 17

// appendSealedArray appends a binary array (array_send) of what the elements of the client's array are sealed to.
func (m *machine) appendSealedArray(dst []byte, form pgsql.Form, c *pgsql.Column, tenant []byte, v given) ([]byte, error) {
	oid := uint32(byteaOID)
	if c.Storage == pgsql.StorageText {
		oid = textOID
	}
	start, count := len(dst), uint32(0)
	for _, field := range [...]uint32{1, 0, oid, 0, 1} { // dimensions, has NULLs, elements' type, length, first index
		dst = binary.BigEndian.AppendUint32(dst, field)
	}
	err := m.eachSealed(form, c, tenant, v, func(envelope []byte) {
		count++
		if envelope == nil {
			dst[start+7] = 1
			dst = binary.BigEndian.AppendUint32(dst, ^uint32(0))
			return
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		if c.Storage == pgsql.StorageText {
			dst = appendSealedText(dst, envelope)
		} else {
			dst = append(dst, envelope...)
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	})
	if count == 0 {
		dst[start+3] = 0
		return dst[:start+12], err
	}
	binary.BigEndian.PutUint32(dst[start+12:], count)
	return dst, err
}

// appendArrayLiteral appends an array of what the elements of the client's are sealed to, as a string constant.
func (m *machine) appendArrayLiteral(dst []byte, l *pgsql.Literal, tenant []byte, v given) ([]byte, error) {
	dst = append(dst, "'{"...)
	first := true
	err := m.eachSealed(l.Form, l.Column, tenant, v, func(envelope []byte) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		switch {
		case envelope == nil:
			dst = append(dst, "NULL"...)
		case l.Column.Storage == pgsql.StorageText:
			dst = append(appendSealedText(append(dst, '"'), envelope), '"')
		default:
			dst = append(dst, `"\\x`...)
			dst = append(hex.AppendEncode(dst, envelope), '"')
		}
	})
	return append(dst, "}'"...), err
}

// eachSealed calls add with what each element of the client's array is sealed to, nil for NULL; valid during the call.
func (m *machine) eachSealed(form pgsql.Form, c *pgsql.Column, tenant []byte, v given, add func(envelope []byte)) error {
	f := m.policy.field(c)
	array := f.typ.Array()
	var err error
	m.scratch.array, err = array.AppendModified(m.scratch.array[:0], v.bytes, v.format, v.oid, &m.server.settings, pgvalue.NoModifier)
	if err != nil {
		return sealError(c, err)
	}
	defer clear(m.scratch.array)
	keys, err := m.sealKeys(form, c, tenant)
	if err != nil {
		return err
	}
	for e := range array.Elements(m.scratch.array) {
		if e == nil {
			add(nil)
			continue
		}
		if form == pgsql.FormStored {
			m.scratch.plain, err = f.typ.AppendModified(m.scratch.plain[:0], e, pgvalue.BinaryFormat, 0, &m.server.settings, f.modifier)
		} else {
			m.scratch.plain, err = f.typ.AppendCompared(m.scratch.plain[:0], e, pgvalue.BinaryFormat, 0, &m.server.settings, f.modifier)
		}
		if err != nil {
			return sealError(c, err)
		}
		envelope, err := m.sealPlain(m.scratch.envelope[:0], form, c, keys, "")
		clear(m.scratch.plain)
		m.scratch.envelope = envelope[:0]
		switch {
		case errors.Is(err, fieldcrypt.ErrBudget):
			return m.renew(tenant, c)
		case err != nil:
			return sealError(c, err)
		}
		add(envelope)
	}
	return nil
}

// appendSealedText appends the text form of an envelope or of a term, which is a part of that of its envelope.
func appendSealedText(dst, sealed []byte) []byte {
	if len(sealed) == fieldcrypt.TermSize {
		return base64.RawURLEncoding.AppendEncode(dst, sealed)
	}
	if len(sealed) == 0 { // what no envelope is equal to
		return dst
	}
	return fieldcrypt.AppendText(dst, sealed)
}
