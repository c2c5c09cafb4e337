package pgvalue

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

var fuzzedOIDs = []uint32{
	0, pgtype.TextOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.ByteaOID, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.NumericOID, pgtype.Float4OID,
	pgtype.Float8OID, pgtype.DateOID, pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.UUIDOID, pgtype.JSONOID, pgtype.JSONBOID, pgtype.UnknownOID,
	pgtype.BoolOID, pgtype.TextArrayOID, pgtype.Int4ArrayOID, pgtype.NumericArrayOID, pgtype.TimestampArrayOID, pgtype.JSONBArrayOID, pgtype.ByteaArrayOID,
}

func FuzzText(f *testing.F)        { fuzzType(f, Text) }
func FuzzBytea(f *testing.F)       { fuzzType(f, Bytea) }
func FuzzBool(f *testing.F)        { fuzzType(f, Bool) }
func FuzzInt2(f *testing.F)        { fuzzType(f, Int2) }
func FuzzInt4(f *testing.F)        { fuzzType(f, Int4) }
func FuzzInt8(f *testing.F)        { fuzzType(f, Int8) }
func FuzzFloat4(f *testing.F)      { fuzzType(f, Float4) }
func FuzzFloat8(f *testing.F)      { fuzzType(f, Float8) }
func FuzzNumeric(f *testing.F)     { fuzzType(f, Numeric) }
func FuzzDate(f *testing.F)        { fuzzType(f, Date) }
func FuzzTimestamp(f *testing.F)   { fuzzType(f, Timestamp) }
func FuzzTimestamptz(f *testing.F) { fuzzType(f, Timestamptz) }
func FuzzUUID(f *testing.F)        { fuzzType(f, UUID) }
func FuzzJSON(f *testing.F)        { fuzzType(f, JSON) }
func FuzzJSONB(f *testing.F)       { fuzzType(f, JSONB) }

func FuzzTextArray(f *testing.F)        { fuzzType(f, Text.Array()) }
func FuzzByteaArray(f *testing.F)       { fuzzType(f, Bytea.Array()) }
func FuzzNumericArray(f *testing.F)     { fuzzType(f, Numeric.Array()) }
func FuzzTimestamptzArray(f *testing.F) { fuzzType(f, Timestamptz.Array()) }
func FuzzJSONBArray(f *testing.F)       { fuzzType(f, JSONB.Array()) }

// FuzzCanonical asserts that a plaintext that was never sealed as the type is refused or written, without a panic and
// the same in each style.
func FuzzCanonical(f *testing.F) {
	for i, typ := range allTypes {
		f.Add(canonicalOf[typ], uint8(i))
	}
	f.Fuzz(func(t *testing.T, canonical []byte, pick uint8) {
		typ := allTypes[int(pick)%len(allTypes)]
		for _, style := range []string{"", "SQL, DMY", "Postgres, MDY", "German, DMY"} {
			_, err := typ.AppendText(nil, canonical, &Settings{DateStyle: style})
			if _, err2 := typ.AppendValue(nil, canonical, BinaryFormat); (err == nil) != (err2 == nil) {
				t.Fatalf("%v: %v as text, %v as binary", typ, err, err2)
			}
		}
	})
}

// fuzzType asserts that reading any bytes under any declared type does not panic, and that what was accepted reads
// back as itself from either form.
func fuzzType(f *testing.F, typ Type) {
	seeds := 0
	for _, v := range samples(typ) {
		if len(v.bytes) < 200 {
			f.Add(v.bytes, uint8(max(slices.Index(fuzzedOIDs, v.oid), 0)), v.format == BinaryFormat)
			seeds++
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	s := &Settings{Location: time.UTC}
	f.Fuzz(func(t *testing.T, src []byte, pick uint8, binary bool) {
		oid, format := fuzzedOIDs[int(pick)%len(fuzzedOIDs)], TextFormat
		if binary {
			format = BinaryFormat
		}
		canonical, err := typ.AppendCanonicalIn(nil, src, format, oid, s)
		if err != nil {
			return
		}
		if limit := 8*len(src) + 64 + arrayGrowth; len(canonical) > limit {
			t.Fatalf("%d bytes became %d", len(src), len(canonical))
		}
		checkReadsBack(t, typ, canonical)
	})
}

func checkReadsBack(t *testing.T, typ Type, canonical []byte) {
	t.Helper()
	for _, format := range []Format{TextFormat, BinaryFormat} {
		sent, err := typ.AppendValue(nil, canonical, format)
		if err != nil {
			t.Fatal(err)
		}
		for _, oid := range []uint32{0, typ.OID()} {
			back, err := typ.AppendCanonicalIn(nil, sent, format, oid, &Settings{Location: time.UTC})
			if err != nil || !bytes.Equal(back, canonical) {
				t.Fatalf("%x, sent in format %d as %q, came back as %x, %v", canonical, format, sent, back, err)
			}
		}
	}
	if typ == Bytea {
		escaped, _ := typ.AppendText(nil, canonical, &Settings{ByteaEscape: true})
		if back, err := typ.AppendCanonical(nil, escaped, TextFormat, 0); err != nil || !bytes.Equal(back, canonical) {
			t.Fatalf("%q came back as %x, %v", escaped, back, err)
		}
	}
}
