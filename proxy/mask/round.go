package mask

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// roundTo returns the mask that cuts numbers of a type to multiples of a power of ten; nil if the type is no number, or the
// power is not one that the type has.
func roundTo(typ pgvalue.Type, power int64) func(dst, canonical []byte, zone *time.Location) []byte {
	zeros := zerosOf(power)
	if zeros < 1 {
		return nil
	}
	switch {
	case typ == pgvalue.Int2 && zeros <= 4, typ == pgvalue.Int4 && zeros <= 9, typ == pgvalue.Int8:
		return func(dst, b []byte, _ *time.Location) []byte { return appendInteger(dst, b, int(typ.Size()), power) }
	case typ == pgvalue.Float4:
		return func(dst, b []byte, _ *time.Location) []byte { return appendFloat4(dst, b, float64(power)) }
	case typ == pgvalue.Float8:
		return func(dst, b []byte, _ *time.Location) []byte { return appendFloat8(dst, b, float64(power)) }
	case typ == pgvalue.Numeric:
		return func(dst, b []byte, _ *time.Location) []byte { return appendNumeric(dst, b, zeros) }
	}
	return nil
}

// zerosOf returns n of 10^n, -1 for another number.
func zerosOf(power int64) int {
	n := 0
	for ; power >= 10 && power%10 == 0; power /= 10 {
		n++
	}
	if power != 1 {
		return -1
	}
	return n
}

func appendInteger(dst, b []byte, size int, power int64) []byte {
	if len(b) != size {
		return dst
	}
	switch size {
	case 2:
		n := int64(int16(binary.BigEndian.Uint16(b)))
		return binary.BigEndian.AppendUint16(dst, uint16(n-n%power))
	case 4:
		n := int64(int32(binary.BigEndian.Uint32(b)))
		return binary.BigEndian.AppendUint32(dst, uint32(n-n%power))
	}
	n := int64(binary.BigEndian.Uint64(b))
	return binary.BigEndian.AppendUint64(dst, uint64(n-n%power))
}

func appendFloat4(dst, b []byte, power float64) []byte {
	if len(b) != 4 {
		return dst
	}
	f := cut(float64(math.Float32frombits(binary.BigEndian.Uint32(b))), power)
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(f)))
}

func appendFloat8(dst, b []byte, power float64) []byte {
	if len(b) != 8 {
		return dst
	}
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(cut(math.Float64frombits(binary.BigEndian.Uint64(b)), power)))
}

// cut leaves NaN and infinities as they are.
func cut(f, power float64) float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	return math.Trunc(f/power) * power
}

// Fields of numeric's binary form (numeric_send): the number of digits, the weight of the first, the sign and the scale,
// 16 bits each; then digits of base 10,000, the one of weight w worth 10,000^w.
const (
	numericHeader   = 8
	numericNegative = 0x4000
	digitZeros      = 4 // 10,000 = 10^4
)

// appendNumeric cuts the digits below 10^zeros, and then zeros at the end, which the form does not have.
func appendNumeric(dst, b []byte, zeros int) []byte {
	if len(b) < numericHeader || len(b) != numericHeader+2*int(binary.BigEndian.Uint16(b)) {
		return dst
	}
	sign := binary.BigEndian.Uint16(b[4:])
	if sign > numericNegative { // NaN and the infinities
		return append(dst, b...)
	}
	start := len(dst)
	dst = append(dst, b[:numericHeader]...)
	end := len(dst)
	weight := int(int16(binary.BigEndian.Uint16(b[2:])))
	for digits := b[numericHeader:]; len(digits) > 0 && (weight+1)*digitZeros > zeros; digits = digits[2:] {
		d := binary.BigEndian.Uint16(digits)
		if below := zeros - weight*digitZeros; below > 0 {
			d -= d % tens[below]
		}
		dst = binary.BigEndian.AppendUint16(dst, d)
		if d != 0 {
			end = len(dst)
		}
		weight--
	}
	dst = dst[:end]
	count := (end - start - numericHeader) / 2
	binary.BigEndian.PutUint16(dst[start:], uint16(count))
	if count == 0 { // zero has no weight and no sign
		binary.BigEndian.PutUint32(dst[start+2:], 0)
	}
	return dst
}

// tens are the powers of ten below a digit of base 10,000.
var tens = [digitZeros]uint16{1, 10, 100, 1000}
