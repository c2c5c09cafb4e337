package pgvalue

import (
	"strings"
)

// dateInputLimit is the longest text in bytes that is read; about the server's (MAXDATELEN).
const dateInputLimit = 128

// dateTime is a parsed date with what stood next to it.
type dateTime struct {
	days    int32 // since 2000-01-01
	special bool  // an infinity
	micros  int64 // of the time of day, 0 to one day and a second
	hasZone bool
	offset  int32 // of the zone, in seconds east of UTC
}

// dateOf reads a date's text as date_in does: a time and a zone may follow and are ignored, they do not move the
// day. Where the order of day, month and year is open, DateStyle decides. Refused with 22007, though the server
// knows them: what depends on the clock (today, now), names of zones other than UTC, Julian days, days of the
// year, and odd punctuation.
func dateOf(b []byte, s *Settings) (int32, error) {
	p, err := parseDateTime(b, s.order())
	return p.days, err
}

func parseDateTime(b []byte, order dateOrder) (dateTime, error) {
	b = trimSpace(b)
	if len(b) > dateInputLimit {
		return dateTime{}, errDateFormat
	}
	text := strings.ToLower(string(b))
	switch text {
	case "infinity":
		return dateTime{days: dateInfinity, special: true}, nil
	case "-infinity":
		return dateTime{days: dateNegInfinity, special: true}, nil
	case "epoch":
		return dateTime{days: -daysTo2000, hasZone: true}, nil // midnight in UTC
	}
	p := dateParser{rest: text, fields: dateFields{order: order}}
	for {
		p.rest = strings.TrimLeft(p.rest, " \t\n\v\f\r,")
		if p.rest == "" {
			return p.finish()
		}
		if err := p.token(); err != nil {
			return dateTime{}, err
		}
	}
}

// dateParser takes a date's text apart.
type dateParser struct {
	rest   string
	fields dateFields
	clock  clock

	hasWeekday, hasEra bool
	afterT             bool // the T was read: a time must follow
	hasZone            bool
	offset             int // of the zone, in seconds east of UTC
}

// token reads the next part of the text.
func (p *dateParser) token() error {
	c := p.rest[0]
	switch {
	case p.afterT && !isDigit(c):
		return errDateFormat
	case isDigit(c):
		return p.digits()
	case c == '+' || c == '-':
		return p.zone()
	case isLetter(c):
		return p.word()
	}
	return errDateFormat
}

// digits reads what starts with a digit: a time (10:11), a date with separators, or a number.
func (p *dateParser) digits() error {
	n := countDigits(p.rest)
	switch {
	case strings.HasPrefix(p.rest[n:], ":"):
		return p.time()
	case isSeparator(p.rest[n:]):
		return p.date(n)
	}
	number := p.rest[:n]
	p.rest = p.rest[n:]
	switch {
	case p.fields.complete():
		return p.compactTime(number)
	case n < 6:
		return p.fields.number(number)
	case p.fields.empty():
		return p.fields.compact(number)
	}
	return errDateFormat
}

// date reads three fields that are joined by the same separator, of which the first has n characters; one of them
// may be a month's name.
func (p *dateParser) date(n int) error {
	if !p.fields.empty() {
		return errDateFormat
	}
	separator := p.rest[n : n+1]
	parts := strings.SplitN(p.rest, separator, 3)
	if len(parts) != 3 {
		return errDateFormat
	}
	// The last field ends at its last digit: 2024-05-06T07:08.
	last := countDigits(parts[2])
	p.rest = parts[2][last:]
	parts[2] = parts[2][:last]
	if strings.HasPrefix(p.rest, separator) {
		return errDateFormat
	}
	return p.fields.joined(parts)
}

// word reads a name.
func (p *dateParser) word() error {
	n := 0
	for n < len(p.rest) && isLetter(p.rest[n]) {
		n++
	}
	w := words[p.rest[:n]]
	if w.kind == wordMonth && isSeparator(p.rest[n:]) {
		return p.dateAfterName(n)
	}
	p.rest = p.rest[n:]
	switch {
	case w.kind == wordMonth:
		return p.fields.monthName(w.value)
	case w.kind == wordWeekday && !p.hasWeekday:
		p.hasWeekday = true
		return nil
	case w.kind == wordEra && p.fields.complete() && !p.hasEra:
		p.hasEra, p.fields.bc = true, w.value == 1
		return nil
	case w.kind == wordMeridiem && p.clock.known && !p.clock.meridiem:
		return p.clock.setMeridiem(w.value)
	case w.kind == wordTime && p.fields.complete() && !p.clock.known:
		p.afterT = true
		return nil
	case w.kind == wordUTC && p.fields.middle() && !p.hasZone && countDigits(p.rest) == 0: // UTC7 is another zone
		p.hasZone = true
		return nil
	}
	return errDateFormat
}

// dateAfterName reads a date whose first field is a month's name: May-06-2024. What follows without a space would,
// to the server, make the whole the name of a zone.
func (p *dateParser) dateAfterName(n int) error {
	if err := p.date(n); err != nil {
		return err
	}
	if p.rest != "" && p.rest[0] != ' ' {
		return errDateFormat
	}
	return nil
}

// finish checks the whole and returns it.
func (p *dateParser) finish() (dateTime, error) {
	if p.afterT {
		return dateTime{}, errDateFormat
	}
	days, err := p.fields.days()
	if err != nil {
		return dateTime{}, err
	}
	return dateTime{days: days, micros: p.clock.micros(), hasZone: p.hasZone, offset: int32(p.offset)}, nil
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }

// isSeparator reports whether s goes on with a separator of a date's fields.
func isSeparator(s string) bool { return s != "" && strings.IndexByte("-/.", s[0]) >= 0 }

func countDigits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}
