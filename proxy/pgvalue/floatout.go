package pgvalue

import (
	"math"
	"math/bits"
	"strconv"
)

// appendFloatOut appends a float as float4out (32 bits) and float8out (64) do with extra_float_digits above 0: the
// shortest digits that read back as the same value, in plain form while the exponent is from -4 to 5 or 14.
func appendFloatOut(dst []byte, f float64, size int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		return strconv.AppendFloat(dst, f, 'f', -1, size)
	}
	var buf [32]byte
	digits := appendShortest(buf[:0], f, size)
	evenDigits(digits, f, size)
	mantissa, exp := splitScientific(digits)
	limit := 15
	if size == 32 {
		limit = 6
	}
	if exp < -4 || exp >= limit {
		return append(dst, digits...)
	}
	return appendPlain(dst, mantissa, exp)
}

// appendShortest appends the digits as d.ddde±dd. The server does not use the shortest digits if they lie exactly
// between two floats, where a reader that rounds wrongly would take the other one; Go does.
func appendShortest(buf []byte, f float64, size int) []byte {
	digits := strconv.AppendFloat(buf, f, 'e', -1, size)
	for precision := -1; isMidpoint(digits, size); {
		if precision < 0 {
			mantissa, _ := splitScientific(digits)
			precision = countMantissa(mantissa) - 1
		}
		precision++
		digits = strconv.AppendFloat(buf, f, 'e', precision, size)
	}
	return digits
}

// evenDigits corrects the last digit where the value is exactly between two candidates for the shortest digits: the
// server takes the even one, Go the upper one.
func evenDigits(digits []byte, f float64, size int) {
	n, ok := exactDigits(f)
	if !ok || n%10 != 5 {
		return
	}
	mantissa, _ := splitScientific(digits)
	last := &mantissa[len(mantissa)-1]
	if countDecimal(n) != countMantissa(mantissa)+1 || (*last-'0')%2 == 0 {
		return
	}
	*last--
	if back, err := strconv.ParseFloat(string(digits), size); err != nil || back != f || isMidpoint(digits, size) {
		*last++ // below a power of two floats are denser: the even one is another
	}
}

// exactDigits returns all decimal digits of a fraction that has at most 18. No value with more, and no integer, is
// between two candidates.
func exactDigits(f float64) (uint64, bool) {
	fraction, exp := math.Frexp(math.Abs(f))
	n := uint64(math.Ldexp(fraction, 53))
	zeros := bits.TrailingZeros64(n)
	n >>= zeros
	exp += zeros - 53 // f is n × 2^exp
	if exp >= 0 || exp < -25 {
		return 0, false
	}
	for ; exp < 0; exp++ {
		hi, lo := bits.Mul64(n, 5)
		if n = lo; hi != 0 {
			return 0, false
		}
	}
	return n, n < 1e18
}

func countDecimal(n uint64) (digits int) {
	for ; n > 0; n /= 10 {
		digits++
	}
	return digits
}

// splitScientific splits -d.ddde±dd into the mantissa and the exponent.
func splitScientific(b []byte) (mantissa []byte, exp int) {
	n := len(b) - 1
	for b[n] != 'e' {
		n--
	}
	for _, c := range b[n+2:] {
		exp = exp*10 + int(c-'0')
	}
	if b[n+1] == '-' {
		exp = -exp
	}
	return b[:n], exp
}

func countMantissa(b []byte) (digits int) {
	for _, c := range b {
		if isDigit(c) {
			digits++
		}
	}
	return digits
}

// isMidpoint reports whether a number of at most 17 digits, which reads as a float, is exactly between that and the
// next: its odd part has one bit more than a float can hold. (A midpoint of subnormal floats has more digits.)
func isMidpoint(scientific []byte, size int) bool {
	mantissa, exp := splitScientific(scientific)
	var n uint64
	for _, c := range mantissa {
		if isDigit(c) {
			n = n*10 + uint64(c-'0')
		}
	}
	exp -= countMantissa(mantissa) - 1 // the number is n × 10^exp
	for ; exp < 0; exp++ {
		if n%5 != 0 {
			return false
		}
		n /= 5
	}
	for n >>= bits.TrailingZeros64(n); exp > 0; exp-- {
		if n *= 5; bits.Len64(n) > 54 {
			return false
		}
	}
	if size == 32 {
		return bits.Len64(n) == 25
	}
	return bits.Len64(n) == 54
}

// appendPlain appends d.ddd × 10^exp without an exponent.
func appendPlain(dst, mantissa []byte, exp int) []byte {
	if mantissa[0] == '-' {
		dst, mantissa = append(dst, '-'), mantissa[1:]
	}
	if exp < 0 {
		dst = append(dst, "0.000"[:1-exp]...)
	}
	for _, c := range mantissa {
		if !isDigit(c) {
			continue
		}
		dst = append(dst, c)
		if exp--; exp == -1 {
			dst = append(dst, '.')
		}
	}
	for ; exp >= 0; exp-- {
		dst = append(dst, '0')
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
