package pgvalue

import "testing"

func TestSmoke(t *testing.T) {
	for _, c := range []struct {
		typ     Type
		in, out string
	}{
		{JSONB, ` {"b":1,"a":[1.0,1e2,1E-3,-0,-0.0,"\u00e9\/\u0001"],"a":{},"aa":null,"":true} `, `{"": true, "a": {}, "b": 1, "aa": null}`},
		{JSONB, `[1.0,1e2,1E-3,-0,-0.0,1.5e1,0.00e3,"\u00e9\/\u0001",[],{}]`, "[1.0, 100, 0.001, 0, 0.0, 15, 0, \"é/\\u0001\", [], {}]"},
		{Date, "2024-05-06T07:08:09.000+00:00", "2024-05-06"},
		{Date, "May 6, 2024", "2024-05-06"},
		{Date, "0044-03-15 BC", "0044-03-15 BC"},
		{Int8, " -42 ", "-42"},
		{UUID, "{A0EEBC99-9C0B4EF8-BB6D6BB9BD380A11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{Bytea, `\000a\\b`, `\x00615c62`},
		{Text, "x", "x"},
	} {
		b, err := c.typ.AppendCanonical(nil, []byte(c.in), 0, 0)
		if err != nil {
			t.Errorf("%v %q: %v", c.typ, c.in, err)
			continue
		}
		out, err := c.typ.AppendValue(nil, b, 0)
		if string(out) != c.out || err != nil {
			t.Errorf("%v %q: %q, want %q %v", c.typ, c.in, out, c.out, err)
		}
	}
}
