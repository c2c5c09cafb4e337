package pgvalue

import (
	"encoding/binary"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// arrayShapes are array literals whose elements text takes, and int8 partly.
var arrayShapes = []string{
	"{}", "{ }", " {} ", "{1}", "{1,2}", " { 1 , 2 } ", "{1,NULL,2}", "{null}", "{Null , nULL}", `{"NULL"}`, `{\NULL}`, `{nul\l}`, "{1,}", "{,1}", "{,}", "{1,,2}", "{", "}", "", " ", "{1", "1}", "1,2", "{1}}", "{1} x", "{1}{2}", "x{1}", "{1 2}", "{\t1\n,\v2\f,\r3}",
	"{{1,2},{3,4}}", "{{1}}", "[1:2]={1,2}", "[0:1]={1,2}", "[2]={1,2}", "[1:2]", "[",
	`{"1"}`, `{"1" }`, `{ "1"}`, `{"1"2}`, `{1"2"}`, `{"1""2"}`, `{"`, `{"1`, `{"1"`, `{"1\"`, `{"1\`, `{\`, `{1\`, `{\1}`, `{"\1"}`, `{1{2}`, `{1}2}`, `{"}"}`, `{"{"}`, `{","}`, `{"\""}`, `{"\\"}`, `{\"}`, `{\,}`, `{\}}`, `{\{}`, `{\ }`, `{\ a }`, `{a\ }`, `{ a b }`, `{""}`, `{"",""}`, `{" "}`, `{" a"}`, "{é, ü}", "{\u00a0}", "{'a'}", "{a;b}", "{(a,b)}", "{\x00}", "{\xff}", `{true,f}`, "{" + strings.Repeat("7,", 1000) + "7}",
}

func arraySamples(elem Type) []source {
	list := inText([]uint32{0, elem.Array().OID(), pgtype.UnknownOID, pgtype.VarcharOID}, arrayShapes...)
	for _, v := range samples(elem) {
		if v.format == BinaryFormat && v.oid == elem.OID() {
			list = append(list, inBinary([]uint32{0, elem.Array().OID()}, binaryArray(v.oid, v.bytes), binaryArray(v.oid, v.bytes, nil, v.bytes))...)
		}
		if v.format == TextFormat && v.oid == 0 && len(v.bytes) < 5000 && !deviates(elem, v) {
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(v.bytes)) + `"`
			list = append(list, inText([]uint32{0}, "{"+quoted+"}", "{"+quoted+", NULL ,"+quoted+"}")...)
		}
	}
	return append(list, brokenArrays(elem.Array().OID(), elem.OID())...)
}

// binaryArray is array_send's form of a one-dimensional array, nil for NULL; it claims NULLs only if there are some.
func binaryArray(elem uint32, elements ...[]byte) string {
	body := []byte{}
	nulls := uint32(0)
	for _, e := range elements {
		if e == nil {
			nulls = 1
			body = binary.BigEndian.AppendUint32(body, 0xffffffff)
			continue
		}
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(e))), e...)
	}
	return be([]uint32{1, nulls, elem, uint32(len(elements)), 1})[0] + string(body)
}

// brokenArrays are binary arrays that are cut off, contradict themselves or have another shape; and, against the name,
// a few that are odd but sound.
func brokenArrays(array, elem uint32) []source {
	header := func(fields ...uint32) string { return be(fields)[0] }
	const null = 0xffffffff
	return inBinary([]uint32{0, array},
		"", "1", header(0), header(0, 0), header(0, 0, elem), header(0, 1, elem), header(0, 0, elem)+"x", header(0, 0, elem, 1), header(0, 2, elem), header(0, 0, elem+1), header(1, 0, elem), header(1, 0, elem, 1), header(1, 0, elem, 1, 1), header(1, 0, elem, 0, 1), header(1, 0, elem, 0, 5), header(1, 0, elem, 0, 1)+"x",
		header(1, 1, elem, 1, 1, null), header(1, 0, elem, 1, 1, null), header(1, 1, elem, 2, 1, null), header(1, 1, elem, 1, 1, null)+"x", header(1, 0, elem, 1, 1, 9999), header(1, 0, elem, 1, 1, 0xfffffffe), header(1, 0, elem, 1, 0, null), header(1, 0, elem, 1, 7, null), header(1, 0, elem, 0x7fffffff, 1), header(1, 0, elem, 0xffffffff, 1),
		header(2, 0, elem, 1, 1, 1, 1, null), header(2, 0, elem, 1, 1), header(7, 0, elem), header(0xffffffff, 0, elem), header(1, 0, 0, 1, 1, null))
}

func timestampSamples() []source {
	list := inText([]uint32{0, pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.DateOID, pgtype.VarcharOID}, dateInputs...)
	extra := []string{"294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.9999999", "294277-01-01 00:00", "294276-12-31 23:59:59-05", "294277-01-01 04:00+05", "294277-01-01 06:00+05", "4714-11-24 00:00 BC", "4714-11-24 00:00+01 BC", "4714-11-24 01:00+01 BC",
		"2024-05-06 07:08:09.5", "2024-05-06 07:08:09.123456", "2024-05-06 07:08:09.000001", "2024-05-06 07:08:09.0000005", "2024-05-06 07:08:09.0000015", "2024-05-06 23:59:60.0", "1883-11-18 12:00", "1900-01-01 00:00:00+00:00:30", "epoch"}
	list = append(list, inText([]uint32{0, pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.UnknownOID}, extra...)...)
	for _, v := range dateSamples() {
		if v.format == BinaryFormat && (v.oid == pgtype.TimestampOID || v.oid == pgtype.TimestamptzOID || v.oid == pgtype.DateOID) {
			list = append(list, v)
		}
		if v.format == BinaryFormat && v.oid == pgtype.TimestampOID {
			list = append(list, source{v.bytes, BinaryFormat, 0})
		}
	}
	list = append(list, inBinary([]uint32{pgtype.DateOID}, be(int32(106751991), int32(106751990), int32(dateMaxTimestamp), int32(dateMaxTimestamp-1), int32(dateMaxTimestamp+1))...)...)
	return append(list, inText(append(otherOIDs, pgtype.Int4OID, pgtype.BoolOID), "1", "x")...)
}

func jsonSamples() []source {
	list := inText([]uint32{0, pgtype.JSONOID, pgtype.JSONBOID, pgtype.UnknownOID}, jsonInputs...)
	list = append(list, inBinary([]uint32{0, pgtype.JSONOID, pgtype.UnknownOID}, jsonInputs...)...)
	list = append(list, inBinary([]uint32{pgtype.JSONBOID}, "", "\x01", "\x01{\"b\":1,\"a\":[]}", "{}", "\x02{}")...)
	return append(list, inText([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.Int4OID, pgtype.ByteaOID, pgtype.UUIDOID}, "1", "{}")...)
}
