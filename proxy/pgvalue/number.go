package pgvalue

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// Bounds of numeric (PostgreSQL documentation, 8.1): digits before and after the decimal point.
const (
	numericMaxWeight = 131072
	numericMaxScale  = 16383
)

var (
	bigTwo = big.NewInt(2)
	bigTen = big.NewInt(10)
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
		f, err := strconv.ParseFloat(string(trimSpace(v.bytes)), bits)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return 0, &Error{codeOutOfRange, "value is out of range for the floating-point type"}
		case err != nil:
			return 0, errInvalidText("double precision")
		}
		return f, nil
	}
	if err := v.binary(bits / 8); err != nil {
		return 0, err
	}
	if bits == 32 {
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v.bytes))), nil
	}
	return math.Float64frombits(binary.BigEndian.Uint64(v.bytes)), nil
}

// numeric returns a parameter declared numeric as bigint: rounded half away from zero, as the cast does.
func (v source) numeric() (int64, error) {
	var n pgtype.Numeric
	if err := v.scanNumeric(&n); err != nil {
		return 0, err
	}
	if n.NaN || n.InfinityModifier != pgtype.Finite {
		return 0, &Error{codeFeatureUnsupported, "cannot convert NaN or infinity to bigint"}
	}
	return roundToInt64(n.Int, int(n.Exp))
}

func (v source) scanNumeric(n *pgtype.Numeric) error {
	if v.format == BinaryFormat {
		if err := (pgtype.NumericCodec{}).PlanScan(nil, pgtype.NumericOID, pgtype.BinaryFormatCode, n).Scan(v.bytes, n); err != nil {
			return &Error{codeInvalidBinary, "invalid binary representation of numeric"}
		}
		return nil
	}
	return parseNumeric(v.bytes, n)
}

// roundToInt64 returns n × 10^exp rounded half away from zero.
func roundToInt64(n *big.Int, exp int) (int64, error) {
	switch {
	case n.Sign() == 0:
		return 0, nil
	case exp > 19:
		return 0, errInt8Range
	case exp > 0:
		n = new(big.Int).Mul(n, new(big.Int).Exp(bigTen, big.NewInt(int64(exp)), nil))
	case exp < 0:
		unit := new(big.Int).Exp(bigTen, big.NewInt(int64(-exp)), nil)
		half := new(big.Int).Quo(unit, bigTwo)
		if n.Sign() < 0 {
			half.Neg(half)
		}
		n = half.Add(half, n)
		n.Quo(n, unit)
	}
	if !n.IsInt64() {
		return 0, errInt8Range
	}
	return n.Int64(), nil
}
