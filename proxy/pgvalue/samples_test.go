package pgvalue

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// samples returns inputs for a column of the type: valid, edge and invalid ones, in both formats, under the types
// that drivers declare.
func samples(typ Type) []source {
	if typ.isArray() {
		return arraySamples(typ.Elem())
	}
	switch typ {
	case Text, Varchar:
		return textSamples()
	case Bytea:
		return byteaSamples()
	case Bool:
		return boolSamples()
	case Int2, Int4:
		return integerSamples()
	case Int8:
		return int8Samples()
	case Float4, Float8:
		return floatSamples()
	case Numeric:
		return numericSamples()
	case Date:
		return dateSamples()
	case Timestamp, Timestamptz:
		return timestampSamples()
	case UUID:
		return uuidSamples()
	case JSON:
		return jsonSamples()
	}
	return jsonbSamples()
}

// inText returns each input in text format under each declared type.
func inText(oids []uint32, inputs ...string) []source { return inFormat(TextFormat, oids, inputs) }

// inBinary returns each input in binary format under each declared type.
func inBinary(oids []uint32, inputs ...string) []source { return inFormat(BinaryFormat, oids, inputs) }

func inFormat(f Format, oids []uint32, inputs []string) (list []source) {
	for _, oid := range oids {
		for _, in := range inputs {
			list = append(list, source{[]byte(in), f, oid})
		}
	}
	return list
}

func be(values ...any) (list []string) {
	for _, v := range values {
		b, err := binary.Append(nil, binary.BigEndian, v)
		if err != nil {
			panic(err)
		}
		list = append(list, string(b))
	}
	return list
}

var strTypes = []uint32{0, pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID}

func textSamples() []source {
	inputs := []string{
		"", " ", "a", "  padded  ", "line\nbreak", "quote ' and \" and \\", "émoji 😀", "\x01\x1f\x7f", "\u2028",
		strings.Repeat("x", 63), strings.Repeat("x", 64), strings.Repeat("é", 40), strings.Repeat("x", 62) + "é", strings.Repeat("x", 10000),
		"nul\x00inside", "\x00", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "ok\xf0\x9f\x98", "\ufffd", "\U0010ffff", "\ufffe",
	}
	list := inText(strTypes, inputs...)
	list = append(list, inBinary(strTypes, inputs...)...)
	ints := []string{"1", " -7 ", "+5", "007", "-0", "x", "", "99999999999999999999", "40000", "3000000000"}
	list = append(list, inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, ints...)...)
	list = append(list, inBinary([]uint32{pgtype.Int2OID}, be(int16(-5), int16(300), int32(1))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int4OID}, be(int32(-5), int16(1), int64(1))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int8OID}, be(int64(-5), int64(math.MinInt64), int16(1))...)...)
	list = append(list, inText([]uint32{pgtype.UUIDOID}, "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "no")...)
	list = append(list, inBinary([]uint32{pgtype.UUIDOID}, "0123456789abcdef", "0123")...)
	json := []string{`{"b": 1, "a":2}`, ` [1 , 2] `, `{`, `"\u0000"`, `"\ud800"`, ""}
	list = append(list, inText([]uint32{pgtype.JSONOID, pgtype.JSONBOID}, json...)...)
	list = append(list, inText([]uint32{pgtype.BoolOID, pgtype.DateOID, pgtype.NumericOID, pgtype.Float8OID, pgtype.ByteaOID}, "1", "2024-05-06")...)
	return append(list, inBinary([]uint32{pgtype.JSONOID, pgtype.JSONBOID}, `{"b": 1, "a":2}`, "\x01[1,2]", "\x02[1]", "")...)
}

func byteaSamples() []source {
	inputs := []string{
		"", "abc", `\x`, `\x00`, `\xDEADbeef`, `\x de ad`, "\\xde\nad\tbe\ref", `\xd`, `\xdea`, `\xzz`, `\xd e`, `\x0`, `\X00`, `\x00x`, "\\x\v00", `\xde `,
		`\000`, `\377`, `\400`, `\08`, `\1`, `\12`, `\`, `\\`, `\\\`, `\\\\`, `a\\b`, `\x\x`, `x\x00`, `\1234`, "é", "\xff", "nul\x00", `a\`, `\a`, `\\x41`,
		strings.Repeat(`\x00`, 3), `\x` + strings.Repeat("ab", 5000),
	}
	list := inText([]uint32{0, pgtype.ByteaOID, pgtype.UnknownOID}, inputs...)
	list = append(list, inBinary([]uint32{0, pgtype.ByteaOID}, inputs...)...)
	list = append(list, inBinary([]uint32{pgtype.UnknownOID}, inputs...)...)
	return append(list, inText([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.Int4OID, pgtype.UUIDOID, pgtype.JSONBOID}, "1", `\x00`)...)
}

func int8Samples() []source {
	inputs := []string{
		"0", "-0", "+0", "1", "-1", "+1", " 1", "1 ", "\t1\n", "\v1\f", "\r1\r", "\u00a01", "", " ", "-", "+", "+-1", "--1", "- 1", "1 1", "1.0", "1.", ".1", "1e3", "0x10", "0b1", "0o7", "1_000",
		"abc", "1a", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "00000000000000000000000000000001", "99999999999999999999999999", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483649", "١",
		"NaN", "Infinity", "true", "1\x00", "\xff",
	}
	list := inText([]uint32{0, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.UnknownOID}, inputs...)
	list = append(list, inText([]uint32{pgtype.NumericOID, pgtype.Float4OID, pgtype.Float8OID}, append(inputs, numberInputs...)...)...)
	list = append(list, inBinary([]uint32{0, pgtype.Int8OID}, be(int64(0), int64(-1), int64(math.MinInt64), int64(math.MaxInt64), int32(1), int16(1))...)...)
	list = append(list, inBinary([]uint32{0, pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.Float8OID, pgtype.Float4OID, pgtype.NumericOID}, "", "1", "123456789")...)
	list = append(list, inBinary([]uint32{pgtype.Int4OID}, be(int32(-7), int32(math.MinInt32), int64(1))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int2OID}, be(int16(-7), int16(math.MaxInt16), int64(1))...)...)
	list = append(list, inBinary([]uint32{pgtype.UnknownOID}, "12", "x")...)
	list = append(list, inBinary([]uint32{pgtype.Float8OID}, be(0.5, 1.5, 2.5, -0.5, -2.5, 1e18, 1e19, 9223372036854775807.0, -9223372036854775808.0, math.NaN(), math.Inf(1), math.Inf(-1))...)...)
	list = append(list, inBinary([]uint32{pgtype.Float4OID}, be(float32(0.5), float32(2.5), float32(1e19), float32(math.Inf(1)))...)...)
	list = append(list, inBinary([]uint32{pgtype.NumericOID}, numericBinaries()...)...)
	return append(list, inText([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.OIDOID, pgtype.DateOID, pgtype.UUIDOID, pgtype.ByteaOID}, "1")...)
}

var numberInputs = []string{
	"0.4", "0.5", "0.6", "1.5", "2.5", "-0.5", "-1.5", "-2.5", "1e0", "1e18", "1e19", "-1e19", "9.3e18", "9223372036854775807.4", "9223372036854775807.5", "-9223372036854775808.5", "-9223372036854775808.4",
	"1e-1", "5e-1", "49e-2", "1e-16383", "1e-16384", "1e-20000", "1e131071", "1e131072", "1e200000", "1e999999999", "1e2147483647", "1e99999999999", "0e999999", "0e-20000", "0e99999999999", "1E+2", "1e+", "1e", "e1", ".", "1.e1", ".e1", "+.5", "- 1", "1 e1", "nan", "NAN", "inf", "-inf", "+inf", "infinity", "-Infinity", "+Infinity", "infinit", " 12.5 ", "1..2", "1.2.3", "0x1p3", "1e1.5",
	"1e999x", "1e 1", "1e308", "1e309", "1e-400", "3.5e38", "1e-50",
	strings.Repeat("9", 200), "0." + strings.Repeat("1", 16383), "0." + strings.Repeat("1", 16384), "0." + strings.Repeat("0", 17000),
	strings.Repeat("0", 140000) + "7", "0." + strings.Repeat("0", 16390) + "e16390",
}

// numericBinaries are binary forms of numeric (numeric_send): digits, weight, sign, scale, then base-10000 digits.
func numericBinaries() []string {
	raw := func(v ...uint16) string { return be(v)[0] }
	return []string{
		raw(0, 0, 0, 0), raw(1, 0, 0, 0, 42), raw(1, 0, 0x4000, 0, 42), raw(2, 0, 0, 1, 1, 5000), raw(2, 0, 0, 1, 2, 5000), raw(2, 0, 0x4000, 1, 2, 5000), raw(2, 0, 0, 1, 2, 4999),
		raw(1, 3, 0, 0, 1), raw(5, 4, 0, 0, 922, 3372, 368, 5477, 5807), raw(5, 4, 0, 0, 922, 3372, 368, 5477, 5808), raw(5, 4, 0x4000, 0, 922, 3372, 368, 5477, 5808), raw(1, 30000, 0, 0, 1), raw(1, 0xfffe, 0, 8, 1), raw(1, 0xffff, 0, 4, 5000),
		raw(0, 0, 0xc000, 0), raw(0, 0, 0xd000, 0), raw(0, 0, 0xf000, 0), raw(0, 0, 0x1234, 0), raw(2, 0, 0, 0, 1), raw(1, 0, 0, 0, 1, 2), raw(1, 0, 0, 0, 10000), raw(1, 0, 0, 0x4000, 1), raw(1, 0, 0, 0, 0), raw(2, 1, 0, 0, 0, 7), raw(2, 0, 0, 0, 1, 5000), raw(2, 0, 0, 0, 1, 4000),
	}
}

func uuidSamples() []source {
	id := "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
	inputs := []string{
		id, strings.ToUpper(id), "{" + id + "}", "{" + id, id + "}", strings.ReplaceAll(id, "-", ""), "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
		"a0-eebc999c0b4ef8bb6d6bb9bd380a11", " " + id, id + " ", "", "{}", "{", id[:35], id + "1", id + "-", "-" + id, strings.Replace(id, "a", "g", 1), "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000", "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF", "é0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", id[:34] + "\x00\x00", "urn:uuid:" + id, "{{" + id + "}}",
	}
	list := inText([]uint32{0, pgtype.UUIDOID, pgtype.UnknownOID}, inputs...)
	list = append(list, inBinary([]uint32{0, pgtype.UUIDOID}, "0123456789abcdef", "0123456789abcde", "0123456789abcdefg", "", id)...)
	list = append(list, inBinary([]uint32{pgtype.UnknownOID}, id, "0123456789abcdef")...)
	return append(list, inText([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.Int4OID, pgtype.ByteaOID, pgtype.JSONBOID}, id, "1")...)
}
