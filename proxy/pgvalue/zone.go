package pgvalue

import "time"

var errZoneUnknown = &Error{Code: codeDatatypeMismatch, Message: "a time cannot be taken from or to the session's time zone while that is unknown; " +
	"set TimeZone to a name of the IANA database, write the zone with the value, or declare the column's own type"}

// localOf returns what the clock of the session's zone shows at a moment. Both are in microseconds since 2000-01-01.
func localOf(micros int64, s *Settings) (int64, error) {
	if s.Location == nil {
		return 0, errZoneUnknown
	}
	_, offset := unixTime(micros).In(s.Location).Zone()
	return micros + int64(offset)*1e6, nil
}

// utcOf is the reverse of localOf.
func utcOf(local int64, s *Settings) (int64, error) {
	if s.Location == nil {
		return 0, errZoneUnknown
	}
	seconds := floorDiv(local, 1e6) + daysTo2000*secondsPerDay
	return local - offsetAt(seconds, s.Location)*1e6, nil
}

// offsetAt returns the seconds east of UTC of a local time, given in seconds since 1970-01-01. Of a time that a change
// of the clock leaves out, or lets come twice, it takes the later moment, as the server does
// (DetermineTimeZoneOffsetInternal): the offset before the change in spring, after it in autumn.
func offsetAt(local int64, zone *time.Location) int64 {
	dayBefore := time.Unix(local-secondsPerDay, 0).In(zone)
	_, before := dayBefore.Zone()
	_, change := dayBefore.ZoneBounds()
	if change.IsZero() {
		return int64(before)
	}
	_, after := change.Zone()
	if local-int64(before) < change.Unix() && local-int64(after) < change.Unix() {
		return int64(before)
	}
	if local-int64(before) > change.Unix() && local-int64(after) >= change.Unix() {
		return int64(after)
	}
	return int64(min(before, after))
}

// unixTime returns a moment given in microseconds since 2000-01-01 UTC, without the fraction of its second.
func unixTime(micros int64) time.Time {
	return time.Unix(floorDiv(micros, 1e6)+daysTo2000*secondsPerDay, 0)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
