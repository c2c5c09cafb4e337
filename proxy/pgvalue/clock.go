package pgvalue

import (
	"math"
	"strconv"
	"strings"
)

// clock is a time of day as written.
type clock struct {
	known, meridiem      bool
	hour, minute, second int
	fraction             float64 // of a second
}

// time reads hh:mm[:ss[.fraction]].
func (p *dateParser) time() error {
	if p.clock.known || !p.fields.middle() {
		return errDateFormat
	}
	p.afterT, p.clock.known = false, true
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !('0' <= r && r <= '9' || r == ':' || r == '.') })
	if end < 0 {
		end = len(p.rest)
	}
	text, fraction, hasFraction := strings.Cut(p.rest[:end], ".")
	p.rest = p.rest[end:]
	fields := strings.Split(text, ":")
	if len(fields) > 3 || hasFraction && (len(fields) != 3 || fraction == "") {
		return errDateFormat
	}
	if hasFraction {
		f, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return errDateFormat
		}
		p.clock.fraction = f
	}
	for i, into := range []*int{&p.clock.hour, &p.clock.minute, &p.clock.second}[:len(fields)] {
		if fields[i] == "" {
			return errDateFormat
		}
		var err error
		if *into, err = fieldValue(fields[i]); err != nil {
			return err
		}
	}
	return p.clock.check()
}

// check allows a leap second and 24:00:00, as the server does.
func (c *clock) check() error {
	rest := c.second > 0 || c.fraction > 0
	if c.minute > 59 || c.second > 60 || c.second == 60 && c.fraction > 0 ||
		c.hour > 24 || c.hour == 24 && (c.minute > 0 || rest) {
		return errDateField
	}
	return nil
}

// compactTime reads hhmm or hhmmss after a date.
func (p *dateParser) compactTime(digits string) error {
	if p.clock.known || len(digits) != 4 && len(digits) != 6 {
		return errDateFormat
	}
	p.afterT, p.clock.known = false, true
	p.clock.hour, _ = fieldValue(digits[:2])
	p.clock.minute, _ = fieldValue(digits[2:4])
	if len(digits) == 6 {
		p.clock.second, _ = fieldValue(digits[4:])
	}
	return p.clock.check()
}

// setMeridiem applies AM (0) or PM (12).
func (c *clock) setMeridiem(pm int) error {
	c.meridiem = true
	if c.hour > 12 {
		return errDateField
	}
	c.hour = c.hour%12 + pm
	return nil
}

// micros returns the time of day in microseconds, rounded to them.
func (c *clock) micros() int64 {
	seconds := int64(c.hour*3600 + c.minute*60 + c.second)
	return seconds*1e6 + int64(math.RoundToEven(c.fraction*1e6))
}

// zone reads a displacement: ±hh, ±hhmm, ±hh:mm, ±hh:mm:ss.
func (p *dateParser) zone() error {
	if p.hasZone {
		return errDateFormat
	}
	p.hasZone = true
	sign := 1
	if p.rest[0] == '-' {
		sign = -1
	}
	end := 1 + strings.IndexFunc(p.rest[1:]+" ", func(r rune) bool { return !('0' <= r && r <= '9' || r == ':') })
	fields := strings.Split(p.rest[1:end], ":")
	p.rest = p.rest[end:]
	offset, err := displacement(fields)
	p.offset = sign * offset
	return err
}

// displacement returns a zone's distance from UTC in seconds.
func displacement(fields []string) (int, error) {
	if len(fields) > 3 {
		return 0, errDateFormat
	}
	var n [3]int
	for i, f := range fields {
		if f == "" {
			return 0, errDateFormat
		}
		v, err := fieldValue(f)
		if err != nil {
			return 0, errZoneTooLarge
		}
		n[i] = v
	}
	if len(fields) == 1 && len(fields[0]) > 2 {
		n[0], n[1] = n[0]/100, n[0]%100
	}
	if n[0] > 15 || n[1] > 59 || n[2] > 59 {
		return 0, errZoneTooLarge
	}
	return n[0]*3600 + n[1]*60 + n[2], nil
}
