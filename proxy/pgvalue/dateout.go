package pgvalue

import (
	"math"
	"strconv"
	"time"
)

// Days since 2000-01-01 (date's binary form): the special values and the range (PostgreSQL documentation, 8.5).
const (
	dateInfinity    = math.MaxInt32
	dateNegInfinity = math.MinInt32
	dateMin         = -2451545   // 4714-11-24 BC
	dateMax         = 2145031948 // 5874897-12-31
)

const (
	secondsPerDay = 86400
	daysTo2000    = 10957 // from 1970-01-01
)

// appendDateOut appends a date as date_out does.
func appendDateOut(dst []byte, days int32, s *Settings) []byte {
	switch days {
	case dateInfinity:
		return append(dst, "infinity"...)
	case dateNegInfinity:
		return append(dst, "-infinity"...)
	}
	year, month, day := time.Unix((int64(days)+daysTo2000)*secondsPerDay, 0).UTC().Date()
	bc := year <= 0
	if bc {
		year = 1 - year // there is no year 0
	}
	dst = appendDateFields(dst, year, int(month), day, s.style(), s.order())
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendDateFields(dst []byte, year, month, day int, style dateStyle, order dateOrder) []byte {
	if style == styleISO {
		dst = append(appendPadded(dst, year, 4), '-')
		dst = append(appendPadded(dst, month, 2), '-')
		return appendPadded(dst, day, 2)
	}
	first, second, separator := month, day, byte('/')
	if order == orderDMY || style == styleGerman {
		first, second = day, month
	}
	switch style {
	case stylePostgres:
		separator = '-'
	case styleGerman:
		separator = '.'
	}
	dst = append(appendPadded(dst, first, 2), separator)
	dst = append(appendPadded(dst, second, 2), separator)
	return appendPadded(dst, year, 4)
}

// appendPadded appends n ≥ 0 with at least width digits, 6 at most.
func appendPadded(dst []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			dst = append(dst, "00000"[:width-1]...)
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
