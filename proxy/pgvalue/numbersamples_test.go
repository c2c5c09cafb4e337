package pgvalue

import (
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// otherOIDs are declared types that have no assignment to most columns.
var otherOIDs = []uint32{pgtype.ByteaOID, pgtype.UUIDOID, pgtype.TimeOID, pgtype.IntervalOID, pgtype.JSONBOID}

func boolSamples() []source {
	inputs := []string{
		"t", "tr", "tru", "true", "truee", "f", "fa", "fal", "fals", "false", "y", "ye", "yes", "n", "no", "o", "on", "of", "off", "offf", "1", "0", "2", "01", "10", "-1",
		"TRUE", "True", "F", "oN", " true ", "\tno\n", "t rue", "", " ", "x", "yeſ", "falſe", "true\x00", "\xff",
	}
	list := inText([]uint32{0, pgtype.BoolOID, pgtype.UnknownOID, pgtype.TextOID, pgtype.VarcharOID}, inputs...)
	list = append(list, inBinary([]uint32{0, pgtype.BoolOID}, "\x00", "\x01", "\x02", "\xff", "", "\x01\x00")...)
	list = append(list, inBinary([]uint32{pgtype.UnknownOID}, "true", "\x01")...)
	list = append(list, inText([]uint32{pgtype.Int4OID, pgtype.Int8OID, pgtype.NumericOID, pgtype.Float8OID}, "1")...)
	return append(list, inText(otherOIDs, "1", "x")...)
}

// integerSamples are those of int8 with what lies around the bounds of int2 and int4.
func integerSamples() []source {
	near := []string{"32767", "32768", "-32768", "-32769", "32767.4", "32767.5", "-32768.5", "-32768.4", "2147483647.4", "2147483647.5", "-2147483648.5", "-2147483648.4", "2147483648", "4294967297", "65537", "1e5", "1e10"}
	list := append(int8Samples(), inText([]uint32{0, pgtype.Int8OID, pgtype.Int4OID, pgtype.NumericOID, pgtype.Float4OID, pgtype.Float8OID, pgtype.VarcharOID}, near...)...)
	list = append(list, inBinary([]uint32{0}, be(int16(7), int16(-1), int32(7), int32(-1))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int8OID}, be(int64(32768), int64(-32769), int64(2147483648), int64(-2147483649), int64(1)<<32)...)...)
	return append(list, inBinary([]uint32{pgtype.Float8OID}, be(32767.5, 32766.5, 2147483646.5, 2147483647.5, -2147483648.5)...)...)
}

var floatInputs = []string{
	"3.4028235e38", "3.4028236e38", "-3.5e38", "1.4e-45", "1e-45", "7e-46", "1e-46", "1.17549435e-38", "1e-39", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "2e-324", "2.2250738585072014e-308", "1e-310",
	"0.1", "1e-4", "1e-5", "0.00012345", "0.000012345", "123456", "1234567", "999999", "1e6", "1e14", "1e15", "123456789012345", "1234567890123456", "12345678901234567890", "9007199254740993", "16777217", "33554433", "1e22", "1e23", "8.5e22", "5.684341886080802e-14", "0.3", "2.5", "100", "1200000",
	"nan", "NaN", " NaN ", "nanx", "-nan", "+NaN", "inf", "+inf", "-inf", "Infinity", "-infinity", "+Infinity", "infin", "0x1p3", "0x1p-2000", "0x0p0", "1_0", "1e", "-0", "-0.0", "+0", "0e5", "1,5", "1f", "1d", "0x1.8p1",
}

func floatSamples() []source {
	inputs := append(slices.Clone(floatInputs), numberInputs...)
	declared := []uint32{0, pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID, pgtype.UnknownOID, pgtype.VarcharOID}
	list := inText(declared, inputs...)
	list = append(list, inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, "1", "-7", "40000", "16777217", "9007199254740993", "9223372036854775807", "x", "1.5")...)
	wide := be(0.0, math.Copysign(0, -1), 0.1, -1.5, 1e300, 1e-300, math.MaxFloat64, math.SmallestNonzeroFloat64, 3.4028235677973366e38, 3.4028235677973362e38, 1e-46, 7.1e-46, math.Inf(1), math.Inf(-1), math.NaN(), math.Float64frombits(0x7ff8000000000000), math.Float64frombits(0xfff8000000000000))
	narrow := be(float32(0), float32(math.Copysign(0, -1)), float32(0.1), float32(16777216), float32(math.MaxFloat32), float32(math.SmallestNonzeroFloat32), float32(math.Inf(-1)), math.Float32frombits(0x7fc00000), math.Float32frombits(0x7fc00001))
	list = append(list, inBinary([]uint32{0, pgtype.Float4OID, pgtype.Float8OID}, append(append(wide, narrow...), "", "123")...)...)
	list = append(list, inBinary([]uint32{pgtype.NumericOID}, numericBinaries()...)...)
	list = append(list, inBinary([]uint32{pgtype.Int8OID}, be(int64(9007199254740993), int64(16777217), int64(36028797018963969), int64(math.MinInt64))...)...)
	return append(list, inText(append(otherOIDs, pgtype.BoolOID, pgtype.DateOID), "1", "x")...)
}

func numericSamples() []source {
	inputs := append([]string{
		"0", "-0", "0.00", "-0.00", "1", "1.0", "1.00", "10000", "100000000", "9999", "0.0001", "0.00010", "0.00001", "0.12345", "123.4500", "-123456789.987654321", "00012.3400", "1e4", "1e-4", "1.5e3", "1.5e-3", "12e10", "1_000", "0x1F", "1e131071", "9.99e131071",
		"0.00000000000000000000000000000000000000000001", "99999999999999999999999999999999.999999999999999999999", "1e-16383", "nan", " NaN ", "-nan", "+nan", "inf", "Infinity", "-Infinity", "+inf", "x", "", " ", "1e5 ", "-.5", "5.", ".", "0e3", "0.0e1", "0.0e-1",
	}, numberInputs...)
	list := inText([]uint32{0, pgtype.NumericOID, pgtype.UnknownOID, pgtype.VarcharOID}, inputs...)
	list = append(list, inText([]uint32{pgtype.Float4OID, pgtype.Float8OID}, append(slices.Clone(floatInputs), "123456.789", "1.100", "1234567890.123456789", "1e20", "1.5e20", "100000", "1e-10")...)...)
	list = append(list, inText([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, "1", "-7", "10000", "40000", "9223372036854775807", "-9223372036854775808", "x", "1.5", " 7 ")...)
	list = append(list, inBinary([]uint32{0, pgtype.NumericOID}, numericBinaries()...)...)
	list = append(list, inBinary([]uint32{0, pgtype.NumericOID}, "", "1234567", be([]uint16{0, 5, 0, 3})[0], be([]uint16{1, 0, 0x4000, 3, 0})[0], be([]uint16{3, 1, 0, 2, 0, 7, 1299})[0], be([]uint16{0, 0, 0xd000, 0x20})[0], be([]uint16{1, 0x8000, 0, 0x3fff, 1})[0])...)
	list = append(list, inBinary([]uint32{pgtype.Float8OID}, be(0.1, 1e300, -1e-300, 123456789.123456789, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1e15, 1e16)...)...)
	list = append(list, inBinary([]uint32{pgtype.Float4OID}, be(float32(0.1), float32(16777216), float32(1e38), float32(math.Inf(-1)))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int2OID}, be(int16(-7), int16(10000))...)...)
	list = append(list, inBinary([]uint32{pgtype.Int8OID}, be(int64(math.MinInt64), int64(100000000), int32(1))...)...)
	list = append(list, inText(append(otherOIDs, pgtype.BoolOID, pgtype.DateOID), "1", "x")...)
	return append(list, inText([]uint32{0}, strings.Repeat("9", 131072), strings.Repeat("9", 131073), "0."+strings.Repeat("0", 16382)+"7")...)
}
