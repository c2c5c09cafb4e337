package pgvalue

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestDeclaredArraysAreCastElementByElement compares with the server's own casts of arrays.
func TestDeclaredArraysAreCastElementByElement(t *testing.T) {
	o := newOracle(t)
	s := o.settingsOf("Asia/Kolkata", "ISO, MDY")
	for _, c := range []struct {
		typ Type
		oid uint32
		in  []string
	}{
		{Int8.Array(), pgtype.Int2ArrayOID, []string{"{1,-2,NULL}", "{40000}", "{}"}},
		{Int2.Array(), pgtype.Int8ArrayOID, []string{"{1,-2,NULL}", "{40000}", "{x}"}},
		{Int4.Array(), pgtype.NumericArrayOID, []string{"{1.5,-2.5,NULL}", "{1e10}", "{NaN}"}},
		{Numeric.Array(), pgtype.Int4ArrayOID, []string{"{1,-20000}"}},
		{Numeric.Array(), pgtype.Float8ArrayOID, []string{"{0.1,1e300,NaN,-Infinity}"}},
		{Float8.Array(), pgtype.NumericArrayOID, []string{"{0.1,1e300,NaN}", "{1e400}"}},
		{Float4.Array(), pgtype.Float8ArrayOID, []string{"{0.1,NULL}", "{1e300}"}},
		{Text.Array(), pgtype.VarcharArrayOID, []string{`{a,"b c",NULL,""}`}},
		{Text.Array(), pgtype.BPCharArrayOID, []string{`{"a  "}`}},
		{Text.Array(), pgtype.NameArrayOID, []string{"{a}", "{" + strings.Repeat("x", 70) + "}"}},
		{JSONB.Array(), pgtype.JSONArrayOID, []string{`{"{\"b\":1,\"a\":[]}",null}`, `{"{"}`}},
		{JSON.Array(), pgtype.JSONBArrayOID, []string{`{"{\"b\":1,\"a\":[]}",NULL}`}},
		{Timestamptz.Array(), pgtype.DateArrayOID, []string{"{2024-05-06,infinity}"}},
		{Date.Array(), pgtype.TimestamptzArrayOID, []string{"{2024-05-06 23:00Z}"}},
		{Int8.Array(), pgtype.Int8OID, []string{"{1}"}},
		{Int8, pgtype.Int8ArrayOID, []string{"{1}"}},
		{Text, pgtype.Int8ArrayOID, nil},
		{UUID.Array(), pgtype.Int8ArrayOID, []string{"{1}"}},
		{Bool.Array(), pgtype.Int4ArrayOID, []string{"{1}"}},
	} {
		for _, in := range c.in {
			o.compare(t, c.typ, source{[]byte(in), TextFormat, c.oid}, s, &tally{})
		}
	}
	o.compare(t, Int8.Array(), source{[]byte(binaryArray(pgtype.Int4OID, []byte(be(int32(-7))[0]), nil)), BinaryFormat, pgtype.Int4ArrayOID}, s, &tally{})
	o.compare(t, Int8.Array(), source{[]byte(binaryArray(pgtype.Int4OID, []byte(be(int32(-7))[0]), nil)), BinaryFormat, 0}, s, &tally{})
}

// TestSpellingsOfAnArrayHaveOnePlaintext: equality search depends on it.
func TestSpellingsOfAnArrayHaveOnePlaintext(t *testing.T) {
	for _, same := range [][]source{
		append(inText([]uint32{0, pgtype.Int8ArrayOID, pgtype.Int2ArrayOID, pgtype.VarcharOID}, "{1,NULL}", ` { "1" , null } `, `{+01,NULL}`),
			inBinary([]uint32{0, pgtype.Int8ArrayOID}, binaryArray(pgtype.Int8OID, []byte(be(int64(1))[0]), nil))...),
		append(inText([]uint32{0}, "{}", " { } "), inBinary([]uint32{0}, be([]uint32{0, 0, 20})[0], be([]uint32{0, 1, 20})[0], be([]uint32{1, 0, 20, 0, 1})[0])...),
		inBinary([]uint32{0}, be([]uint32{1, 1, 20, 1, 1, 8, 0, 7})[0], be([]uint32{1, 0, 20, 1, 1, 8, 0, 7})[0]),
	} {
		var want string
		for _, v := range same {
			got, err := Int8.Array().AppendCanonical(nil, v.bytes, v.format, v.oid)
			if want == "" {
				want = string(got)
			}
			if err != nil || string(got) != want {
				t.Errorf("%s: %x, %v; want %x", describe(v), got, err, want)
			}
		}
	}
}

// TestGrowthOfArraysIsBounded: a few bytes per element must not become gigabytes, now or when the array is read.
func TestGrowthOfArraysIsBounded(t *testing.T) {
	for typ, element := range map[Type]string{Numeric.Array(): "1e131000", JSONB.Array(): "1e100000"} {
		for _, c := range []struct {
			count int
			code  string
		}{{100, ""}, {10000, codeLimitExceeded}} {
			_, err := typ.AppendCanonical(nil, []byte("{"+strings.Repeat(element+",", c.count)+"1}"), TextFormat, 0)
			var refused *Error
			if errors.As(err, &refused); refused == nil && c.code != "" || refused != nil && refused.Code != c.code {
				t.Errorf("%v of %d elements: %v, want %q", typ, c.count, err, c.code)
			}
		}
	}
}

func TestArraysThatWereNotSealedAsSuchAreErrors(t *testing.T) {
	whole := canonicalOf[Numeric.Array()]
	for n := range len(whole) {
		if _, err := Numeric.Array().AppendText(nil, whole[:n], &Settings{}); err == nil {
			t.Errorf("%d bytes of %d were written", n, len(whole))
		}
	}
	for _, typ := range []Type{Int8.Array(), Text.Array(), Numeric} {
		if _, err := typ.AppendValue(nil, whole, BinaryFormat); err == nil {
			t.Errorf("an array of numeric was written as %v", typ)
		}
	}
}
