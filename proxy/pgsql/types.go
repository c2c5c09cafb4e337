package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// OIDs of built-in types (src/include/catalog/pg_type.dat); they never change.
const (
	oidText    = 25
	oidVarchar = 1043
)

// typeOIDs are the built-in types that a cast of a stored value may name, as the parser spells them.
var typeOIDs = map[string]uint32{
	"bool": 16, "bytea": 17, "int8": 20, "int2": 21, "int4": 23, "text": oidText, "json": 114, "float4": 700, "float8": 701,
	"varchar": oidVarchar, "date": 1082, "timestamp": 1114, "timestamptz": 1184, "numeric": 1700, "uuid": 2950, "jsonb": 3802,
}

// tenantTypes are the types that a tenant column may have: equal values have one spelling once it is canonical.
var tenantTypes = map[uint32]bool{oidText: true, oidVarchar: true, 20: true, 21: true, 23: true, 2950: true}

// castable says which types a cast of a value may have besides the logical type itself, so that the cast can be left
// out: the value means the same without it.
var castable = map[string][]string{
	"text":    {"varchar"},
	"varchar": {"text"},
	"int2":    {"int4", "int8", "numeric", "text", "varchar"},
	"int4":    {"int2", "int8", "numeric", "text", "varchar"},
	"int8":    {"int2", "int4", "numeric", "text", "varchar"},
	"numeric": {"int2", "int4", "int8", "text", "varchar"},
	"uuid":    {"text", "varchar"},
	"date":    {"text", "varchar"},
	"json":    {"jsonb", "text", "varchar"},
	"jsonb":   {"json", "text", "varchar"},
	"bool":    {"text", "varchar"},
}

// castFits reports whether a cast to typ may be left out for a field of the logical type.
func castFits(logical, typ string) bool {
	return typ == logical || slices.Contains(castable[logical], typ)
}

// typeName returns the name of a plain built-in type, as in typeOIDs; empty for any other: one with a modifier, an
// array, one of another schema.
func typeName(t *ast.TypeName) string {
	if len(t.GetTypmods()) > 0 || len(t.GetArrayBounds()) > 0 || t.GetSetof() || t.GetPctType() {
		return ""
	}
	name := builtinName(t.GetNames())
	if _, ok := typeOIDs[name]; !ok {
		return ""
	}
	return name
}
