package pgvalue

import "math"

// Microseconds since 2000-01-01: the special values of timestamp and its range, of which the end is excluded
// (PostgreSQL documentation, 8.5: 4713 BC to 294276 AD).
const (
	timestampInfinity    = math.MaxInt64
	timestampNegInfinity = math.MinInt64
	timestampMin         = dateMin * microsPerDay
	timestampEnd         = 9223371331200000000
	microsPerDay         = secondsPerDay * 1_000_000
)

var (
	errTimestampRange = &Error{codeDateOverflow, "timestamp out of range"}
	errZoneUnknown    = &Error{codeDatatypeMismatch, "a timestamp with time zone cannot be stored in a column of type date " +
		"while the session's time zone is unknown; declare date"}
)

// timestampDateOf is the cast of a timestamp's text to a date. Other than in a date's text, the time counts:
// 24:00 is the next day, and so is what rounds up to it.
func timestampDateOf(b []byte, zoned bool, s *Settings) (int32, error) {
	p, err := parseDateTime(b, s.order())
	if err != nil {
		return 0, err
	}
	if p.special {
		return p.days, nil
	}
	micros := int64(p.days)*microsPerDay + p.micros
	if int64(p.days) > dateMaxTimestamp || micros < timestampMin || micros >= timestampEnd {
		return 0, errTimestampRange
	}
	if zoned && p.hasZone {
		return zonedDate(micros-int64(p.offset)*1e6, s)
	}
	return int32(floorDiv(micros, microsPerDay)), nil
}

// dateMaxTimestamp is the last day that a timestamp can hold; later ones would overflow its microseconds.
const dateMaxTimestamp = timestampEnd / microsPerDay
