package pgvalue

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Modifier is what a column's declaration adds to its type, in the form of pg_attribute.atttypmod: the length of
// varchar(20), precision and scale of numeric(10,2), the digits of seconds of timestamp(3). That of an array is of its
// elements.
type Modifier int32

// NoModifier is that of a declaration that adds nothing.
const NoModifier Modifier = -1

// Bounds of modifiers (PostgreSQL documentation, 8.1.2, 8.3 and 8.5).
const (
	maxVarchar           = 10485760 // characters
	maxNumericPrecision  = 1000
	maxNumericScale      = 1000 // and at least -1000; servers before 15 know 0 to the precision only
	maxTimestampDigits   = 6
	modifierHeader       = 4 // that varchar's and numeric's modifiers count, too (VARHDRSZ)
	numericScaleBits     = 11
	numericScaleMask     = 1<<numericScaleBits - 1
	numericScaleSignFlag = 1 << (numericScaleBits - 1)
)

// ParseModifier reads what stands between the parentheses of a declaration: "20", "10,2". Empty is NoModifier.
func ParseModifier(t Type, s string) (Modifier, error) {
	if s == "" {
		return NoModifier, nil
	}
	first, second, two := strings.Cut(s, ",")
	a, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0, fmt.Errorf("modifier of type %s is not a number", t)
	}
	b := 0
	if two {
		if b, err = strconv.Atoi(strings.TrimSpace(second)); err != nil {
			return 0, fmt.Errorf("scale of type %s is not a number", t)
		}
	}
	return t.modifier(a, b, two)
}

func (t Type) modifier(a, b int, two bool) (Modifier, error) {
	within := func(v, least, most int, what string) error {
		if v < least || v > most {
			return fmt.Errorf("%s of type %s must be %d to %d", what, t, least, most)
		}
		return nil
	}
	switch elem := t.scalar(); {
	case elem == Numeric:
		if err := within(a, 1, maxNumericPrecision, "precision"); err != nil {
			return 0, err
		}
		return Modifier(a<<16|b&numericScaleMask) + modifierHeader, within(b, -maxNumericScale, maxNumericScale, "scale")
	case elem == Varchar && !two:
		return Modifier(a) + modifierHeader, within(a, 1, maxVarchar, "length")
	case (elem == Timestamp || elem == Timestamptz) && !two:
		return Modifier(a), within(a, 0, maxTimestampDigits, "precision")
	}
	return 0, fmt.Errorf("type %s takes no such modifier; varchar(n), numeric(p,s), timestamp(p) and timestamptz(p) do", t)
}

// scalar is the type of an array's elements, or the type itself.
func (t Type) scalar() Type { return t &^ arrayOf }

// numericScale and numericPrecision take a numeric's modifier apart (numeric_typmod_scale in the server's numeric.c).
func (m Modifier) numericScale() int {
	return int((m-modifierHeader)&numericScaleMask^numericScaleSignFlag) - numericScaleSignFlag
}

func (m Modifier) numericPrecision() int { return int((m - modifierHeader) >> 16 & 0xFFFF) }

// modify makes of the canonical plaintext from dst[start] on that of a column with the modifier, as the assignment to
// such a column does.
func (t Type) modify(dst []byte, start int, m Modifier) ([]byte, error) {
	if m == NoModifier {
		return dst, nil
	}
	switch t {
	case Varchar:
		return m.cutVarchar(dst, start)
	case Numeric:
		return m.roundNumeric(dst, start)
	case Timestamp, Timestamptz:
		m.roundTimestamp(dst[start:])
	}
	return dst, nil
}

// cutVarchar takes blanks beyond the length away; anything else there is an error (varchar in the server's varchar.c).
func (m Modifier) cutVarchar(dst []byte, start int) ([]byte, error) {
	length := int(m - modifierHeader)
	value := dst[start:]
	if len(value) <= length {
		return dst, nil
	}
	end := 0
	for n := 0; n < length && end < len(value); n++ {
		_, size := utf8.DecodeRune(value[end:])
		end += size
	}
	if len(bytes.TrimLeft(value[end:], " ")) > 0 {
		return dst, &Error{Code: codeTooLong, Message: fmt.Sprintf("value too long for type character varying(%d)", length), Late: true}
	}
	return dst[:start+end], nil
}

// roundNumeric rounds to the scale and checks the precision (apply_typmod in the server's numeric.c).
func (m Modifier) roundNumeric(dst []byte, start int) ([]byte, error) {
	n, err := parseNumericBinary(dst[start:])
	switch {
	case err != nil:
		return dst, err
	case n.special == numericNaN:
		return dst, nil
	case n.special != 0:
		return dst, errNumericField
	}
	n = n.round(m.numericScale())
	if !n.isZero() && n.leadingDigits() > m.numericPrecision()-m.numericScale() {
		return dst, errNumericField
	}
	return n.appendBinary(dst[:start]), nil
}

var errNumericField = &Error{Code: codeOutOfRange, Message: "numeric field overflow", Late: true}

// round rounds half away from zero to a scale, which may be negative (round_var in the server's numeric.c).
func (n number) round(scale int) number {
	digits := []byte{'0'} // for a carry
	for power := n.leadingDigits() - 1; power >= -scale; power-- {
		digits = append(digits, n.at(power))
	}
	if n.at(-scale-1) >= '5' {
		i := len(digits) - 1
		for ; digits[i] == '9'; i-- {
			digits[i] = '0'
		}
		digits[i]++
	}
	return number{decimal: decimal{negative: n.negative, whole: digits, exp: -scale}, digitsAfterPoint: max(scale, 0)}
}

// roundTimestamp rounds to the modifier's digits of seconds, half away from zero (AdjustTimestampForTypmod in the
// server's timestamp.c).
func (m Modifier) roundTimestamp(canonical []byte) {
	micros := signed(canonical)
	if !isFinite(micros) {
		return
	}
	unit := int64(1)
	for range maxTimestampDigits - int(m) {
		unit *= 10
	}
	if micros >= 0 {
		micros = (micros + unit/2) / unit * unit
	} else {
		micros = -((-micros + unit/2) / unit * unit)
	}
	binary.BigEndian.PutUint64(canonical, uint64(micros))
}

// AppendCompared appends the canonical plaintext of a value that is compared with the values of a column, not stored in
// it: nothing is cut, rounded or refused for the column's modifier. A numeric has the column's scale if it is the same
// number with it, so that equal numbers have equal bytes; if not, no value of the column is equal to it, and none has the
// same bytes.
func (t Type) AppendCompared(dst, src []byte, format Format, oid uint32, s *Settings, m Modifier) ([]byte, error) {
	out, err := t.AppendCanonicalIn(dst, src, format, oid, s)
	if err != nil || t != Numeric || m == NoModifier {
		return out, err
	}
	n, err := parseNumericBinary(out[len(dst):])
	if err != nil || n.special != 0 {
		return out, err
	}
	if r := n.round(m.numericScale()); r.equal(n) {
		return r.appendBinary(dst), nil
	}
	return out, nil
}

// equal reports whether two finite numbers are the same, whatever their scales.
func (n number) equal(o number) bool {
	first := max(n.leadingDigits(), o.leadingDigits())
	last := -max(n.scale(), o.scale(), 0)
	for power := first - 1; power >= last; power-- {
		if n.at(power) != o.at(power) {
			return false
		}
	}
	return n.negative == o.negative || n.isZero()
}
