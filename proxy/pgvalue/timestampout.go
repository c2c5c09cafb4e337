package pgvalue

import "time"

// zoneNameLimit is how many bytes of a zone's abbreviation are written (MAXTZLEN).
const zoneNameLimit = 10

// appendTimestampOut appends a timestamp as timestamp_out does, or if zoned a timestamptz in the session's zone as
// timestamptz_out does; in UTC while that is unknown, which names the same moment.
func appendTimestampOut(dst []byte, micros int64, zoned bool, s *Settings) []byte {
	switch micros {
	case timestampInfinity:
		return append(dst, "infinity"...)
	case timestampNegInfinity:
		return append(dst, "-infinity"...)
	}
	t := unixTime(micros).UTC()
	if zoned && s.Location != nil {
		t = t.In(s.Location)
	}
	year, month, day := t.Date()
	bc := year <= 0
	if bc {
		year = 1 - year
	}
	fraction := int(micros - floorDiv(micros, 1e6)*1e6)
	style := s.style()
	if style == stylePostgres {
		dst = append(appendDayAndMonth(dst, t, s.order()), ' ')
		dst = append(appendClock(dst, t, fraction), ' ')
		dst = appendPadded(dst, year, 4)
	} else {
		dst = append(appendDateFields(dst, year, int(month), day, style, s.order()), ' ')
		dst = appendClock(dst, t, fraction)
	}
	if zoned {
		dst = appendZone(dst, t, style)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendDayAndMonth appends what stands before the time in the style Postgres: Mon May 06.
func appendDayAndMonth(dst []byte, t time.Time, order dateOrder) []byte {
	dst = append(append(dst, t.Weekday().String()[:3]...), ' ')
	month := t.Month().String()[:3]
	if order == orderDMY {
		dst = append(appendPadded(dst, t.Day(), 2), ' ')
		return append(dst, month...)
	}
	dst = append(append(dst, month...), ' ')
	return appendPadded(dst, t.Day(), 2)
}

// appendClock appends hh:mm:ss and the fraction in microseconds without zeros at its end.
func appendClock(dst []byte, t time.Time, fraction int) []byte {
	hour, minute, second := t.Clock()
	dst = append(appendPadded(dst, hour, 2), ':')
	dst = append(appendPadded(dst, minute, 2), ':')
	dst = appendPadded(dst, second, 2)
	if fraction == 0 {
		return dst
	}
	digits := 6
	for ; fraction%10 == 0; digits-- {
		fraction /= 10
	}
	return appendPadded(append(dst, '.'), fraction, digits)
}

// appendZone appends the distance from UTC in the style ISO, the zone's abbreviation in the others.
func appendZone(dst []byte, t time.Time, style dateStyle) []byte {
	name, offset := t.Zone()
	if style != styleISO && name != "" {
		return append(append(dst, ' '), name[:min(len(name), zoneNameLimit)]...)
	}
	if style == stylePostgres {
		dst = append(dst, ' ')
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = appendPadded(append(dst, sign), offset/3600, 2)
	if minute := offset / 60 % 60; minute != 0 || offset%60 != 0 {
		dst = appendPadded(append(dst, ':'), minute, 2)
	}
	if second := offset % 60; second != 0 {
		dst = appendPadded(append(dst, ':'), second, 2)
	}
	return dst
}
