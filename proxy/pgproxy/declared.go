package pgproxy

import "github.com/keyaside/keyaside/proxy/pgsql"

// checkDeclared refuses parameters that are compared with a protected column and that the client declares to be of a type in
// which the server would compare otherwise: a date with a timestamp, an int8 with a numeric.
func checkDeclared(plan *pgsql.Plan, oids []uint32) *Error {
	for i := range plan.Params {
		use := &plan.Params[i]
		if use.Form == pgsql.FormStored || use.Param == 0 || use.Param > len(oids) {
			continue
		}
		oid := oids[use.Param-1]
		if use.Array {
			if oid = pgsql.ArrayElement(oid); oid == 0 {
				continue
			}
		}
		if !pgsql.Comparable(use.Column.Type, oid) {
			return &Error{Code: codeNotSupported, Message: "a parameter that is compared with protected column " + use.Column.Name + " is declared to be of another type",
				Hint: "Declare it as " + use.Column.Type + ", or leave its type to be inferred."}
		}
	}
	return nil
}
