package pgvalue

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// castCases are casts with inputs, in the server's words; the last type is the column's.
var castCases = []struct {
	types  []string // of the casts, innermost first, and of the column
	steps  [][2]int32
	final  Type
	inputs []string
}{
	{[]string{"varchar(3)", "text"}, [][2]int32{{pgtype.VarcharOID, 7}}, Text, []string{"", "ab", "abc", "abcdef", "äöüß", "日本語テキスト", "a  b  c"}},
	{[]string{"bpchar", "text"}, [][2]int32{{pgtype.BPCharOID, -1}}, Text, []string{"", "ab  ", "  ", " a "}},
	{[]string{"numeric(5,2)", "numeric"}, [][2]int32{{pgtype.NumericOID, 5<<16 | 2 + 4}}, Numeric,
		[]string{"0", "1", "-1.005", "1.004999", "999.994", "999.995", "-999.995", "1e2", "1e3", "99.9999", "NaN", "Infinity", "x", "9.995", "-0.001", "0.005"}},
	{[]string{"numeric(2,2)", "numeric"}, [][2]int32{{pgtype.NumericOID, 2<<16 | 2 + 4}}, Numeric, []string{"0.5", "0.994", "0.995", "1", "-0.996"}},
	{[]string{"numeric(3,0)", "text"}, [][2]int32{{pgtype.NumericOID, 3<<16 + 4}}, Text, []string{"0.5", "-0.4", "999.4", "999.5"}},
	{[]string{"numeric", "int4", "numeric"}, [][2]int32{{pgtype.NumericOID, -1}, {pgtype.Int4OID, -1}}, Numeric, []string{"1.5", "2.5", "-2.5", "3e9", "x"}},
	{[]string{"float8", "int4", "int8"}, [][2]int32{{pgtype.Float8OID, -1}, {pgtype.Int4OID, -1}}, Int8, []string{"1.5", "2.5", "1e300", "nan"}},
	{[]string{"int4", "text"}, [][2]int32{{pgtype.Int4OID, -1}}, Text, []string{"007", " 12 ", "-0", "3000000000"}},
	{[]string{"bool", "text"}, [][2]int32{{pgtype.BoolOID, -1}}, Text, []string{"t", "off", "2"}},
	{[]string{"numeric", "text"}, [][2]int32{{pgtype.NumericOID, -1}}, Text, []string{"1e3", "01.50", "-0.0", "1e-3", "NaN"}},
	{[]string{"date", "text"}, [][2]int32{{pgtype.DateOID, -1}}, Text, []string{"2024-1-2", "20240102", "infinity", "2024-02-30"}},
	{[]string{"date", "timestamp"}, [][2]int32{{pgtype.DateOID, -1}}, Timestamp, []string{"2024-01-02", "2024-01-02 23:00"}},
	{[]string{"timestamp(0)", "timestamp"}, [][2]int32{{pgtype.TimestampOID, 0}}, Timestamp,
		[]string{"2024-01-02 03:04:05.5", "2024-01-02 03:04:05.499999", "1999-12-31 23:59:59.5", "1999-01-02 03:04:05.5", "1999-01-02 03:04:05.4", "infinity"}},
	{[]string{"timestamptz(3)", "timestamptz"}, [][2]int32{{pgtype.TimestamptzOID, 3}}, Timestamptz, []string{"2024-01-02 03:04:05.1235Z", "1970-01-01 00:00:00.0005+02"}},
	{[]string{"timestamp(6)", "text"}, [][2]int32{{pgtype.TimestampOID, 6}}, Text, []string{"2024-01-02 03:04:05.123456"}},
	{[]string{"timestamptz", "date"}, [][2]int32{{pgtype.TimestamptzOID, -1}}, Date, []string{"2024-01-02 23:30-02"}},
	{[]string{"json", "jsonb"}, [][2]int32{{pgtype.JSONOID, -1}}, JSONB, []string{`{"b": 1,  "a":2}`, "{"}},
	{[]string{"jsonb", "text"}, [][2]int32{{pgtype.JSONBOID, -1}}, Text, []string{`{"b": 1,  "a":2}`}},
	{[]string{"jsonb", "json"}, [][2]int32{{pgtype.JSONBOID, -1}}, JSON, []string{`{"b": 1,  "a":2}`}},
	{[]string{"uuid", "varchar(8)", "text"}, [][2]int32{{pgtype.UUIDOID, -1}, {pgtype.VarcharOID, 12}}, Text, []string{"{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "x"}},
	{[]string{"text[]", "text[]"}, [][2]int32{{pgtype.TextArrayOID, -1}}, Text.Array(), []string{"{a,NULL,\"b c\"}", "{}", "x"}},
	{[]string{"int4[]", "int8[]"}, [][2]int32{{pgtype.Int4ArrayOID, -1}}, Int8.Array(), []string{"{1,NULL,3}", "{3000000000}"}},
}

// TestCastsAgreeWithTheServer has the server carry out the same casts of the same inputs.
func TestCastsAgreeWithTheServer(t *testing.T) {
	o := newOracle(t)
	for _, c := range castCases {
		expression := "$1"
		for _, typ := range c.types {
			expression += "::" + typ
		}
		for _, in := range c.inputs {
			want := o.evaluate(fmt.Sprintf("select %s::text", expression), in)
			if got := castText(t, c.steps, c.final, in); got != want {
				t.Errorf("%q through %v: %s, the server says %s", in, c.types, got, want)
			}
		}
	}
}

// evaluate returns an expression's value with one parameter, or the SQLSTATE of the error.
func (o *oracle) evaluate(sql, param string) string {
	o.t.Helper()
	r := o.conn.ExecParams(context.Background(), sql, [][]byte{[]byte(param)}, nil, nil, nil).Read()
	var refused *pgconn.PgError
	switch {
	case errors.As(r.Err, &refused):
		return refused.Code
	case r.Err != nil:
		o.t.Fatal(r.Err)
	}
	return string(r.Rows[0][0])
}

func castText(t *testing.T, steps [][2]int32, final Type, in string) string {
	t.Helper()
	s := &Settings{DateStyle: "ISO, MDY", Location: time.UTC}
	src, format, oid := []byte(in), TextFormat, uint32(0)
	code := func(err error) string {
		var refused *Error
		if !errors.As(err, &refused) {
			t.Fatalf("%T is not *Error", err)
		}
		return refused.Code
	}
	for _, step := range steps {
		out, f, err := AppendCast([]byte("kept"), src, format, oid, uint32(step[0]), step[1], s)
		if err != nil {
			return code(err)
		}
		src, format, oid = out[4:], f, uint32(step[0])
	}
	canonical, err := final.AppendCanonicalIn(nil, src, format, oid, s)
	if err != nil {
		return code(err)
	}
	text, err := final.AppendText(nil, canonical, s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
