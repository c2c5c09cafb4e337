package pgvalue

import (
	"strings"
	"time"
)

// Settings are the session's settings on which text forms depend. The zero value is a session of which nothing is
// known: dates are written in ISO form and read only if their fields have one order, bytea is written in hex.
type Settings struct {
	DateStyle   string // as the server reports it in ParameterStatus: "ISO, MDY", "German, DMY", …
	ByteaEscape bool   // bytea_output is escape

	// Location is the session's TimeZone. A timestamptz is read and written in it, and becomes a timestamp or a date in
	// it. While it is nil, what needs it is refused, because a guess could store another moment or the neighbouring
	// day; a timestamptz is then written in UTC.
	Location *time.Location
}

var defaultSettings Settings

type dateStyle uint8

const (
	styleISO dateStyle = iota
	styleSQL
	stylePostgres
	styleGerman
)

type dateOrder uint8

const (
	orderUnknown dateOrder = iota
	orderMDY
	orderDMY
	orderYMD
)

// style returns the output style that DateStyle names; ISO if it names none.
func (s *Settings) style() dateStyle {
	switch {
	case strings.HasPrefix(s.DateStyle, "SQL"):
		return styleSQL
	case strings.HasPrefix(s.DateStyle, "Postgres"):
		return stylePostgres
	case strings.HasPrefix(s.DateStyle, "German"):
		return styleGerman
	}
	return styleISO
}

// order returns the order of fields that DateStyle names.
func (s *Settings) order() dateOrder {
	switch {
	case strings.HasSuffix(s.DateStyle, "DMY"):
		return orderDMY
	case strings.HasSuffix(s.DateStyle, "YMD"):
		return orderYMD
	case strings.HasSuffix(s.DateStyle, "MDY"):
		return orderMDY
	}
	return orderUnknown
}
