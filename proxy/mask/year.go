package mask

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// Dates are days, timestamps microseconds since 2000-01-01, and the ends of the range of the integer are the infinities
// (PostgreSQL's date_send and timestamp_send). Both types begin on 4714-11-24 BC.
const (
	secondsTo2000 = 946684800 // from 1970-01-01
	secondsPerDay = 86400
	firstDay      = -2451545
	firstSecond   = firstDay * secondsPerDay // since 2000-01-01
	microseconds  = 1_000_000                // per second
)

// yearOf returns the mask by year for a type of dates, nil for another type.
func yearOf(typ pgvalue.Type) func(dst, canonical []byte, zone *time.Location) []byte {
	switch typ {
	case pgvalue.Date:
		return appendYearOfDate
	case pgvalue.Timestamp:
		return func(dst, b []byte, _ *time.Location) []byte { return appendYearOfTime(dst, b, time.UTC) }
	case pgvalue.Timestamptz:
		return appendYearOfTime
	}
	return nil
}

func appendYearOfDate(dst, b []byte, _ *time.Location) []byte {
	if len(b) != 4 {
		return dst
	}
	days := int32(binary.BigEndian.Uint32(b))
	if days == math.MaxInt32 || days == math.MinInt32 {
		return append(dst, b...)
	}
	first := newYear(int64(days)*secondsPerDay, time.UTC) / secondsPerDay
	return binary.BigEndian.AppendUint32(dst, uint32(int32(first)))
}

func appendYearOfTime(dst, b []byte, zone *time.Location) []byte {
	if len(b) != 8 {
		return dst
	}
	at := int64(binary.BigEndian.Uint64(b))
	if at == math.MaxInt64 || at == math.MinInt64 {
		return append(dst, b...)
	}
	seconds := at / microseconds
	if at%microseconds < 0 {
		seconds--
	}
	if zone == nil {
		zone = time.UTC
	}
	return binary.BigEndian.AppendUint64(dst, uint64(newYear(seconds, zone)*microseconds))
}

// newYear returns the beginning of the year that a moment is in, both in seconds since 2000-01-01, but none before the
// first day that the types have.
func newYear(seconds int64, zone *time.Location) int64 {
	year := time.Unix(seconds+secondsTo2000, 0).In(zone).Year()
	return max(time.Date(year, 1, 1, 0, 0, 0, 0, zone).Unix()-secondsTo2000, firstSecond)
}
