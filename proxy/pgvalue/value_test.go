package pgvalue

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// canonicalOf is one stored value per type, as large as is usual.
var canonicalOf = map[Type][]byte{
	Text:        []byte("anna.schmidt@example.org"),
	Bytea:       bytes.Repeat([]byte{0, 'a', '\\', 0xff}, 50),
	Bool:        {1},
	Int2:        []byte(be(int16(-12345))[0]),
	Int4:        []byte(be(int32(-1234567890))[0]),
	Int8:        []byte(be(int64(-1234567890123))[0]),
	Float4:      []byte(be(float32(-1.2345e-3))[0]),
	Float8:      []byte(be(5.6843418860808015e-14)[0]),
	Numeric:     []byte(be([]uint16{3, 1, 0x4000, 2, 12, 3456, 7800})[0]),
	Date:        []byte(be(int32(8892))[0]),
	Timestamp:   []byte(be(int64(768294489123456))[0]),
	Timestamptz: []byte(be(int64(768294489123456))[0]),
	UUID:        []byte("0123456789abcdef"),
	JSON:        []byte(`{"a":[1,2,"x"],"bb":null}`),
	JSONB:       []byte(`{"a": [1, 2, "x"], "bb": null}`),
}

// Arrays have two elements and a NULL.
func init() {
	for _, elem := range scalarTypes {
		sent, err := elem.AppendValue(nil, canonicalOf[elem], BinaryFormat)
		if err != nil {
			panic(err)
		}
		canonicalOf[elem.Array()] = []byte(binaryArray(elem.OID(), sent, nil, sent))
	}
}

func TestAppendValueDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	dst := make([]byte, 0, 4096)
	styles := []*Settings{{}, {DateStyle: "SQL, DMY", Location: newYork(t)}, {DateStyle: "Postgres, MDY"}, {DateStyle: "German, DMY", ByteaEscape: true}}
	for _, typ := range allTypes {
		for _, format := range []Format{TextFormat, BinaryFormat} {
			if n := testing.AllocsPerRun(100, func() { dst, _ = typ.AppendValue(dst[:0], canonicalOf[typ], format) }); n != 0 {
				t.Errorf("%v, format %d: %v allocations", typ, format, n)
			}
		}
		for _, s := range styles {
			if n := testing.AllocsPerRun(100, func() { dst, _ = typ.AppendText(dst[:0], canonicalOf[typ], s) }); n != 0 {
				t.Errorf("%v, %q: %v allocations", typ, s.DateStyle, n)
			}
		}
	}
}

// TestFixedScalarsAreReadWithoutAllocation covers what clients send most, and numbers as text.
func TestFixedScalarsAreReadWithoutAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	dst := make([]byte, 0, 4096)
	for _, typ := range scalarTypes {
		for _, format := range []Format{TextFormat, BinaryFormat} {
			if typ == JSONB || typ == Numeric && format == BinaryFormat || slices.Contains(moments, typ) && format == TextFormat {
				continue // they are taken apart first
			}
			sent, err := typ.AppendValue(nil, canonicalOf[typ], format)
			if err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(100, func() { dst, _ = typ.AppendCanonical(dst[:0], sent, format, 0) }); n != 0 {
				t.Errorf("%v, format %d: %v allocations", typ, format, n)
			}
		}
	}
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestPlaintextOfAnotherWidthIsAnErrorThatKeepsDst(t *testing.T) {
	for _, typ := range []Type{Bool, Int2, Int4, Int8, Float4, Float8, Numeric, Date, Timestamp, Timestamptz, UUID, Numeric.Array(), JSONB.Array()} {
		for _, wrong := range [][]byte{nil, canonicalOf[typ][1:], append(bytes.Clone(canonicalOf[typ]), 0)} {
			for _, format := range []Format{TextFormat, BinaryFormat} {
				dst, err := typ.AppendValue([]byte("kept"), wrong, format)
				var refused *Error
				if !errors.As(err, &refused) || refused.Code != codeDataCorrupted || string(dst) != "kept" {
					t.Errorf("%v, %d bytes, format %d: %q, %v", typ, len(wrong), format, dst, err)
				}
			}
		}
	}
}

func TestUnknownFormatAndInvalidTypeAreErrors(t *testing.T) {
	for _, typ := range allTypes {
		if _, err := typ.AppendValue(nil, canonicalOf[typ], 2); err == nil {
			t.Errorf("%v: format 2 was written", typ)
		}
		if _, err := typ.AppendCanonical(nil, canonicalOf[typ], -1, 0); err == nil {
			t.Errorf("%v: format -1 was read", typ)
		}
	}
	for _, typ := range []Type{Invalid, 77} {
		if _, err := typ.AppendValue(nil, nil, TextFormat); err == nil {
			t.Errorf("%v was written", typ)
		}
		if _, err := typ.AppendCanonical(nil, nil, TextFormat, 0); err == nil {
			t.Errorf("%v was read", typ)
		}
	}
}

// TestDatesReadBackUnderTheStyleTheyWereWrittenIn covers years of any length and both eras. It leaves out the styles
// that the server, too, writes in another order than it reads them (SQL with YMD, German with MDY).
func TestDatesReadBackUnderTheStyleTheyWereWrittenIn(t *testing.T) {
	for _, style := range []string{"", "ISO, MDY", "ISO, DMY", "ISO, YMD", "SQL, MDY", "SQL, DMY", "Postgres, MDY", "Postgres, DMY", "German, DMY"} {
		s := &Settings{DateStyle: style}
		for days := int64(dateMin); days <= dateMax; days += 1 + (days-dateMin)/97 {
			canonical := []byte(be(int32(days))[0])
			text, err := Date.AppendText(nil, canonical, s)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Date.AppendCanonicalIn(nil, text, TextFormat, 0, s)
			if err != nil || !bytes.Equal(back, canonical) {
				t.Fatalf("%s: %q reads as %x, %v; want %x", style, text, back, err, canonical)
			}
		}
	}
}

func BenchmarkAppendValue(b *testing.B) {
	for _, typ := range allTypes {
		for _, format := range []Format{TextFormat, BinaryFormat} {
			b.Run(fmt.Sprintf("%v/%d", typ, format), func(b *testing.B) {
				b.ReportAllocs()
				dst := make([]byte, 0, 4096)
				for b.Loop() {
					dst, _ = typ.AppendValue(dst[:0], canonicalOf[typ], format)
				}
			})
		}
	}
}

func BenchmarkAppendCanonical(b *testing.B) {
	for _, typ := range allTypes {
		for _, format := range []Format{TextFormat, BinaryFormat} {
			src, err := typ.AppendValue(nil, canonicalOf[typ], format)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%v/%d", typ, format), func(b *testing.B) {
				b.ReportAllocs()
				dst := make([]byte, 0, 4096)
				for b.Loop() {
					dst, _ = typ.AppendCanonical(dst[:0], src, format, 0)
				}
			})
		}
	}
}
