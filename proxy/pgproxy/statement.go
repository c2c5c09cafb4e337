package pgproxy

import (
	"slices"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// statement is a prepared statement that has to do with protected columns. Others are not kept: a name that is not known
// here belongs to a statement that passes.
type statement struct {
	plan    *pgsql.Plan
	oids    []uint32 // parameter types as the client declared them; shorter than the number of parameters, 0 = not declared
	visible int      // result columns that the client sees; only counted for a protected result
	text    *editedText
	serial  uint64
	// bySetting is set if reading the result takes to know a setting; sealed is what the settings were when literals of the
	// text were sealed for a tenant that one names, nil if none was.
	bySetting bool
	sealed    *facts
	// meanings is what the names of the plan, in their order, meant when it was made.
	meanings []pgsql.Name
	// verified is set once the server's description of the result was found to agree with the plan; announced is one more
	// than the segment in which the client has asked for it, 0 if it has not.
	verified  bool
	announced uint64
	executes  *statement // what the name meant that its EXECUTE runs, when it was planned; nil: nothing known
	// bound is the portal that the last Bind made, for the next one that asks for the same formats.
	bound        *portal
	boundFormats []int16
}

func newStatement(plan *pgsql.Plan, oids []uint32, text *editedText, serial uint64) *statement {
	st := &statement{plan: plan, oids: oids, text: text, serial: serial}
	for _, c := range st.columns() {
		if !c.Hidden {
			st.visible++
		}
	}
	st.bySetting = readsBySetting(plan)
	return st
}

// columns describes the protected result, or is nil.
func (st *statement) columns() []pgsql.ResultColumn {
	if len(st.plan.Statements) != 1 {
		return nil
	}
	return st.plan.Statements[0].Columns
}

// declared returns the type that the client declared for a parameter, counted from 1, or 0.
func (st *statement) declared(param int) uint32 {
	if 1 <= param && param <= len(st.oids) {
		return st.oids[param-1]
	}
	return 0
}

// paramType is the type in which the client believes to pass a protected parameter: the declared one, or that of the cast
// in the text; 0 means the logical type.
func (st *statement) paramType(use *pgsql.ParamUse) uint32 {
	if oid := st.declared(use.Param); oid != 0 && oid != unknownOID {
		return oid
	}
	return use.CastOID
}

// portal is a statement of which a protected result is read, with the formats that the client wants.
type portal struct {
	statement *statement
	rows      *rows
	sealed    *facts        // as in statement, for parameters
	cursor    *pgsql.Cursor // DECLARE made it; nil if Bind did
	fetched   *portal       // the cursor whose rows a FETCH returns; nil for all else
}

// rows is how rows of a protected result come from the server and go to the client.
type rows struct {
	columns []pgsql.ResultColumn
	formats []pgvalue.Format // per server column, as the client wants it; nil: all text
	binary  bool             // protected bytea columns come in binary
}

func (r *rows) format(i int) pgvalue.Format {
	if r.formats == nil {
		return pgvalue.TextFormat
	}
	return r.formats[i]
}

// portalFor returns the portal that a Bind of the statement makes. Portals are not changed, so equal ones are one.
func (st *statement) portalFor(b *pgwire.Bind) (*portal, *Error) {
	if st.bound != nil && slices.Equal(b.ResultFormats, st.boundFormats) {
		return st.bound, nil
	}
	p := &portal{statement: st}
	if st.columns() != nil {
		r, reason := boundRows(st, b)
		if reason != nil {
			return nil, reason
		}
		p.rows = r
	}
	st.bound, st.boundFormats = p, slices.Clone(b.ResultFormats)
	return p, nil
}

// boundRows makes the rows of a portal from the formats that the client's Bind asks for. A number of formats that does
// not fit the columns that the client knows of is an error, as in exec_bind_message.
func boundRows(st *statement, b *pgwire.Bind) (*rows, *Error) {
	columns := st.columns()
	if n := len(b.ResultFormats); n > 1 && n != st.visible {
		return nil, &Error{Code: codeProtocolViolation, Message: "the number of result formats in Bind is not the number of result columns"}
	}
	r := &rows{columns: columns, formats: make([]pgvalue.Format, len(columns)), binary: true}
	visible := 0
	for i, c := range columns {
		if c.Hidden {
			continue
		}
		r.formats[i] = pgvalue.Format(b.ResultFormat(visible))
		visible++
	}
	return r, nil
}

// serverFormats lists the formats to ask the server for: envelopes as they are, all else as the client wants it.
func (r *rows) serverFormats(dst []int16) []int16 {
	for i, c := range r.columns {
		switch {
		case c.Column != nil && c.Column.Storage == pgsql.StorageBytea:
			dst = append(dst, int16(pgvalue.BinaryFormat))
		case c.Column != nil || c.Hidden:
			dst = append(dst, int16(pgvalue.TextFormat))
		default:
			dst = append(dst, int16(r.formats[i]))
		}
	}
	return dst
}
