package pgvalue

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

func TestATenantHasOneTextWhateverItComesAs(t *testing.T) {
	const id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
	for _, c := range []struct {
		want string
		from []source
	}{
		{"acme", append(inText([]uint32{0, pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID}, "acme"),
			inBinary([]uint32{0, pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID}, "acme")...)},
		{"acme", inText([]uint32{pgtype.BPCharOID}, "acme   ")},
		{"acme ", inText([]uint32{0, pgtype.TextOID, pgtype.VarcharOID}, "acme ")},
		{"", inText([]uint32{0, pgtype.TextOID}, "")},
		{"42", inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, "42", "+42", " 42 ", "00042")},
		{"42", append(inBinary([]uint32{pgtype.Int2OID}, be(int16(42))...), append(inBinary([]uint32{pgtype.Int4OID}, be(int32(42))...),
			inBinary([]uint32{pgtype.Int8OID}, be(int64(42))...)...)...)},
		{"-1", inBinary([]uint32{pgtype.Int2OID}, "\xff\xff")},
		{"0", inText([]uint32{pgtype.Int4OID}, "-0", "000")},
		{id, inText([]uint32{pgtype.UUIDOID}, id, strings.ToUpper(id), "{"+id+"}", strings.ReplaceAll(id, "-", ""))},
		{id, inBinary([]uint32{pgtype.UUIDOID}, "\xa0\xee\xbc\x99\x9c\x0b\x4e\xf8\xbb\x6d\x6b\xb9\xbd\x38\x0a\x11")},
	} {
		for _, v := range c.from {
			got, err := CanonicalTenant([]byte("t:"), v.bytes, v.format, v.oid)
			if string(got) != "t:"+c.want || err != nil {
				t.Errorf("%s: %q, %v; want %q", describe(v), got, err, c.want)
			}
		}
	}
}

func TestValuesThatAreNoTenantAreRefused(t *testing.T) {
	for _, c := range []struct {
		code string
		from []source
	}{
		{codeInvalidText, inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.UUIDOID}, "", "x", "1.5", "a0eebc99")},
		{codeOutOfRange, inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, "99999999999999999999")},
		{codeProtocolViolation, inBinary([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.UUIDOID}, "", "x")},
		{codeInvalidBinary, inBinary([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.UUIDOID}, "seventeen bytes !")},
		{codeNotInRepertoire, append(inText([]uint32{0, pgtype.TextOID}, "a\x00", "\xff"), inBinary([]uint32{0, pgtype.BPCharOID}, "a\x00", "\xff")...)},
		{codeDatatypeMismatch, inText([]uint32{pgtype.NumericOID, pgtype.DateOID, pgtype.JSONBOID, pgtype.ByteaOID, pgtype.BoolOID, 99999}, "1")},
		{codeInvalidParameter, inFormat(7, []uint32{0, pgtype.TextOID, pgtype.Int4OID}, []string{"1"})},
	} {
		for _, v := range c.from {
			got, err := CanonicalTenant([]byte("t:"), v.bytes, v.format, v.oid)
			var refused *Error
			if !errors.As(err, &refused) || refused.Code != c.code || string(got) != "t:" {
				t.Errorf("%s: %q, %v; want %s", describe(v), got, err, c.code)
			}
		}
	}
}

func TestCanonicalTenantDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	dst := make([]byte, 0, 128)
	values := []source{
		{[]byte("a-tenant-of-some-length"), TextFormat, 0}, {[]byte("a-tenant  "), BinaryFormat, pgtype.BPCharOID},
		{[]byte("1234567890123456789"), TextFormat, pgtype.Int8OID}, {[]byte("12345678"), BinaryFormat, pgtype.Int8OID},
		{[]byte("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"), TextFormat, pgtype.UUIDOID}, {[]byte("0123456789abcdef"), BinaryFormat, pgtype.UUIDOID},
	}
	for _, v := range values {
		if n := testing.AllocsPerRun(100, func() { dst, _ = CanonicalTenant(dst[:0], v.bytes, v.format, v.oid) }); n != 0 {
			t.Errorf("%s: %v allocations", describe(v), n)
		}
	}
}

func BenchmarkCanonicalTenant(b *testing.B) {
	dst, src := make([]byte, 0, 128), []byte("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = CanonicalTenant(dst[:0], src, TextFormat, pgtype.UUIDOID)
	}
}

func FuzzCanonicalTenant(f *testing.F) {
	oids := []uint32{0, pgtype.TextOID, pgtype.BPCharOID, pgtype.Int2OID, pgtype.Int8OID, pgtype.UUIDOID}
	for i := range oids {
		f.Add([]byte("12"), uint8(i), false)
		f.Add([]byte("0123456789abcdef"), uint8(i), true)
	}
	f.Fuzz(func(t *testing.T, src []byte, pick uint8, binary bool) {
		oid, format := oids[int(pick)%len(oids)], TextFormat
		if binary {
			format = BinaryFormat
		}
		once, err := CanonicalTenant(nil, src, format, oid)
		if err != nil {
			return
		}
		twice, err := CanonicalTenant(nil, once, TextFormat, oid)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("%q became %q, %v", once, twice, err)
		}
	})
}
