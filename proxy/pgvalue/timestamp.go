package pgvalue

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgtype"
)

// Microseconds since 2000-01-01: the special values of timestamp and its range, of which the end is excluded
// (PostgreSQL documentation, 8.5: 4713 BC to 294276 AD).
const (
	timestampInfinity    = math.MaxInt64
	timestampNegInfinity = math.MinInt64
	timestampMin         = dateMin * microsPerDay
	timestampEnd         = 9223371331200000000
	microsPerDay         = secondsPerDay * 1_000_000
)

// dateMaxTimestamp is the last day that can be counted in a timestamp's microseconds.
const dateMaxTimestamp = timestampEnd / microsPerDay

var (
	errTimestampRange     = &Error{Code: codeDateOverflow, Message: "timestamp out of range"}
	errTimestampFormat    = &Error{Code: codeDateFormat, Message: "invalid input syntax for type timestamp"}
	errTimestampDateRange = &Error{Code: codeDateOverflow, Message: "date out of range for timestamp"}
)

// appendTimestamp is assignment to a column of type t, timestamp or timestamptz.
func appendTimestamp(dst []byte, v source, t Type, s *Settings) ([]byte, error) {
	micros, err := v.timestamp(t, s)
	if err != nil {
		return dst, err
	}
	return binary.BigEndian.AppendUint64(dst, uint64(micros)), nil
}

// timestamp returns the value in microseconds since 2000-01-01: for Timestamptz in UTC, for Timestamp as the clock on
// the wall shows it. One becomes the other in the session's zone.
func (v source) timestamp(t Type, s *Settings) (int64, error) {
	text, ok, err := v.text()
	switch {
	case err != nil:
		return 0, err
	case ok:
		return timestampOf(text, t, s)
	}
	switch v.oid {
	case 0:
		return v.declaredTimestamp(t, s)
	case pgtype.TimestampOID:
		micros, err := v.declaredTimestamp(Timestamp, s)
		if err != nil || t == Timestamp || !isFinite(micros) {
			return micros, err
		}
		return inRange(utcOf(micros, s))
	case pgtype.TimestamptzOID:
		micros, err := v.declaredTimestamp(Timestamptz, s)
		if err != nil || t == Timestamptz || !isFinite(micros) {
			return micros, err
		}
		return inRange(localOf(micros, s))
	case pgtype.DateOID:
		return v.dateTimestamp(t, s)
	}
	return 0, errMismatch(t)
}

// declaredTimestamp returns a value of type t itself.
func (v source) declaredTimestamp(t Type, s *Settings) (int64, error) {
	if v.format == TextFormat {
		return timestampOf(v.bytes, t, s)
	}
	if err := v.binary(8); err != nil {
		return 0, err
	}
	return inRange(signed(v.bytes), nil)
}

// dateTimestamp is the cast of a date: its midnight.
func (v source) dateTimestamp(t Type, s *Settings) (int64, error) {
	days, err := v.date(s)
	switch {
	case err != nil:
		return 0, err
	case days == dateInfinity:
		return timestampInfinity, nil
	case days == dateNegInfinity:
		return timestampNegInfinity, nil
	case int64(days) >= dateMaxTimestamp:
		return 0, errTimestampDateRange
	case t == Timestamptz:
		return inRange(utcOf(int64(days)*microsPerDay, s))
	}
	return int64(days) * microsPerDay, nil
}

// timestampOf reads a timestamp's text as timestamp_in and timestamptz_in do; see dateOf for what is refused. A zone
// is ignored in a timestamp; a timestamptz without one is in the session's zone.
func timestampOf(b []byte, t Type, s *Settings) (int64, error) {
	p, err := parseDateTime(b, s.order())
	switch {
	case err == errDateFormat:
		return 0, errTimestampFormat
	case err != nil:
		return 0, err
	case p.special && p.days == dateInfinity:
		return timestampInfinity, nil
	case p.special:
		return timestampNegInfinity, nil
	case int64(p.days) > dateMaxTimestamp:
		return 0, errTimestampRange
	}
	micros := int64(p.days)*microsPerDay + p.micros
	switch {
	case t == Timestamp:
		return inRange(micros, nil)
	case p.hasZone:
		return inRange(micros-int64(p.offset)*1e6, nil)
	}
	return inRange(utcOf(micros, s))
}

// inRange checks the bounds of timestamp; the infinities are in them.
func inRange(micros int64, err error) (int64, error) {
	if err == nil && isFinite(micros) && (micros < timestampMin || micros >= timestampEnd) {
		err = errTimestampRange
	}
	return micros, err
}

func isFinite(micros int64) bool {
	return micros != timestampInfinity && micros != timestampNegInfinity
}
