package pgvalue

import (
	"bytes"
	"math/big"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// decimal is a number's spelling taken apart: digits with the point after the first `point` of them, times
// 10^exp. The slices alias the source.
type decimal struct {
	negative        bool
	whole, fraction []byte // digits before and after the point
	exp             int
}

// parseDecimal takes apart [sign] digits [. digits] [e [sign] digits], where one of the two groups of digits may
// be empty. The exponent is cut off at ±1e9, far outside of every bound.
func parseDecimal(b []byte) (decimal, bool) {
	var d decimal
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		d.negative = b[0] == '-'
		b = b[1:]
	}
	d.whole, b = cutDigits(b)
	if len(b) > 0 && b[0] == '.' {
		d.fraction, b = cutDigits(b[1:])
	}
	if len(d.whole)+len(d.fraction) == 0 {
		return d, false
	}
	if len(b) == 0 {
		return d, true
	}
	if b[0]|0x20 != 'e' {
		return d, false
	}
	exp, ok := parseExponent(b[1:])
	d.exp = exp
	return d, ok
}

func cutDigits(b []byte) (digits, rest []byte) {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return b[:n], b[n:]
}

func parseExponent(b []byte) (int, bool) {
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	digits, rest := cutDigits(b)
	if len(digits) == 0 || len(rest) > 0 {
		return 0, false
	}
	digits = bytes.TrimLeft(digits, "0")
	exp := 0
	if len(digits) > 9 {
		exp = 1e9
	} else if len(digits) > 0 {
		exp, _ = strconv.Atoi(string(digits))
	}
	if negative {
		exp = -exp
	}
	return exp, true
}

var errNumericRange = &Error{codeOutOfRange, "value overflows numeric format"}

// scale returns the digits that numeric keeps after the point.
func (d decimal) scale() int { return max(len(d.fraction)-d.exp, 0) }

// check returns the server's error for a number that numeric cannot hold.
func (d decimal) check() error {
	if d.scale() > numericMaxScale || d.leadingDigits() > numericMaxWeight {
		return errNumericRange
	}
	return nil
}

// leadingDigits returns how many digits the value has before the point; 0 or less for a fraction and for zero.
func (d decimal) leadingDigits() int {
	whole := bytes.TrimLeft(d.whole, "0")
	if len(whole) > 0 {
		return len(whole) + d.exp
	}
	fraction := bytes.TrimLeft(d.fraction, "0")
	if len(fraction) == 0 {
		return 0
	}
	return len(fraction) - len(d.fraction) + d.exp
}

// parseNumeric reads the text form of numeric (numeric_in).
func parseNumeric(b []byte, n *pgtype.Numeric) error {
	b = trimSpace(b)
	switch string(bytes.ToLower(b[:min(len(b), 16)])) {
	case "nan":
		*n = pgtype.Numeric{NaN: true, Valid: true}
		return nil
	case "infinity", "inf", "+infinity", "+inf":
		*n = pgtype.Numeric{InfinityModifier: pgtype.Infinity, Valid: true}
		return nil
	case "-infinity", "-inf":
		*n = pgtype.Numeric{InfinityModifier: pgtype.NegativeInfinity, Valid: true}
		return nil
	}
	d, ok := parseDecimal(b)
	if !ok {
		return errInvalidText("numeric")
	}
	if err := d.check(); err != nil {
		return err
	}
	i, _ := new(big.Int).SetString(string(d.whole)+string(d.fraction), 10)
	if d.negative {
		i.Neg(i)
	}
	*n = pgtype.Numeric{Int: i, Exp: int32(d.exp - len(d.fraction)), Valid: true}
	return nil
}

// appendTo appends the number as numeric's output function prints it: no exponent, the scale as written.
func (d decimal) appendTo(dst []byte) []byte {
	if d.negative && (len(bytes.Trim(d.whole, "0")) > 0 || len(bytes.Trim(d.fraction, "0")) > 0) {
		dst = append(dst, '-') // numeric has no negative zero
	}
	start := len(dst)
	scale := d.scale()
	n := d.leadingDigits()
	for i := range max(n, 0) {
		dst = append(dst, d.at(n-1-i))
	}
	if len(dst) == start {
		dst = append(dst, '0')
	}
	if scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	for i := range scale {
		dst = append(dst, d.at(-1-i))
	}
	return dst
}

// at returns the digit of weight 10^power.
func (d decimal) at(power int) byte {
	i := len(d.whole) + d.exp - 1 - power
	switch {
	case i < 0:
		return '0'
	case i < len(d.whole):
		return d.whole[i]
	case i < len(d.whole)+len(d.fraction):
		return d.fraction[i-len(d.whole)]
	}
	return '0'
}
