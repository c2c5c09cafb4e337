package pgsql

import "strings"

// Form is what takes the place of a value that meets a protected column.
type Form uint8

const (
	// FormStored is an envelope to be stored.
	FormStored Form = iota
	// FormCompared is an envelope that is compared with those of a deterministic column. It is never stored, so what the
	// column's type would cut, round or refuse on storing must stay as it is.
	FormCompared
	// FormBoth is an envelope that is both stored and compared.
	FormBoth
	// FormTerm is the equality term of the value, compared with that of a column's envelopes.
	FormTerm
)

// ComparedForm is the form of values that are compared with the column, which can be searched.
func (c *Column) ComparedForm() Form {
	if c.Search == SearchTerm {
		return FormTerm
	}
	return FormCompared
}

// comparable reports whether equal values of both columns, of one tenant, are sealed so that they are found equal.
func comparable(x, y *Column) bool {
	return x.Search != SearchNone && x.Search == y.Search && x.Domain == y.Domain && x.Storage == y.Storage &&
		x.Normalise == y.Normalise && x.comparedType() == y.comparedType()
}

// alike reports whether two uses of a parameter, for one tenant, seal its value to the same bytes.
func (u *ParamUse) alike(v *ParamUse) bool {
	if u.Array != v.Array || u.Normalise != v.Normalise || (u.Form == FormTerm) != (v.Form == FormTerm) {
		return false
	}
	if u.Form != v.Form && u.Column.Modifier+v.Column.Modifier != "" {
		return false // what is stored is cut and rounded, what is compared is not
	}
	if u.Form != FormCompared && v.Form != FormCompared && (u.Column.Type != v.Column.Type || u.Column.Modifier != v.Column.Modifier) {
		return false
	}
	return u.Column == v.Column || comparable(u.Column, v.Column) && (u.Form == FormTerm || u.Column.Search == SearchDeterministic)
}

// join makes u what serves a like use v too. What is stored must fit the column in which it is stored.
func (u *ParamUse) join(v *ParamUse) {
	if u.Form != v.Form {
		if v.Form == FormStored {
			u.Column = v.Column
		}
		u.Form = FormBoth
	}
}

// comparedType is the type in which the server compares values of a logical type with each other, as far as equal values
// have one canonical form; empty for others, such as float8, of which 0 and -0 are equal.
func comparedType(logical string) string {
	switch logical {
	case "varchar":
		return "text"
	case "text", "bytea", "bool", "int2", "int4", "int8", "date", "timestamp", "timestamptz", "uuid":
		return logical
	}
	return ""
}

// comparedType is that of the column's values. Those of a numeric with a scale all have it, so equal ones have one form.
func (c *Column) comparedType() string {
	if c.Type == "numeric" && c.Modifier != "" {
		_, scale, _ := strings.Cut(c.Modifier, ",")
		return "numeric, " + strings.TrimSpace(scale)
	}
	return comparedType(c.Type)
}

// Comparable reports whether a value of the built-in type with the OID may be compared with a column of the logical type
// as if it were of that type: the server would find the same. 0 and unknown (705) are types that the server infers.
func Comparable(logical string, oid uint32) bool {
	if oid == 0 || oid == 705 {
		return true
	}
	for _, name := range comparedAs(logical) {
		if typeOIDs[name] == oid {
			return true
		}
	}
	return false
}

// comparedAs lists the types of values that are compared with a logical type by what they mean in that type.
func comparedAs(logical string) []string {
	switch logical {
	case "text", "varchar":
		return []string{"text", "varchar"}
	case "int2", "int4", "int8":
		return []string{"int2", "int4", "int8"}
	case "numeric":
		return []string{"numeric", "int2", "int4", "int8"}
	}
	return []string{logical}
}
