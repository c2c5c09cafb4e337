package pgvalue

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestTypesParseFromTheirNames(t *testing.T) {
	for _, typ := range allTypes {
		if got, err := ParseType(typ.String()); got != typ || err != nil {
			t.Errorf("%v: %v, %v", typ, got, err)
		}
	}
	if got, err := ParseType("bigint"); got != Int8 || err != nil {
		t.Errorf("bigint: %v, %v", got, err)
	}
	if got, err := ParseType("bigint[]"); got != Int8.Array() || got.Elem() != Int8 || err != nil {
		t.Errorf("bigint[]: %v, %v", got, err)
	}
	if Int8.Elem() != Invalid || Int8.Array().Array() != Invalid || Invalid.Array() != Invalid {
		t.Error("an array of arrays, or of nothing, is a type")
	}
	for _, name := range []string{"", "invalid", "TEXT", "varchar(5)", "text ", "text[][]", "[]", "invalid[]", "varchar[][]"} {
		if got, err := ParseType(name); err == nil {
			t.Errorf("%q is %v", name, got)
		}
	}
}

// TestTypesAreDescribedAsTheServerDescribesThem compares with a real RowDescription.
func TestTypesAreDescribedAsTheServerDescribesThem(t *testing.T) {
	o := newOracle(t)
	for _, typ := range allTypes {
		result := o.conn.ExecParams(t.Context(), "select null::"+typ.String(), nil, nil, nil, nil)
		want := result.FieldDescriptions()[0]
		if _, err := result.Close(); err != nil {
			t.Fatal(err)
		}
		got := pgconn.FieldDescription{DataTypeOID: typ.OID(), DataTypeSize: typ.Size()}
		if got.DataTypeOID != want.DataTypeOID || got.DataTypeSize != want.DataTypeSize {
			t.Errorf("%v: oid %d, size %d; want %d, %d", typ, got.DataTypeOID, got.DataTypeSize, want.DataTypeOID, want.DataTypeSize)
		}
	}
	if Invalid.OID() != 0 || Invalid.Size() != 0 || Type(200).String() != "invalid" {
		t.Error("a type that is none has an oid, a size or a name")
	}
}
