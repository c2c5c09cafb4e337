package pgproxy

import (
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A plan can add parameters to a text, behind the client's: for a value that is sealed in more than one way, or a constant
// whose tenant is a parameter. The client never learns of them.

// fits reports whether the parameters that the plan adds have the numbers behind those that the client declares.
func (st *statement) fits() bool {
	return st.plan.AddedParams == 0 || len(st.oids) <= st.plan.ClientParams
}

func errSurplusTypes() *Error {
	return &Error{Code: codeNotSupported, Message: "the statement declares types for parameters that it does not have",
		Hint: "Declare the types of the parameters in the text only."}
}

// extend makes room in b for the parameters that the plan adds. A Bind with another number of parameters than the text has
// stays as it is: the server refuses it.
func (m *machine) extend(st *statement, b *pgwire.Bind) {
	if len(b.Params) != st.plan.ClientParams {
		return
	}
	for range st.plan.AddedParams {
		b.Params = append(b.Params, pgwire.Param{Null: true})
		b.ParamFormats = append(b.ParamFormats, int16(pgvalue.TextFormat))
	}
}

// clientValue is the value that is sealed for a use of a parameter; not ok if there is none, or it is NULL.
func (m *machine) clientValue(st *statement, b *pgwire.Bind, use *pgsql.ParamUse) (v given, ok bool) {
	if use.Param == 0 {
		return given{[]byte(use.Value), pgvalue.TextFormat, use.CastOID, use.Normalise}, true
	}
	i := use.Param - 1
	if i >= len(b.Params) || b.Params[i].Null {
		return v, false
	}
	v = given{b.Params[i].Value, pgvalue.Format(m.scratch.formats[i]), st.paramType(use), use.Normalise}
	return v, use.NullIf == nil || string(v.bytes) != *use.NullIf
}

// fitsNullIf refuses a parameter that is declared to be no text, whose bytes can't be held against one.
func (m *machine) fitsNullIf(st *statement) *Error {
	for i := range st.plan.Params {
		use := &st.plan.Params[i]
		if use.NullIf == nil {
			continue
		}
		if oid := st.paramType(use); oid != textOID && oid != varcharOID {
			return &Error{Code: codeNotSupported, Message: "a parameter of NULLIF for a protected column is declared to be no text",
				Hint: "Declare it as text, or leave its type open."}
		}
	}
	return nil
}

// place is the index of the parameter that the sealed value goes to.
func place(use *pgsql.ParamUse) int {
	if use.Added > 0 {
		return use.Added - 1
	}
	return use.Param - 1
}
