package pgvalue

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestRandomFloatsPrintAsOnTheServer tries random bits, all powers of two and of ten, and integers around the precision:
// the shortest digits of some are exactly between two floats, which the server does not use, and some values between two
// candidates, of which it uses the even one.
func TestRandomFloatsPrintAsOnTheServer(t *testing.T) {
	o := newOracle(t)
	random := rand.New(rand.NewPCG(7, 8))
	var wide []float64
	var narrow []float32
	for range 2000 {
		wide = append(wide, math.Float64frombits(random.Uint64()), float64(random.Int64N(1<<58)), float64(random.Int64N(1e9))/1e4)
		narrow = append(narrow, math.Float32frombits(random.Uint32()), float32(random.Int64N(1<<40)), float32(random.Int64N(1e6))/1e3)
	}
	for range 2000 { // exact in few digits more than the shortest
		e := -random.IntN(26)
		wide = append(wide, math.Ldexp(float64(random.Int64N(1<<(20+random.IntN(33)))), e))
		narrow = append(narrow, float32(math.Ldexp(float64(random.Int64N(1<<(8+random.IntN(16)))), e)))
	}
	for e := -1074; e < 1024; e++ {
		wide = append(wide, math.Ldexp(1, e), math.Nextafter(math.Ldexp(1, e), 0))
		narrow = append(narrow, float32(math.Ldexp(1, e/7)))
	}
	for e := -323; e <= 308; e++ {
		f, _ := strconv.ParseFloat(fmt.Sprintf("1e%d", e), 64)
		wide = append(wide, f, math.Nextafter(f, 0), math.Nextafter(f, math.Inf(1)))
		narrow = append(narrow, float32(f))
	}
	o.compareFloats(t, Float8, be(array(Float8, len(wide)), wide))
	o.compareFloats(t, Float4, be(array(Float4, len(narrow)), narrow))
}

// array is the header of an array of n elements.
func array(elem Type, n int) []uint32 { return []uint32{1, 0, elem.OID(), uint32(n), 1} }

// compareFloats sends all values as one array, which is much faster than one by one. parts are its header and its values.
func (o *oracle) compareFloats(t *testing.T, elem Type, parts []string) {
	t.Helper()
	body, size := parts[0], int(elem.Size())
	for values := parts[1]; values != ""; values = values[size:] {
		value := values[:size]
		if f, err := (source{[]byte(value), BinaryFormat, elem.OID()}).float64(); err != nil || f != f {
			value = be(make([]uint16, size/2))[0] // NaN has its own test
		}
		body += be(uint32(size))[0] + value
	}
	v := source{[]byte(body), BinaryFormat, 0}
	want, got := o.store(elem.Array(), v), ours(t, elem.Array(), v, &Settings{})
	if got == want {
		return
	}
	for i := range min(len(got.text), len(want.text)) {
		if got.text[i] != want.text[i] {
			t.Fatalf("%v: ours %.60q, server %.60q", elem, got.text[max(i-30, 0):], want.text[max(i-30, 0):])
		}
	}
	t.Fatalf("%v: %s, server %s", elem, got.outcome(), want.outcome())
}

func TestNaNHasOnePlaintextWhateverItIsSentAs(t *testing.T) {
	for typ, inputs := range map[Type][]source{
		Float8: append(inBinary([]uint32{0}, be(math.NaN(), math.Float64frombits(0xfff8000000000000))...), source{[]byte("nan"), TextFormat, 0},
			source{[]byte("NaN"), TextFormat, pgtype.NumericOID}, source{[]byte(be(math.Float32frombits(0xffc00001))[0]), BinaryFormat, pgtype.Float4OID}),
		Float4: append(inBinary([]uint32{pgtype.Float8OID}, be(math.NaN())...), source{[]byte("nan"), TextFormat, 0}, source{[]byte(be(math.Float32frombits(0x7fc00001))[0]), BinaryFormat, 0}),
	} {
		want := be(uint64(nan64))[0]
		if typ == Float4 {
			want = be(uint32(nan32))[0]
		}
		for _, v := range inputs {
			got, err := typ.AppendCanonical(nil, v.bytes, v.format, v.oid)
			if err != nil || string(got) != want {
				t.Errorf("%v from %s: %x, %v", typ, describe(v), got, err)
			}
		}
	}
}
