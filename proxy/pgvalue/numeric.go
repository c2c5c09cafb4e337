package pgvalue

import (
	"bytes"
	"encoding/binary"
)

var (
	errNumericRange  = &Error{codeOutOfRange, "value overflows numeric format"}
	errNotFinite     = &Error{codeFeatureUnsupported, "cannot convert NaN or infinity to bigint"}
	errNumericBinary = &Error{codeInvalidBinary, "invalid binary representation of type numeric"}
)

// parseNumeric reads the text form of numeric (numeric_in). What it returns is finite: the other values cannot
// become an integer.
func parseNumeric(b []byte) (decimal, error) {
	b = trimSpace(b)
	switch string(bytes.ToLower(b[:min(len(b), 16)])) {
	case "nan", "infinity", "inf", "+infinity", "+inf", "-infinity", "-inf":
		return decimal{}, errNotFinite
	}
	d, ok := parseDecimal(b)
	if !ok {
		return d, errInvalidText("numeric")
	}
	return d, d.check()
}

// Fields of numeric's binary form (numeric_send): the number of digits, the weight of the first, the sign and the
// scale, 16 bits each; then digits of base 10,000. pgtype's decoder ignores the scale, by which the server cuts.
const (
	numericHeader   = 8
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPosInf   = 0xD000
	numericNegInf   = 0xF000
)

// parseNumericBinary reads the binary form of numeric (numeric_recv).
func parseNumericBinary(b []byte) (decimal, error) {
	if len(b) < numericHeader {
		return decimal{}, errShortBinary
	}
	count, weight := int(binary.BigEndian.Uint16(b)), int(int16(binary.BigEndian.Uint16(b[2:])))
	sign, scale := binary.BigEndian.Uint16(b[4:]), int(binary.BigEndian.Uint16(b[6:]))
	special := sign == numericNaN || sign == numericPosInf || sign == numericNegInf
	if sign != numericPositive && sign != numericNegative && !special || scale > numericMaxScale {
		return decimal{}, errNumericBinary
	}
	digits, err := base10000(b[numericHeader:], count)
	switch {
	case err != nil:
		return decimal{}, err
	case special:
		return decimal{}, errNotFinite
	}
	d := decimal{negative: sign == numericNegative, whole: digits, exp: (weight + 1 - count) * 4}
	return d.cut(scale), nil
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
