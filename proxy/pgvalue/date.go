package pgvalue

import (
	"encoding/binary"

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
		return v.timestampDate(s)
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

// timestampDate is the cast of a timestamp or timestamptz to a date. Other than in a date's text, the time counts:
// 24:00 is the next day, and so is what rounds up to it.
func (v source) timestampDate(s *Settings) (int32, error) {
	zoned := v.oid == pgtype.TimestamptzOID
	if zoned && s.Location == nil && v.isLocal(s) {
		v.oid, zoned = pgtype.TimestampOID, false
	}
	t := Timestamp
	if zoned {
		t = Timestamptz
	}
	micros, err := v.declaredTimestamp(t, s)
	switch {
	case err != nil:
		return 0, err
	case micros == timestampInfinity:
		return dateInfinity, nil
	case micros == timestampNegInfinity:
		return dateNegInfinity, nil
	case zoned:
		if micros, err = localOf(micros, s); err != nil {
			return 0, err
		}
	}
	return int32(floorDiv(micros, microsPerDay)), nil
}

// isLocal reports whether the text has no zone: its day is then the same in all zones, but for those few days that a
// zone left out when it crossed the date line.
func (v source) isLocal(s *Settings) bool {
	if v.format != TextFormat {
		return false
	}
	p, err := parseDateTime(v.bytes, s.order())
	return err == nil && !p.hasZone
}
