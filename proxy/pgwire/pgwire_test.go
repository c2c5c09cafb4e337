package pgwire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

func startup(code uint32, params ...string) []byte {
	b := make([]byte, 4)
	b = binary.BigEndian.AppendUint32(b, code)
	for _, p := range params {
		b = append(append(b, p...), 0)
	}
	if params != nil {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func TestParseStartupReadsEachKindOfPacket(t *testing.T) {
	p, err := ParseStartup(startup(3<<16|2, "user", "app", "database", "shop", "_pq_.x", "1"))
	if err != nil || p.Kind != Startup || p.User() != "app" || p.Database() != "shop" {
		t.Fatalf("startup: %+v %v", p, err)
	}
	p, err = ParseStartup(startup(3<<16, "user", "app"))
	if err != nil || p.Database() != "app" {
		t.Fatalf("database defaults to the user: %+v %v", p, err)
	}
	for code, kind := range map[uint32]StartupKind{sslRequestCode: SSLRequest, gssEncRequestCode: GSSEncRequest} {
		if p, err := ParseStartup(startup(code)); err != nil || p.Kind != kind {
			t.Errorf("code %d: %+v %v", code, p, err)
		}
	}
	cancel := startup(cancelRequestCode)
	cancel = append(cancel, make([]byte, 4+256)...)
	binary.BigEndian.PutUint32(cancel, uint32(len(cancel)))
	if p, err := ParseStartup(cancel); err != nil || p.Kind != CancelRequest || !bytes.Equal(p.Raw, cancel) {
		t.Errorf("cancel with a long key: %+v %v", p, err)
	}
}

func TestParseStartupRefusesWhatIsMalformed(t *testing.T) {
	unterminated := startup(3<<16, "user", "app")
	unterminated = unterminated[:len(unterminated)-1]
	binary.BigEndian.PutUint32(unterminated, uint32(len(unterminated)))
	trailing := append(startup(3<<16, "user", "app"), 'x', 0)
	binary.BigEndian.PutUint32(trailing, uint32(len(trailing)))
	for name, packet := range map[string][]byte{
		"empty":             {},
		"http":              []byte("GET / HTTP/1.1\r\n\r\n"),
		"wrong length":      append(startup(3<<16, "user", "app"), 0),
		"version 2":         startup(2<<16, "user", "app"),
		"no user":           startup(3<<16, "database", "x"),
		"unterminated":      unterminated,
		"trailing":          trailing,
		"ssl with body":     startup(sslRequestCode, "x"),
		"cancel without id": startup(cancelRequestCode),
	} {
		if _, err := ParseStartup(packet); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestMessageSizeRefusesImpossibleLengths(t *testing.T) {
	for _, length := range []uint32{0, 3, 1 << 31, 1<<32 - 1} {
		b := binary.BigEndian.AppendUint32([]byte{'Q'}, length)
		if n, err := MessageSize(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("length %d: got %d, %v", length, n, err)
		}
	}
	if n, err := MessageSize([]byte{'S', 0, 0, 0, 4}); n != 5 || err != nil {
		t.Errorf("Sync: got %d, %v", n, err)
	}
}

func exampleBind() *Bind {
	return &Bind{
		Portal: []byte("p"), Statement: []byte("s"), ParamFormats: []int16{0, 1, 0},
		Params:        []Param{{Value: []byte("text")}, {Value: []byte{0, 1}}, {Null: true}},
		ResultFormats: []int16{1},
	}
}

func TestBindDecodeIsTheInverseOfAppend(t *testing.T) {
	msg, err := exampleBind().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got Bind
	if err := got.Decode(msg[HeaderSize:]); err != nil {
		t.Fatal(err)
	}
	again, err := got.Append(nil)
	if err != nil || !bytes.Equal(again, msg) {
		t.Fatalf("got %q, want %q (%v)", again, msg, err)
	}
	if got.ParamFormat(1) != 1 || got.ResultFormat(7) != 1 || !got.Params[2].Null {
		t.Errorf("decoded %+v", got)
	}
}

func TestBindTruncatedAnywhereIsMalformed(t *testing.T) {
	msg, _ := exampleBind().Append(nil)
	var b Bind
	for n := HeaderSize; n < len(msg); n++ {
		if err := b.Decode(msg[HeaderSize:n]); !errors.Is(err, ErrMalformed) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if err := b.Decode(append(msg[HeaderSize:], 0)); !errors.Is(err, ErrMalformed) {
		t.Errorf("trailing byte: %v", err)
	}
}

func TestNegativeLengthOtherThanNullIsMalformed(t *testing.T) {
	body := []byte{0, 1, 0xff, 0xff, 0xff, 0xfe, 'x', 'y'}
	if err := new(DataRow).Decode(body); !errors.Is(err, ErrMalformed) {
		t.Fatalf("length -2: %v", err)
	}
}

func TestDataRowDecodeDoesNotAllocate(t *testing.T) {
	body := []byte{0, 2, 0, 0, 0, 1, 'x', 0xff, 0xff, 0xff, 0xff}
	var row DataRow
	if n := testing.AllocsPerRun(100, func() {
		if err := row.Decode(body); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations per row", n)
	}
}

func FuzzParseStartup(f *testing.F) {
	f.Add(startup(3<<16, "user", "app", "options", "-c x=y"))
	f.Add(startup(sslRequestCode))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseStartup(b)
		if err == nil && !bytes.Equal(p.Raw, b) {
			t.Fatal("the packet is not kept as it came")
		}
	})
}

func FuzzBind(f *testing.F) {
	msg, _ := exampleBind().Append(nil)
	f.Add(msg[HeaderSize:])
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		var b Bind
		if b.Decode(body) != nil {
			return
		}
		again, err := b.Append(nil)
		if err != nil || !bytes.Equal(again[HeaderSize:], body) {
			t.Fatalf("decode then append is not the identity: %q → %q (%v)", body, again, err)
		}
	})
}

func FuzzDataRow(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 1, 'x'})
	f.Add([]byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		var d DataRow
		if d.Decode(body) != nil {
			return
		}
		out := binary.BigEndian.AppendUint16(nil, uint16(len(d.Values)))
		for _, v := range d.Values {
			out = AppendValue(out, v.Value, v.Null)
		}
		if !bytes.Equal(out, body) {
			t.Fatalf("%q → %q", body, out)
		}
	})
}
