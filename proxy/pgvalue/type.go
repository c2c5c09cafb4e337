package pgvalue

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// Type is a logical type of a protected field: what the application believes the column to be. It is a scalar or,
// with arrayOf, the one-dimensional array of one.
type Type uint8

const (
	Invalid Type = iota
	Text
	Bytea
	Bool
	Int2
	Int4
	Int8
	Float4
	Float8
	Numeric
	Date
	Timestamp
	Timestamptz
	UUID
	JSON
	JSONB
	Varchar
)

// arrayOf marks the array of the type in the other bits.
const arrayOf Type = 0x80

// typeInfo is what a RowDescription says of a logical type (pg_type.oid and pg_type.typlen), and the oid of its
// array (pg_type.typarray).
type typeInfo struct {
	name  string
	oid   uint32
	size  int16
	array uint32
}

var types = [...]typeInfo{
	Invalid:     {"invalid", 0, 0, 0},
	Text:        {"text", pgtype.TextOID, -1, pgtype.TextArrayOID},
	Bytea:       {"bytea", pgtype.ByteaOID, -1, pgtype.ByteaArrayOID},
	Bool:        {"bool", pgtype.BoolOID, 1, pgtype.BoolArrayOID},
	Int2:        {"int2", pgtype.Int2OID, 2, pgtype.Int2ArrayOID},
	Int4:        {"int4", pgtype.Int4OID, 4, pgtype.Int4ArrayOID},
	Int8:        {"int8", pgtype.Int8OID, 8, pgtype.Int8ArrayOID},
	Float4:      {"float4", pgtype.Float4OID, 4, pgtype.Float4ArrayOID},
	Float8:      {"float8", pgtype.Float8OID, 8, pgtype.Float8ArrayOID},
	Numeric:     {"numeric", pgtype.NumericOID, -1, pgtype.NumericArrayOID},
	Date:        {"date", pgtype.DateOID, 4, pgtype.DateArrayOID},
	Timestamp:   {"timestamp", pgtype.TimestampOID, 8, pgtype.TimestampArrayOID},
	Timestamptz: {"timestamptz", pgtype.TimestamptzOID, 8, pgtype.TimestamptzArrayOID},
	UUID:        {"uuid", pgtype.UUIDOID, 16, pgtype.UUIDArrayOID},
	JSON:        {"json", pgtype.JSONOID, -1, pgtype.JSONArrayOID},
	JSONB:       {"jsonb", pgtype.JSONBOID, -1, pgtype.JSONBArrayOID},
	Varchar:     {"varchar", pgtype.VarcharOID, -1, pgtype.VarcharArrayOID},
}

// ParseType returns the type that a configuration names: a scalar by PostgreSQL's short name (int8, timestamptz, …;
// bigint is also known), an array by its element's name and [].
func ParseType(name string) (Type, error) {
	elem, isArray := strings.CutSuffix(name, "[]")
	if elem == "bigint" {
		elem = "int8"
	}
	for t := Text; int(t) < len(types); t++ {
		switch {
		case types[t].name != elem:
		case isArray:
			return t | arrayOf, nil
		default:
			return t, nil
		}
	}
	return Invalid, fmt.Errorf("unknown type %q; use text, varchar, bytea, bool, int2, int4, int8, float4, float8, numeric, date, timestamp, "+
		"timestamptz, uuid, json, jsonb, or one of them with [] for its array", name)
}

// Array returns the type of one-dimensional arrays of a scalar type; Invalid for another.
func (t Type) Array() Type {
	if t.info().array == 0 || t.isArray() {
		return Invalid
	}
	return t | arrayOf
}

// Elem returns the type of an array's elements, Invalid for a type that is not an array.
func (t Type) Elem() Type {
	if !t.isArray() {
		return Invalid
	}
	return t &^ arrayOf
}

// isArray is false for the array of a type that there is not.
func (t Type) isArray() bool { return t&arrayOf != 0 && t.info().array != 0 }

// info returns the entry of a scalar, or of an array's element.
func (t Type) info() typeInfo {
	if e := t &^ arrayOf; int(e) < len(types) {
		return types[e]
	}
	return types[Invalid]
}

// String returns the type's name as ParseType takes it.
func (t Type) String() string {
	if t.isArray() {
		return t.info().name + "[]"
	}
	return t.info().name
}

// OID returns the type's pg_type.oid, 0 for Invalid.
func (t Type) OID() uint32 {
	if t.isArray() {
		return t.info().array
	}
	return t.info().oid
}

// Size returns pg_type.typlen: the width in bytes, or -1 if it varies.
func (t Type) Size() int16 {
	if t.isArray() {
		return -1
	}
	return t.info().size
}
