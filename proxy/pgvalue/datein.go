package pgvalue

import (
	"bytes"
	"strings"
	"time"
)

// dateInputLimit is the longest date text in bytes that the server reads (MAXDATELEN).
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
// day. Where the order of day, month and year is open, DateStyle decides. Refused, though the server knows them:
// what depends on the clock (today, now), names of zones other than UTC, Julian days and days of the year.
func dateOf(b []byte, s *Settings) (int32, error) {
	p, err := parseDateTime(b, s.order())
	return p.days, err
}

func parseDateTime(b []byte, order dateOrder) (dateTime, error) {
	if len(b) > dateInputLimit {
		return dateTime{}, errDateFormat
	}
	text := strings.ToLower(string(trimSpace(b)))
	switch text {
	case "infinity":
		return dateTime{days: dateInfinity, special: true}, nil
	case "-infinity":
		return dateTime{days: dateNegInfinity, special: true}, nil
	case "epoch":
		return dateTime{days: -daysTo2000}, nil
	}
	p := dateParser{rest: text, order: order}
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

// dateParser collects the fields of a date. The order in which fields may come and how an open order is resolved
// is PostgreSQL's (documentation, B.1).
type dateParser struct {
	rest  string
	order dateOrder

	year, month, day          int
	hasYear, hasMonth, hasDay bool
	shortYear                 bool // one or two digits: of this century or the last
	textMonth                 bool

	clock              clock
	hasWeekday, hasEra bool
	bc                 bool
	afterT             bool // the T was read: a time must follow

	hasZone bool
	offset  int
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
	case 'a' <= c && c <= 'z':
		return p.word()
	}
	return errDateFormat
}

// digits reads what starts with a digit: a time (10:11), a date with separators, or a number.
func (p *dateParser) digits() error {
	n := countDigits(p.rest)
	if n < len(p.rest) {
		switch p.rest[n] {
		case ':':
			return p.time()
		case '-', '/', '.':
			return p.date()
		}
	}
	number := p.rest[:n]
	p.rest = p.rest[n:]
	if p.afterT {
		return errDateFormat
	}
	if n >= 6 && !p.hasYear && !p.hasMonth && !p.hasDay {
		return p.compact(number)
	}
	if n >= 6 {
		return errDateFormat
	}
	return p.number(number)
}

// date reads three fields that are joined by the same separator; one of them may be a month's name.
func (p *dateParser) date() error {
	if p.hasYear || p.hasMonth || p.hasDay || p.afterT {
		return errDateFormat
	}
	separator := p.rest[countDigits(p.rest)]
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return !(r == rune(separator) || '0' <= r && r <= '9' || 'a' <= r && r <= 'z')
	})
	if end < 0 {
		end = len(p.rest)
	}
	fields := strings.SplitN(p.rest[:end], string(separator), 3)
	if len(fields) != 3 {
		return errDateFormat
	}
	// The last field ends at its last digit: 2024-05-06T07:08.
	last := countDigits(fields[2])
	p.rest = p.rest[len(fields[0])+len(fields[1])+2+last:]
	if strings.HasPrefix(p.rest, string(separator)) {
		return errDateFormat
	}
	fields[2] = fields[2][:last]
	return p.fields(fields)
}

func (p *dateParser) fields(fields []string) error {
	if w := words[fields[1]]; w.kind == wordMonth {
		p.month, p.hasMonth, p.textMonth = w.value, true, true
		fields[1] = ""
	}
	for i, f := range fields {
		switch {
		case f == "" && i == 1 && p.textMonth:
		case f == "" || countDigits(f) != len(f):
			return errDateFormat
		default:
			if err := p.number(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// compact reads YYYYMMDD, or YYMMDD.
func (p *dateParser) compact(digits string) error {
	split := len(digits) - 4
	p.shortYear = split == 2
	p.hasYear, p.hasMonth, p.hasDay = true, true, true
	var err error
	if p.year, err = fieldValue(digits[:split]); err != nil {
		return err
	}
	p.month, _ = fieldValue(digits[split : split+2])
	p.day, _ = fieldValue(digits[split+2:])
	return nil
}

// number gives a number to the field that it means after those that are known.
func (p *dateParser) number(digits string) error {
	n, err := fieldValue(digits)
	if err != nil {
		return err
	}
	long := len(digits) >= 3
	yearFirst := long || p.order == orderYMD
	switch {
	case p.hasYear && p.hasMonth && p.hasDay:
		return errDateFormat
	case p.hasYear && p.hasMonth && p.textMonth && p.shortYear && long:
		// The first number was the day after all: 06-May-2024 in order YMD.
		p.setDay(p.year)
		p.setYear(n, digits)
	case p.hasYear && p.hasMonth:
		p.setDay(n)
	case p.hasYear && p.hasDay, p.hasDay && !p.hasMonth:
		p.setMonth(n)
	case p.hasYear:
		if long { // a day of the year
			return errDateFormat
		}
		p.setMonth(n)
	case p.hasMonth && p.hasDay:
		p.setYear(n, digits)
	case p.hasMonth && p.textMonth && yearFirst:
		p.setYear(n, digits)
	case p.hasMonth:
		p.setDay(n)
	case yearFirst:
		p.setYear(n, digits)
	case p.order == orderDMY:
		p.setDay(n)
	default:
		p.setMonth(n)
	}
	return nil
}

func (p *dateParser) setYear(n int, digits string) {
	p.year, p.hasYear, p.shortYear = n, true, len(digits) <= 2
}
func (p *dateParser) setMonth(n int) { p.month, p.hasMonth = n, true }
func (p *dateParser) setDay(n int)   { p.day, p.hasDay = n, true }

// word reads a name.
func (p *dateParser) word() error {
	n := 0
	for n < len(p.rest) && 'a' <= p.rest[n] && p.rest[n] <= 'z' {
		n++
	}
	w := words[p.rest[:n]]
	p.rest = p.rest[n:]
	switch {
	case w.kind == wordMonth && !p.hasMonth:
		p.month, p.hasMonth, p.textMonth = w.value, true, true
		p.rest = strings.TrimLeft(p.rest, "-/.") // May-06-2024
		return nil
	case w.kind == wordWeekday && !p.hasWeekday:
		p.hasWeekday = true
		return nil
	case w.kind == wordEra && !p.hasEra:
		p.hasEra, p.bc = true, w.value == 1
		return nil
	case w.kind == wordMeridiem && p.clock.known && !p.clock.meridiem:
		return p.clock.setMeridiem(w.value)
	case w.kind == wordTime && p.hasYear && p.hasMonth && p.hasDay && !p.clock.known:
		p.afterT = true
		return nil
	case w.kind == wordUTC && !p.hasZone:
		p.hasZone = true
		return nil
	}
	return errDateFormat
}

// finish checks the fields and returns the date.
func (p *dateParser) finish() (dateTime, error) {
	if !p.hasYear || !p.hasMonth || !p.hasDay || p.afterT {
		return dateTime{}, errDateFormat
	}
	year, err := p.fullYear()
	if err != nil {
		return dateTime{}, err
	}
	if p.month < 1 || p.month > 12 || p.day < 1 || p.day > daysIn(year, p.month) {
		return dateTime{}, errDateField
	}
	days := time.Date(year, time.Month(p.month), p.day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay - daysTo2000
	if days < dateMin || days > dateMax {
		return dateTime{}, errDateRange
	}
	micros, err := p.clock.micros()
	return dateTime{days: int32(days), micros: micros, hasZone: p.hasZone, offset: int32(p.offset)}, err
}

// fullYear returns the astronomical year: 0 is 1 BC.
func (p *dateParser) fullYear() (int, error) {
	switch {
	case p.bc && p.year > 0:
		return 1 - p.year, nil
	case p.bc:
		return 0, errDateField
	case p.shortYear && p.year < 70:
		return p.year + 2000, nil
	case p.shortYear:
		return p.year + 1900, nil
	case p.year == 0:
		return 0, errDateField
	}
	return p.year, nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func countDigits(s string) int {
	digits, _ := cutDigits([]byte(s))
	return len(digits)
}

// fieldValue returns the value of a string of digits that must fit an int32.
func fieldValue(digits string) (int, error) {
	n, err := parseInt(bytes.TrimSpace([]byte(digits)), 32)
	if err != nil {
		return 0, errDateField
	}
	return int(n), nil
}
