package pgvalue

import (
	"bytes"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

var (
	errNumericRange  = &Error{Code: codeOutOfRange, Message: "value overflows numeric format"}
	errNotFinite     = &Error{Code: codeFeatureUnsupported, Message: "cannot convert NaN or infinity to an integer"}
	errNumericBinary = &Error{Code: codeInvalidBinary, Message: "invalid binary representation of type numeric"}
)

// number is a value of type numeric. Values that differ in their scale alone are equal to the server but print
// differently (1.0 and 1.00), and have different binary forms.
type number struct {
	decimal
	digitsAfterPoint int
	special          uint16 // numericNaN, numericPosInf, numericNegInf; 0 for a finite number
}

// appendNumeric is assignment to a numeric column.
func appendNumeric(dst []byte, v source) ([]byte, error) {
	n, err := v.toNumeric()
	if err != nil {
		return dst, err
	}
	return n.appendBinary(dst), nil
}

func (v source) toNumeric() (number, error) {
	s, ok, err := v.text()
	switch {
	case err != nil:
		return number{}, err
	case ok:
		return parseNumeric(s)
	case isInteger(v.oid):
		n, err := v.integer(Int8)
		if err != nil {
			return number{}, err
		}
		return parseNumeric(strconv.AppendInt(nil, n, 10))
	case v.oid == pgtype.Float4OID:
		return v.floatNumeric(6) // C's FLT_DIG
	case v.oid == pgtype.Float8OID:
		return v.floatNumeric(15) // C's DBL_DIG
	case v.oid != 0 && v.oid != pgtype.NumericOID:
		return number{}, errMismatch(Numeric)
	}
	return v.numeric()
}

// floatNumeric is the cast of float4 and float8, which keeps the digits that are sure.
func (v source) floatNumeric(digits int) (number, error) {
	f, err := v.float64()
	switch {
	case err != nil:
		return number{}, err
	case math.IsNaN(f) || math.IsInf(f, 0):
		return parseNumeric(appendFloatOut(nil, f, 64))
	}
	return parseNumeric(strconv.AppendFloat(nil, f, 'g', digits, 64))
}

// numeric returns a value that was declared numeric, or whose type was left open.
func (v source) numeric() (number, error) {
	if v.format == BinaryFormat {
		return parseNumericBinary(v.bytes)
	}
	return parseNumeric(v.bytes)
}

// roundNumeric returns a parameter declared numeric as an integer: rounded half away from zero, as the cast does.
func (v source) roundNumeric() (int64, error) {
	n, err := v.numeric()
	switch {
	case err != nil:
		return 0, err
	case n.special != 0:
		return 0, errNotFinite
	}
	return n.int64()
}

// parseNumeric reads the text form of numeric (numeric_in). The result aliases b.
func parseNumeric(b []byte) (number, error) {
	b = trimSpace(b)
	if special := specialNumeric(b); special != 0 {
		return number{special: special}, nil
	}
	d, ok := parseDecimal(b)
	if !ok {
		return number{}, errInvalidText("numeric")
	}
	return number{decimal: d, digitsAfterPoint: d.scale()}, d.check()
}

// specialNumeric returns the sign field of NaN and the infinities, 0 for any other text. NaN has no sign.
func specialNumeric(b []byte) uint16 {
	negative, name := cutSign(b)
	switch infinite := bytes.EqualFold(name, []byte("infinity")) || bytes.EqualFold(name, []byte("inf")); {
	case !isASCII(name): // some letters beyond fold into ASCII
		return 0
	case infinite && negative:
		return numericNegInf
	case infinite:
		return numericPosInf
	case bytes.EqualFold(b, []byte("nan")):
		return numericNaN
	}
	return 0
}
