package pgvalue

import (
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

var jsonInputs = []string{
	`null`, `true`, `false`, `True`, `nul`, `nulll`, `0`, `-0`, `-0.0`, `0.0`, `1`, `-1`, `1.0`, `1.50`, `1e2`, `1E2`, `1e+2`, `1E-3`, `1.5e3`, `1.5e1`, `1.25e1`, `-1.5e-3`, `0e10`, `0e-3`, `0.00e3`, `0.00e1`, `-0e5`, `123456789012345678901234567890.123456789`, `1e400`, `1e-400`,
	`01`, `-01`, `+1`, `.5`, `5.`, `1.e1`, `1e`, `1e+`, `-`, `--1`, `0x1`, `1_0`, `NaN`, `Infinity`, `1a`, `1 2`, `00`, `-a`, `1.2.3`, `1e1.5`,
	`1e131071`, `1e131072`, `-9e131071`, `10e131071`, `0.1e131072`, `0.1e131073`, `1e-16383`, `1e-16384`, `1.0e-16383`, `0e-16383`, `0e-16384`, `0e131072`, `0e999999`, `0e99999999999999999999`, `1e99999999999`, `1e-99999999999`, `1e1073741822`, `1e1073741823`, `1e2147483647`, `1e2147483648`,
	`"" `, `"a"`, `"é"`, `"\u00e9"`, `"\u00E9"`, `"\ud83d\ude00"`, `"😀"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\ud83d"`, `"\ud83d\n"`, `"\ud83d\ude"`, `"\u0000"`, `"a\u0000b"`, `"\u0001"`, `"\u001f"`, `"\u007f"`, "\"\x7f\"", `"\b\f\n\r\t\"\\\/"`, `"/"`, `"<>&'"`, "\"\u2028\u2029\"", `"\u2028"`, `"\ufffe"`, `"\uffff"`, "\"\t\"", "\"\n\"", "\"\x01\"", `"\x41"`, `"\'"`, `"\u12"`, `"\u12g4"`, `"\U0041"`, `"`, `"\"`, `"a`, `'a'`, `"\u0022\u005c\u002f"`, "\"\xff\"", "\"\x00\"", "\"\xed\xa0\x80\"",
	`[]`, `{}`, ` [ ] `, "\t[\n1\r,\n2 ] ", "\v[]", "\f[]", "\u00a0[]", "\ufeff[]", `[1,2,3]`, `[1,]`, `[,1]`, `[1 2]`, `[1,,2]`, `[`, `]`, `[1`, `[1]]`, `[1] x`, `[}`, `{]`, `[[],[[]],{}]`, `[1}`, `[1:2]`, `[1;2]`,
	`{"a":1}`, `{ "a" : 1 , "b" : [ 1 , { "c" : null } ] }`, `{"b":1,"a":2}`, `{"aa":1,"b":2,"":3}`, `{"a":1,"a":2}`, `{"a":1,"b":0,"a":{"x":1,"x":[]}}`, `{"a":{"x":1},"a":null}`, `{"é":1,"zz":2,"e":3,"Z":4}`, `{"\u0061":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a\tb":1,"a\"":2}`, `{"\u0000":1}`, `{"\ud800":1}`, `{"a":1,}`, `{,"a":1}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{"a"::1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1;"b":2}`, `{null:1}`, `{"a":1}}`, `{`, `{"a"`, `{"a":`, `{"a":1`, `}`, `{"a":[}`, `{"a":1]`, `{"a","b"}`, `{[]:1}`, `{{}:1}`,
	``, ` `, `,`, `:`, `//c`, `/* c */ 1`, `1,2`, `1:2`, `x`, `undefined`, `{"k":tru}`, `[nulL]`, `[01]`, `[1.]`, `["\u0000", `, `["a", 1e131072, `,
	`{"a":"\u0000"} x`, "{\"a\": \"\x00\"}", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000), strings.Repeat("[", 1000),
	`"` + strings.Repeat("x", 70000) + `"`, "[" + strings.Repeat("1,", 20000) + "1]", strings.Repeat("9", 300), "0." + strings.Repeat("1", 16383), "0." + strings.Repeat("1", 16384), strings.Repeat("1", 131072), strings.Repeat("1", 131073), strings.Repeat("1", 10) + "e131062", strings.Repeat("1", 10) + "e131063",
	`{"` + strings.Repeat("k", 300) + `":1,"` + strings.Repeat("j", 300) + `":2,"` + strings.Repeat("k", 299) + `":3}`,
}

func jsonbSamples() []source {
	list := inText([]uint32{0, pgtype.JSONBOID, pgtype.JSONOID, pgtype.UnknownOID}, jsonInputs...)
	list = append(list, inBinary([]uint32{pgtype.JSONOID, pgtype.UnknownOID}, jsonInputs...)...)
	for _, in := range jsonInputs {
		list = append(list, inBinary([]uint32{0, pgtype.JSONBOID}, "\x01"+in)...)
	}
	list = append(list, inBinary([]uint32{0, pgtype.JSONBOID}, "", "\x01", "\x02{}", "{}", "\x00")...)
	return append(list, inText([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.Int4OID, pgtype.ByteaOID, pgtype.UUIDOID}, "1", "{}")...)
}
