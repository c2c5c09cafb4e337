package pgvalue

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// typeInfo is what a RowDescription says of a logical type (pg_type.oid and pg_type.typlen).
type typeInfo struct {
	name string
	oid  uint32
	size int16
}

var types = [...]typeInfo{
	Invalid: {"invalid", 0, 0},
	Text:    {"text", pgtype.TextOID, -1},
	Bytea:   {"bytea", pgtype.ByteaOID, -1},
	Int8:    {"int8", pgtype.Int8OID, 8},
	Date:    {"date", pgtype.DateOID, 4},
	UUID:    {"uuid", pgtype.UUIDOID, 16},
	JSONB:   {"jsonb", pgtype.JSONBOID, -1},
}

// ParseType returns the type that a configuration names: text, bytea, int8 (or bigint), date, uuid, jsonb.
func ParseType(name string) (Type, error) {
	if name == "bigint" {
		return Int8, nil
	}
	for t := Text; int(t) < len(types); t++ {
		if types[t].name == name {
			return t, nil
		}
	}
	return Invalid, fmt.Errorf("unknown type %q; use text, bytea, int8, date, uuid or jsonb", name)
}

func (t Type) info() typeInfo {
	if int(t) >= len(types) {
		return types[Invalid]
	}
	return types[t]
}

// String returns the type's name as ParseType takes it.
func (t Type) String() string { return t.info().name }

// OID returns the type's pg_type.oid, 0 for Invalid.
func (t Type) OID() uint32 { return t.info().oid }

// Size returns pg_type.typlen: the width in bytes, or -1 if it varies.
func (t Type) Size() int16 { return t.info().size }
