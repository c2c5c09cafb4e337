package pgvalue

import (
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// appendDate is assignment to a date column.
func appendDate(dst []byte, v source, s *Settings) ([]byte, error) {
	days, err := v.date(s)
	if err != nil {
		return dst, err
	}
	return binary.BigEndian.AppendUint32(dst, uint32(days)), nil
}

// date returns the value in days since 2000-01-01.
func (v source) date(s *Settings) (int32, error) {
	switch text, ok, err := v.text(); {
	case err != nil:
		return 0, err
	case ok:
		return dateOf(text, s)
	}
	switch v.oid {
	case 0, pgtype.DateOID:
		if v.format == TextFormat {
			return dateOf(v.bytes, s)
		}
		return v.binaryDate()
	case pgtype.TimestampOID, pgtype.TimestamptzOID:
		if v.format == TextFormat {
			return timestampDateOf(v.bytes, v.oid == pgtype.TimestamptzOID, s)
		}
		return v.binaryTimestampDate(s)
	}
	return 0, errMismatch(Date)
}

func (v source) binaryDate() (int32, error) {
	if err := v.binary(4); err != nil {
		return 0, err
	}
	days := int32(binary.BigEndian.Uint32(v.bytes))
	if days != dateInfinity && days != dateNegInfinity && (days < dateMin || days > dateMax) {
		return 0, errDateRange
	}
	return days, nil
}

// binaryTimestampDate is the cast of a timestamp, in microseconds since 2000-01-01, to a date.
func (v source) binaryTimestampDate(s *Settings) (int32, error) {
	if err := v.binary(8); err != nil {
		return 0, err
	}
	micros := int64(binary.BigEndian.Uint64(v.bytes))
	switch {
	case micros == timestampInfinity:
		return dateInfinity, nil
	case micros == timestampNegInfinity:
		return dateNegInfinity, nil
	case micros < timestampMin || micros >= timestampEnd:
		return 0, errTimestampRange
	case v.oid == pgtype.TimestampOID:
		return int32(floorDiv(micros, microsPerDay)), nil
	}
	return zonedDate(micros, s)
}

// zonedDate returns the day in the session's zone of a moment, in microseconds since 2000-01-01 UTC.
func zonedDate(micros int64, s *Settings) (int32, error) {
	if s.Location == nil {
		return 0, errZoneUnknown
	}
	seconds := floorDiv(micros, 1e6)
	_, offset := time.Unix(seconds+daysTo2000*secondsPerDay, 0).In(s.Location).Zone()
	return int32(floorDiv(seconds+int64(offset), secondsPerDay)), nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
