package pgproxy

import (
	"github.com/jackc/pgproto3/v2"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// rowDescription shows protected columns as what the application believes them to be, and leaves out hidden ones.
func (m *machine) rowDescription(body []byte, first *pending, out *output) error {
	msg := &m.scratch.fields
	if err := decode(msg, body); err != nil {
		return fatal(codeProtocolViolation, "invalid RowDescription from the server")
	}
	r, silent, announces := first.rows, first.silent, first.announces
	if first.request == reqDescribe {
		m.queue.pop()
	}
	if !m.agrees(r, msg) {
		m.schemaChanged()
		m.failRead(staleCatalog(), out)
		return nil
	}
	if announces != nil {
		announces.verified = true
	}
	if silent {
		return nil
	}
	shown := msg.Fields[:0]
	for i, f := range msg.Fields {
		c := &r.columns[i]
		switch {
		case c.Hidden:
			continue
		case c.Column != nil && m.treatment(c.Column) != Ciphertext:
			logical := m.policy.field(c.Column)
			f.DataTypeOID, f.DataTypeSize, f.TypeModifier = logical.typ.OID(), logical.typ.Size(), int32(logical.modifier)
		}
		f.Format = int16(r.format(i))
		shown = append(shown, f)
	}
	msg.Fields = shown
	buf, err := msg.Encode(out.own())
	if err != nil {
		return fatal(codeProtocolViolation, "RowDescription is too long")
	}
	out.buf = buf
	return nil
}

// agrees checks the plan against what the server says of the columns that come straight from a table.
func (m *machine) agrees(r *rows, msg *pgproto3.RowDescription) bool {
	if len(msg.Fields) != len(r.columns) {
		return false
	}
	planner, fresh := m.planner()
	for i, c := range r.columns {
		f := &msg.Fields[i]
		if c.Column == nil && fresh && planner.Protects(f.TableOID, int16(f.TableAttributeNumber)) != nil {
			return false
		}
		if c.Column == nil || c.Relation == 0 || f.TableOID == 0 {
			continue
		}
		if f.TableOID != c.Relation || int16(f.TableAttributeNumber) != c.Attr {
			return false
		}
	}
	return true
}

func staleCatalog() *Error {
	return &Error{Code: codeStaleCatalog, Message: "the result is not what the proxy's copy of the catalog foretold",
		Detail: "A table of the statement was changed.", Hint: "The catalog is read again; try again."}
}

// parameterDescription shows protected parameters as what the application declared them to be, or as the logical type.
func (m *machine) parameterDescription(body []byte, st *statement, out *output) error {
	var msg pgproto3.ParameterDescription
	if err := decode(&msg, body); err != nil {
		return fatal(codeProtocolViolation, "invalid ParameterDescription from the server")
	}
	for i := range st.plan.Params {
		use := &st.plan.Params[i]
		if use.Added == 0 && use.Param <= len(msg.ParameterOIDs) {
			msg.ParameterOIDs[use.Param-1] = m.shownType(st, use)
		}
	}
	msg.ParameterOIDs = msg.ParameterOIDs[:max(len(msg.ParameterOIDs)-st.plan.AddedParams, 0)]
	buf, err := msg.Encode(out.own())
	if err != nil {
		return fatal(codeProtocolViolation, "ParameterDescription is too long")
	}
	out.buf = buf
	return nil
}

func (m *machine) shownType(st *statement, use *pgsql.ParamUse) uint32 {
	if oid := st.paramType(use); oid != 0 {
		return oid
	}
	typ := m.policy.field(use.Column).typ
	if use.Array {
		typ = typ.Array()
	}
	return typ.OID()
}
