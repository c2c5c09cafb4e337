package pgvalue

import (
	"bytes"
	"math"
	"strconv"
)

// Bounds of numeric (PostgreSQL documentation, 8.1): digits before and after the decimal point, and the exponent
// that its input function reads, whatever the digits are.
const (
	numericMaxDigits   = 131072
	numericMaxScale    = 16383
	numericMaxExponent = math.MaxInt32 / 2
)

// decimal is a number's spelling taken apart: whole.fraction × 10^exp, both in ASCII digits. The slices may alias
// the source.
type decimal struct {
	negative        bool
	whole, fraction []byte
	exp             int
}

// parseDecimal takes apart [sign] digits [. digits] [e [sign] digits], where one of the two groups of digits may
// be empty. An exponent beyond numericMaxExponent is cut off to a value that is also beyond.
func parseDecimal(b []byte) (decimal, bool) {
	var d decimal
	d.negative, b = cutSign(b)
	d.whole, b = cutDigits(b)
	if len(b) > 0 && b[0] == '.' {
		d.fraction, b = cutDigits(b[1:])
	}
	switch {
	case len(d.whole)+len(d.fraction) == 0:
		return d, false
	case len(b) == 0:
		return d, true
	case b[0]|0x20 != 'e':
		return d, false
	}
	exp, ok := parseExponent(b[1:])
	d.exp = exp
	return d, ok
}

func cutSign(b []byte) (negative bool, rest []byte) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		return b[0] == '-', b[1:]
	}
	return false, b
}

func cutDigits(b []byte) (digits, rest []byte) {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return b[:n], b[n:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func parseExponent(b []byte) (int, bool) {
	negative, b := cutSign(b)
	digits, rest := cutDigits(b)
	if len(digits) == 0 || len(rest) > 0 {
		return 0, false
	}
	exp, err := strconv.ParseInt(string(digits), 10, 32)
	if err != nil {
		exp = math.MaxInt32
	}
	if negative {
		exp = -exp
	}
	return int(exp), true
}

// check returns the server's error for a number that numeric cannot hold.
func (d decimal) check() error {
	if d.exp >= numericMaxExponent || d.exp <= -numericMaxExponent ||
		d.scale() > numericMaxScale || d.leadingDigits() > numericMaxDigits {
		return errNumericRange
	}
	return nil
}

// scale returns how many digits numeric keeps after the point.
func (d decimal) scale() int { return max(len(d.fraction)-d.exp, 0) }

// leadingDigits returns how many digits the value has before the point, without zeros in front; 0 or less for a
// fraction, whose first digit has the weight 10^(leadingDigits-1), and 0 for zero.
func (d decimal) leadingDigits() int {
	if whole := bytes.TrimLeft(d.whole, "0"); len(whole) > 0 {
		return len(whole) + d.exp
	}
	fraction := bytes.TrimLeft(d.fraction, "0")
	if len(fraction) == 0 {
		return 0
	}
	return len(fraction) - len(d.fraction) + d.exp
}

func (d decimal) isZero() bool {
	return len(bytes.Trim(d.whole, "0")) == 0 && len(bytes.Trim(d.fraction, "0")) == 0
}

// at returns the digit of weight 10^power.
func (d decimal) at(power int) byte {
	i := len(d.whole) + d.exp - 1 - power
	switch {
	case i < 0, i >= len(d.whole)+len(d.fraction):
		return '0'
	case i < len(d.whole):
		return d.whole[i]
	}
	return d.fraction[i-len(d.whole)]
}

// cut returns the number without the digits beyond a scale. It is for numbers without a fraction part.
func (d decimal) cut(scale int) decimal {
	if excess := -d.exp - scale; excess > 0 {
		keep := max(len(d.whole)-excess, 0)
		d.exp += len(d.whole) - keep
		d.whole = d.whole[:keep]
	}
	return d
}

// appendTo appends the number as numeric's output function prints it: no exponent, the scale as written.
func (d decimal) appendTo(dst []byte) []byte {
	if d.negative && !d.isZero() { // numeric has no negative zero
		dst = append(dst, '-')
	}
	leading := d.leadingDigits()
	for power := leading - 1; power >= 0; power-- {
		dst = append(dst, d.at(power))
	}
	if leading <= 0 {
		dst = append(dst, '0')
	}
	scale := d.scale()
	if scale > 0 {
		dst = append(dst, '.')
	}
	for power := -1; power >= -scale; power-- {
		dst = append(dst, d.at(power))
	}
	return dst
}

// int64 returns the number rounded half away from zero.
func (d decimal) int64() (int64, error) {
	leading := d.leadingDigits()
	if leading > 19 { // the digits of 2^63; 19 digits fit a uint64
		return 0, errInt8Range
	}
	var n uint64
	for power := leading - 1; power >= 0; power-- {
		n = n*10 + uint64(d.at(power)-'0')
	}
	if d.at(-1) >= '5' {
		n++
	}
	switch {
	case d.negative && n <= 1<<63:
		return -int64(n), nil
	case !d.negative && n < 1<<63:
		return int64(n), nil
	}
	return 0, errInt8Range
}
