package pgvalue

import "encoding/binary"

// Fields of numeric's binary form (numeric_send): the number of digits, the weight of the first, the sign and the
// scale, 16 bits each; then digits of base 10,000. pgtype's decoder ignores the scale, by which the server cuts.
const (
	numericHeader   = 8
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPosInf   = 0xD000
	numericNegInf   = 0xF000

	numericInfScale = 0x20 // that the server sends with both infinities: a bit of its own storage
)

// parseNumericBinary reads the binary form of numeric (numeric_recv).
func parseNumericBinary(b []byte) (number, error) {
	switch {
	case len(b) >= 6 && !isNumericSign(binary.BigEndian.Uint16(b[4:])):
		return number{}, errNumericBinary
	case len(b) < numericHeader:
		return number{}, errShortBinary
	}
	count, weight := int(binary.BigEndian.Uint16(b)), int(int16(binary.BigEndian.Uint16(b[2:])))
	sign, scale := binary.BigEndian.Uint16(b[4:]), int(binary.BigEndian.Uint16(b[6:]))
	if scale > numericMaxScale {
		return number{}, errNumericBinary
	}
	digits, err := base10000(b[numericHeader:], count)
	switch {
	case err != nil:
		return number{}, err
	case sign != numericPositive && sign != numericNegative:
		return number{special: sign}, nil
	}
	d := decimal{negative: sign == numericNegative, whole: digits, exp: (weight + 1 - count) * 4}
	return number{decimal: d.cut(scale), digitsAfterPoint: scale}, nil
}

func isNumericSign(sign uint16) bool {
	switch sign {
	case numericPositive, numericNegative, numericNaN, numericPosInf, numericNegInf:
		return true
	}
	return false
}

// base10000 returns the decimal digits of count digits of base 10,000.
func base10000(b []byte, count int) ([]byte, error) {
	digits := make([]byte, 0, 4*min(count, len(b)/2))
	for i := range count {
		if len(b) < 2*i+2 {
			return nil, errShortBinary
		}
		d := int(binary.BigEndian.Uint16(b[2*i:]))
		if d > 9999 {
			return nil, errNumericBinary
		}
		digits = appendPadded(digits, d, 4)
	}
	if len(b) > 2*count {
		return nil, errLongBinary
	}
	return digits, nil
}

// appendBinary appends numeric's binary form, without zeros at either end, as the server sends it.
func (n number) appendBinary(dst []byte) []byte {
	switch {
	case n.special == numericNaN:
		return appendNumericHeader(dst, 0, 0, n.special, 0)
	case n.special != 0:
		return appendNumericHeader(dst, 0, 0, n.special, numericInfScale)
	case n.isZero():
		return appendNumericHeader(dst, 0, 0, numericPositive, n.digitsAfterPoint)
	}
	sign := uint16(numericPositive)
	if n.negative {
		sign = numericNegative
	}
	start := len(dst)
	first := int(floorDiv(int64(n.leadingDigits()-1), 4))
	last := int(floorDiv(int64(n.exp-len(n.fraction)), 4)) // of the lowest digit that is written
	dst = appendNumericHeader(dst, 0, first, sign, n.digitsAfterPoint)
	end := len(dst)
	for group := first; group >= last; group-- {
		digit := 0
		for power := 4*group + 3; power >= 4*group; power-- {
			digit = digit*10 + int(n.at(power)-'0')
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(digit))
		if digit != 0 {
			end = len(dst)
		}
	}
	binary.BigEndian.PutUint16(dst[start:], uint16((end-start-numericHeader)/2))
	return dst[:end]
}

func appendNumericHeader(dst []byte, count, weight int, sign uint16, scale int) []byte {
	for _, field := range [...]uint16{uint16(count), uint16(weight), sign, uint16(scale)} {
		dst = binary.BigEndian.AppendUint16(dst, field)
	}
	return dst
}

// isNumeric reports whether b has the form that appendBinary writes, so that appendNumericOut can read it.
func isNumeric(b []byte) bool {
	if len(b) < numericHeader || len(b) != numericHeader+2*int(binary.BigEndian.Uint16(b)) || !isNumericSign(binary.BigEndian.Uint16(b[4:])) {
		return false
	}
	for digits := b[numericHeader:]; len(digits) > 0; digits = digits[2:] {
		if binary.BigEndian.Uint16(digits) > 9999 {
			return false
		}
	}
	return binary.BigEndian.Uint16(b[6:]) <= numericMaxScale
}

// appendNumericOut appends the text form (numeric_out) of the binary one.
func appendNumericOut(dst, b []byte) []byte {
	weight, scale := int(int16(binary.BigEndian.Uint16(b[2:]))), int(binary.BigEndian.Uint16(b[6:]))
	switch binary.BigEndian.Uint16(b[4:]) {
	case numericNaN:
		return append(dst, "NaN"...)
	case numericPosInf:
		return append(dst, "Infinity"...)
	case numericNegInf:
		return append(dst, "-Infinity"...)
	case numericNegative:
		dst = append(dst, '-')
	}
	digits := b[numericHeader:]
	first := max(weight, 0) // the digit before the point is written even if it is 0
	dst = appendPadded(dst, base10000Digit(digits, weight-first), 1)
	for group := first - 1; group >= 0; group-- {
		dst = appendPadded(dst, base10000Digit(digits, weight-group), 4)
	}
	if scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	end := len(dst) + scale
	for group := -1; len(dst) < end; group-- {
		dst = appendPadded(dst, base10000Digit(digits, weight-group), 4)
	}
	return dst[:end]
}

// base10000Digit returns digit i of a number's digits, 0 beyond either end.
func base10000Digit(digits []byte, i int) int {
	if i < 0 || 2*i+2 > len(digits) {
		return 0
	}
	return int(binary.BigEndian.Uint16(digits[2*i:]))
}

// numericTextLen returns an upper bound of the length of appendNumericOut in bytes.
func numericTextLen(b []byte) int {
	weight, scale := int(int16(binary.BigEndian.Uint16(b[2:]))), int(binary.BigEndian.Uint16(b[6:]))
	return 4*max(weight+1, 2) + scale + 2
}
