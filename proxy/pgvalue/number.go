package pgvalue

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// float returns a parameter declared float4 or float8 as bigint: rounded half to even, as the cast does.
func (v source) float() (int64, error) {
	f, err := v.float64()
	if err != nil {
		return 0, err
	}
	f = math.RoundToEven(f)
	// -2^63 and 2^63 are exact in a float64; NaN fails both comparisons.
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, errInt8Range
	}
	return int64(f), nil
}

func (v source) float64() (float64, error) {
	bits := 64
	if v.oid == pgtype.Float4OID {
		bits = 32
	}
	if v.format == TextFormat {
		return parseFloat(trimSpace(v.bytes), bits)
	}
	if err := v.binary(bits / 8); err != nil {
		return 0, err
	}
	if bits == 32 {
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v.bytes))), nil
	}
	return math.Float64frombits(binary.BigEndian.Uint64(v.bytes)), nil
}

// parseFloat reads what float8in does, but for C's hexadecimal integers (0x10), which are refused.
func parseFloat(b []byte, bits int) (float64, error) {
	if bytes.IndexByte(b, '_') >= 0 { // Go's digit separator
		return 0, errInvalidText("double precision")
	}
	f, err := strconv.ParseFloat(string(b), bits)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && f == 0 && underflowed(b):
		return 0, &Error{codeOutOfRange, "value is out of range for the floating-point type"}
	case err != nil:
		return 0, errInvalidText("double precision")
	}
	return f, nil
}

// underflowed reports whether a spelling of zero stood for another number, which the server refuses.
func underflowed(b []byte) bool {
	d, ok := parseDecimal(b)
	return ok && !d.isZero()
}

// numeric returns a parameter declared numeric as bigint: rounded half away from zero, as the cast does.
func (v source) numeric() (int64, error) {
	parse := parseNumeric
	if v.format == BinaryFormat {
		parse = parseNumericBinary
	}
	d, err := parse(v.bytes)
	if err != nil {
		return 0, err
	}
	return d.int64()
}
