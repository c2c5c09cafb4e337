package pgvalue

import (
	"bytes"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

var fuzzedOIDs = []uint32{
	0, pgtype.TextOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.ByteaOID, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.NumericOID, pgtype.Float4OID,
	pgtype.Float8OID, pgtype.DateOID, pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.UUIDOID, pgtype.JSONOID, pgtype.JSONBOID, pgtype.UnknownOID,
}

func FuzzText(f *testing.F)  { fuzzType(f, Text) }
func FuzzBytea(f *testing.F) { fuzzType(f, Bytea) }
func FuzzInt8(f *testing.F)  { fuzzType(f, Int8) }
func FuzzDate(f *testing.F)  { fuzzType(f, Date) }
func FuzzUUID(f *testing.F)  { fuzzType(f, UUID) }
func FuzzJSONB(f *testing.F) { fuzzType(f, JSONB) }

// fuzzType asserts that reading any bytes under any declared type does not panic, and that what was accepted reads
// back as itself from either form.
func fuzzType(f *testing.F, typ Type) {
	seeds := 0
	for _, v := range samples(typ) {
		if len(v.bytes) < 200 {
			f.Add(v.bytes, uint8(bytes.IndexByte(oidIndex(), byte(v.oid))), v.format == BinaryFormat)
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
		if limit := 5*len(src) + 64 + jsonbGrowth; len(canonical) > limit {
			t.Fatalf("%d bytes became %d", len(src), len(canonical))
		}
		checkReadsBack(t, typ, canonical)
	})
}

// oidIndex returns the low bytes of fuzzedOIDs, to find a seed's place among them.
func oidIndex() []byte {
	index := make([]byte, len(fuzzedOIDs))
	for i, oid := range fuzzedOIDs {
		index[i] = byte(oid)
	}
	return index
}

func checkReadsBack(t *testing.T, typ Type, canonical []byte) {
	t.Helper()
	for _, format := range []Format{TextFormat, BinaryFormat} {
		sent, err := typ.AppendValue(nil, canonical, format)
		if err != nil {
			t.Fatal(err)
		}
		for _, oid := range []uint32{0, typ.OID()} {
			back, err := typ.AppendCanonical(nil, sent, format, oid)
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
