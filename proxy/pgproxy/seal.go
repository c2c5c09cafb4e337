package pgproxy

import (
	"encoding/hex"
	"errors"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// plan returns what the text means: nil if it has nothing to do with protected columns, an error of the client's to
// refuse it with, or a reason to wait.
//
// A text that is kept may be executed when names mean something else than now.
func (m *machine) plan(text []byte, kept bool, out *output) (*pgsql.Plan, *Error, error) {
	planner, ok := m.planner()
	if !ok {
		return nil, nil, errPlanner
	}
	m.offerNames(text, kept)
	plan, err := m.planNamed(planner, text, out)
	if err != nil {
		return nil, nil, err
	}
	m.notePrepares(plan)
	switch {
	case plan == nil, plan.Unnamed:
		if len(m.policy.settings) > 0 && (m.server.escapes || m.otherEncoding()) {
			plan = pgsql.Unread() // its words may be others than they seem
		}
		reason, err := m.authorize(nil, text, out)
		return plan, reason, err
	case plan.Refusal != nil:
		return nil, refusalError(plan.Refusal, text), nil
	case m.server.escapes && !onlyDeallocates(plan):
		reason := &Error{Code: codeNotSupported, Message: "statements on protected tables need standard_conforming_strings = on"}
		return nil, asCopyIn(reason, plan), nil
	case plan.Protected() && m.otherEncoding():
		return nil, asCopyIn(encodingError(), plan), nil
	}
	if reason, err := m.authorize(plan, text, out); reason != nil || err != nil {
		return nil, reason, err
	}
	if plan.Protected() {
		err = m.settled()
	}
	if err != nil {
		return plan, nil, err
	}
	reason, err := m.mayFetch(plan, kept, out)
	return plan, reason, err
}

// otherEncoding reports whether texts of the session are not in UTF-8, as protected values are.
func (m *machine) otherEncoding() bool {
	return m.server.encoding != "UTF8" && m.server.encoding != "SQL_ASCII"
}

func encodingError() *Error {
	return &Error{Code: codeNotSupported, Message: "statements on protected tables need client_encoding UTF8",
		Hint: "Run SET client_encoding = 'UTF8'."}
}

// onlyDeallocates reports whether a plan's text has no values: it drops, fetches or closes.
func onlyDeallocates(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		s := &plan.Statements[i]
		if n := s.Naming; n != nil && (n.Fetches != "" || n.Closes != "" || n.ClosesAll) {
			continue
		}
		if s.Deallocate == "" && !s.DeallocateAll {
			return false
		}
	}
	return true
}

// refusalOf returns the error that the client is to see, if err is one; nil if err is nil or a reason to wait.
func refusalOf(err error) *Error {
	if err == nil {
		return nil
	}
	var reason *Error
	if errors.As(err, &reason) {
		return reason
	}
	return nil
}

// editText returns the text for the server with its literals sealed, or nil if it goes unchanged. The client's text is
// copied, since it is kept for mapping positions back.
func (m *machine) editText(text []byte, plan *pgsql.Plan) (*editedText, error) {
	if len(plan.Edits) == 0 {
		return nil, nil
	}
	t := &editedText{server: make([]byte, 0, len(text)+len(plan.Edits)*96)}
	last := 0
	for i := range plan.Edits {
		e := &plan.Edits[i]
		t.server = append(t.server, text[last:e.Start]...)
		before := len(t.server)
		var err error
		if t.server, err = m.appendEdit(t.server, e); err != nil {
			return nil, at(err, text, e.Start)
		}
		t.edits = append(t.edits, edited{start: e.Start, end: e.End, size: len(t.server) - before})
		last = e.End
	}
	t.server = append(t.server, text[last:]...)
	t.client = maskLiterals(text, plan.Edits)
	return t, nil
}

// at gives an error of the client's the position of the literal that it is about, as the server does.
func at(err error, text []byte, offset int) error {
	if reason := refusalOf(err); reason != nil && reason.Position == 0 {
		placed := *reason
		placed.Position = characterPosition(text, offset)
		return &placed
	}
	return err
}

// maskLiterals copies the client's text for counting positions; the protected literals in it are not kept.
func maskLiterals(text []byte, edits []pgsql.Edit) []byte {
	t := append([]byte(nil), text...)
	for i := range edits {
		if edits[i].Literal == nil {
			continue
		}
		for j := edits[i].Start; j < edits[i].End; j++ {
			if t[j] < 0x80 {
				t[j] = '?' // the number of characters stays as it is
			} else if t[j] >= 0xC0 {
				t[j] = 0xC0
			} else {
				t[j] = 0x80
			}
		}
	}
	return t
}

func (m *machine) appendEdit(dst []byte, e *pgsql.Edit) ([]byte, error) {
	if e.Literal == nil {
		return append(dst, e.Text...), nil
	}
	l := e.Literal
	tenant, err := m.literalTenant(&l.Tenant)
	if err != nil {
		return dst, err
	}
	v := given{[]byte(l.Value), pgvalue.TextFormat, l.CastOID, l.Normalise}
	if l.Array {
		dst, err = m.appendArrayLiteral(dst, l, tenant, v)
		return append(dst, e.Text...), err
	}
	envelope, err := m.sealCast(m.scratch.envelope[:0], l.Form, l.Column, tenant, v, l.Casts)
	m.scratch.envelope = envelope[:0]
	if err != nil {
		return dst, err
	}
	return append(appendLiteral(dst, envelope, l.Column.Storage), e.Text...), nil
}

// appendLiteral appends an envelope as a string constant. It has no character that would need escaping.
func appendLiteral(dst, envelope []byte, storage pgsql.Storage) []byte {
	dst = append(dst, '\'')
	if storage == pgsql.StorageText {
		dst = appendSealedText(dst, envelope)
	} else {
		dst = append(dst, `\x`...)
		dst = hex.AppendEncode(dst, envelope)
	}
	return append(dst, '\'')
}

// literalTenant returns the tenant that is known without parameters; valid until the next call.
func (m *machine) literalTenant(ref *pgsql.TenantRef) ([]byte, error) {
	switch ref.Kind {
	case pgsql.TenantFixed:
		tenant, err := m.canonicalTenant([]byte(ref.Value), pgvalue.TextFormat, ref.TypeOID)
		return m.agreed(tenant, ref, err)
	case pgsql.TenantSession:
		m.scratch.tenant = append(m.scratch.tenant[:0], m.sessionFact(ref.Value)...)
		return m.agreed(m.scratch.tenant, ref, nil)
	case pgsql.TenantSetting:
		return m.settingTenant(ref)
	}
	return nil, &Error{Code: codeNotSupported, Message: "the tenant of a literal must be a literal, too",
		Hint: "Pass the protected value as a parameter."}
}

func (m *machine) sessionFact(name string) string {
	if name == "database" {
		return m.database
	}
	return m.user
}

// canonicalTenant returns the tenant as the key store spells it; valid until the next call.
func (m *machine) canonicalTenant(src []byte, format pgvalue.Format, oid uint32) ([]byte, error) {
	var err error
	m.scratch.tenant, err = pgvalue.CanonicalTenant(m.scratch.tenant[:0], src, format, oid)
	if err != nil || len(m.scratch.tenant) == 0 {
		return nil, &Error{Code: codeInvalidParameter, Message: "the tenant column's value is not a tenant",
			Hint: "Pass a non-empty value of the tenant column's own type."}
	}
	return m.scratch.tenant, nil
}

// sealParams replaces each protected parameter's value by its envelope.
func (m *machine) sealParams(st *statement, b *pgwire.Bind) error {
	params := st.plan.Params
	if len(params) == 0 {
		return nil
	}
	m.expandFormats(b)
	m.extend(st, b)
	sealed := m.scratch.sealed[:0]
	for i := range params {
		use := &params[i]
		value, ok := m.clientValue(st, b, use)
		to := place(use)
		switch {
		case to >= len(b.Params):
			continue // the server refuses a Bind with too few parameters by itself
		case !ok:
			b.Params[to] = pgwire.Param{Null: true}
			continue
		}
		start := len(sealed)
		var err error
		if sealed, err = m.sealParam(sealed, st, b, use, value); err != nil {
			m.scratch.sealed = sealed[:0]
			return err
		}
		b.Params[to] = pgwire.Param{Value: sealed[start:len(sealed):len(sealed)]}
		b.ParamFormats[to] = int16(serverFormat(use))
	}
	m.scratch.sealed = sealed[:0]
	return nil
}

// serverFormat is the format in which a sealed parameter goes to the server: text columns hold text in both formats.
func serverFormat(use *pgsql.ParamUse) pgvalue.Format {
	if use.Column.Storage == pgsql.StorageText && !use.Array {
		return pgvalue.TextFormat
	}
	return pgvalue.BinaryFormat
}

// expandFormats gives each parameter a format code of its own.
func (m *machine) expandFormats(b *pgwire.Bind) {
	m.scratch.formats = m.scratch.formats[:0]
	for i := range b.Params {
		m.scratch.formats = append(m.scratch.formats, b.ParamFormat(i))
	}
	b.ParamFormats = append(b.ParamFormats[:0], m.scratch.formats...)
}

func (m *machine) sealParam(dst []byte, st *statement, b *pgwire.Bind, use *pgsql.ParamUse, v given) ([]byte, error) {
	tenant, err := m.paramTenant(st, b, &use.Tenant)
	if err != nil {
		return dst, err
	}
	switch {
	case use.Array:
		return m.appendSealedArray(dst, use.Form, use.Column, tenant, v)
	case use.Column.Storage == pgsql.StorageBytea:
		return m.sealCast(dst, use.Form, use.Column, tenant, v, use.Casts)
	}
	envelope, err := m.sealCast(m.scratch.envelope[:0], use.Form, use.Column, tenant, v, use.Casts)
	m.scratch.envelope = envelope[:0]
	if err != nil {
		return dst, err
	}
	return appendSealedText(dst, envelope), nil
}

// paramTenant returns the tenant of a parameter's row; valid until the next call.
func (m *machine) paramTenant(st *statement, b *pgwire.Bind, ref *pgsql.TenantRef) ([]byte, error) {
	if ref.Kind != pgsql.TenantParam {
		return m.literalTenant(ref)
	}
	i := ref.Param - 1
	if i >= len(b.Params) || b.Params[i].Null {
		return nil, &Error{Code: codeInvalidParameter, Message: "the tenant column's value is NULL, so protected values of the row have no key"}
	}
	oid := st.declared(ref.Param)
	if oid == 0 || oid == unknownOID {
		oid = ref.TypeOID
	}
	tenant, err := m.canonicalTenant(b.Params[i].Value, pgvalue.Format(m.scratch.formats[i]), oid)
	return m.agreed(tenant, ref, err)
}

// unknownOID is the type of a constant or parameter whose type is still to be inferred (pg_type.dat).
const unknownOID = 705

// seal appends the envelope of a value that the client sent.
func (m *machine) seal(dst []byte, c *pgsql.Column, tenant, value []byte, format pgvalue.Format, oid uint32) ([]byte, error) {
	return m.sealAs(dst, pgsql.FormStored, c, tenant, given{value, format, oid, ""})
}

// renew asks for the tenant's active key again after its message budget was used up, and gives up if the key that was
// just fetched has none either.
func (m *machine) renew(tenant []byte, c *pgsql.Column) error {
	if _, tried := m.scratch.tenants[string(tenant)]; tried {
		return sealError(c, fieldcrypt.ErrUnavailable)
	}
	return &keyRequest{tenant: string(tenant)}
}
