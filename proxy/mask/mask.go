// Package mask turns the canonical plaintext of a protected value into one of the same type that shows less of it.
//
// What it defends against: a reader who may know of a value, or recognise it, and not read it. What it does not: masks are
// no encryption, and each says below what it shows; a reader who may also search, or who sees many masked values beside
// other columns, learns more. NULL is not masked: no mask hides which rows have a value, but for the one that shows NULL
// for all.
//
// A mask is immutable and safe for concurrent use. Masking does not allocate beyond the growth of its destination.
package mask

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// Rule is a mask as data. Exactly one of its parts is set; a Constant may be the empty text.
type Rule struct {
	// Last shows that many characters at the end of a text, and an asterisk for each one before. It shows the length. A
	// text of which more would be seen than hidden is hidden as a whole.
	Last int
	// First is as Last at the beginning.
	First int
	// Email shows the first character of the part before the last @, if it has another, three asterisks, and the domain.
	// A text without @ becomes three asterisks.
	Email bool
	// Year shows the year, as its January 1st: of a timestamptz in the session's time zone. Infinities are shown.
	Year bool
	// Round shows a number down to a power of ten from 10 on, cut towards zero: 52345 is shown as 52000 for 1000. It shows
	// the sign, NaN and infinities. A numeric keeps the number of digits behind the point, all of them 0.
	Round int64
	// Constant is shown in place of every value, in the type's text form. It shows that there is a value.
	Constant *string
	// Hidden shows NULL in place of every value: nothing is shown.
	Hidden bool
}

// Mask is a rule for values of a type.
type Mask struct {
	apply func(dst, canonical []byte, zone *time.Location) []byte // nil: every value becomes NULL
}

// New makes the mask of a rule for values of the type. It refuses a rule that values of the type cannot follow; the error
// says what can.
func New(typ pgvalue.Type, r Rule) (*Mask, error) {
	if n := r.count(); n != 1 {
		return nil, fmt.Errorf("a mask has exactly one rule, not %d", n)
	}
	switch {
	case r.Hidden:
		return &Mask{}, nil
	case r.Constant != nil:
		return constant(typ, *r.Constant)
	}
	apply := r.forType(typ)
	if apply == nil {
		return nil, fmt.Errorf("values of type %s can be masked by %s", typ, strings.Join(Names(typ), ", "))
	}
	return &Mask{apply}, nil
}

func (r *Rule) count() int {
	n := 0
	for _, set := range []bool{r.Last != 0, r.First != 0, r.Email, r.Year, r.Round != 0, r.Constant != nil, r.Hidden} {
		if set {
			n++
		}
	}
	return n
}

// Names lists the rules that values of a type can follow.
func Names(typ pgvalue.Type) []string {
	switch typ {
	case pgvalue.Text, pgvalue.Varchar:
		return []string{"last", "first", "email", "constant", "hidden"}
	case pgvalue.Date, pgvalue.Timestamp, pgvalue.Timestamptz:
		return []string{"year", "constant", "hidden"}
	case pgvalue.Int2, pgvalue.Int4, pgvalue.Int8, pgvalue.Float4, pgvalue.Float8, pgvalue.Numeric:
		return []string{"round", "constant", "hidden"}
	}
	return []string{"constant", "hidden"}
}

// forType returns how to follow the rule; nil if values of the type cannot.
func (r *Rule) forType(typ pgvalue.Type) func(dst, canonical []byte, zone *time.Location) []byte {
	text := typ == pgvalue.Text || typ == pgvalue.Varchar
	switch {
	case text && r.Last > 0:
		return r.last
	case text && r.First > 0:
		return r.first
	case text && r.Email:
		return appendEmail
	case r.Year:
		return yearOf(typ)
	case r.Round != 0:
		return roundTo(typ, r.Round)
	}
	return nil
}

// constant makes the mask that shows one value for all.
func constant(typ pgvalue.Type, text string) (*Mask, error) {
	canonical, err := typ.AppendCanonical(nil, []byte(text), pgvalue.TextFormat, 0)
	if err != nil {
		return nil, fmt.Errorf("the constant is no value of type %s: %w", typ, err)
	}
	return &Mask{func(dst, _ []byte, _ *time.Location) []byte { return append(dst, canonical...) }}, nil
}

// Append appends to dst the canonical plaintext to show for one of the mask's type, or reports that NULL is to be shown.
// zone is the session's time zone, nil for UTC. canonical must not overlap dst's capacity; it is not kept. Bytes that are
// no canonical plaintext of the type are not shown: nothing is appended for them, or what is no value of the type either.
func (m *Mask) Append(dst, canonical []byte, zone *time.Location) (shown []byte, null bool) {
	if m.apply == nil {
		return dst, true
	}
	return m.apply(dst, canonical, zone), false
}
