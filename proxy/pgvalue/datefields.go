package pgvalue

import "time"

// dateFields collects year, month and day. The rules by which numbers find their fields are PostgreSQL's
// (documentation, B.1).
type dateFields struct {
	order dateOrder

	year, month, day          int
	hasYear, hasMonth, hasDay bool
	shortYear                 bool // one or two digits: of this century or the last
	textMonth                 bool
	bc                        bool
	open                      bool // the fields would be others in another order, and the order is unknown
}

func (f *dateFields) empty() bool { return !f.hasYear && !f.hasMonth && !f.hasDay }

// middle reports whether a time may stand here: after the date, or before its last field (May 06 07:08:09 2024).
func (f *dateFields) middle() bool { return f.hasMonth && (f.hasDay || f.hasYear) }

func (f *dateFields) complete() bool { return f.hasYear && f.hasMonth && f.hasDay }

func (f *dateFields) setYear(n int, digits string) {
	f.year, f.hasYear, f.shortYear = n, true, len(digits) <= 2
}
func (f *dateFields) setMonth(n int) { f.month, f.hasMonth = n, true }
func (f *dateFields) setDay(n int)   { f.day, f.hasDay = n, true }

// monthName takes a month that was named. A number that was taken for the month is then the day: 8 Jan.
func (f *dateFields) monthName(month int) error {
	if f.hasMonth {
		if f.textMonth || f.hasDay || f.month < 1 || f.month > 31 {
			return errDateFormat
		}
		f.setDay(f.month)
		f.open = false
	}
	f.setMonth(month)
	f.textMonth = true
	return nil
}

// joined takes the three fields of a date with separators.
func (f *dateFields) joined(parts []string) error {
	for i, part := range parts {
		if w := words[part]; w.kind == wordMonth && !f.textMonth {
			f.setMonth(w.value)
			f.textMonth = true
			parts[i] = ""
			continue
		}
		if part == "" || countDigits(part) != len(part) {
			return errDateFormat
		}
	}
	for _, part := range parts {
		if part == "" {
			continue
		}
		if err := f.number(part); err != nil {
			return err
		}
	}
	return nil
}

// compact takes YYYYMMDD, or YYMMDD.
func (f *dateFields) compact(digits string) error {
	split := len(digits) - 4
	year, err := fieldValue(digits[:split])
	if err != nil {
		return err
	}
	month, _ := fieldValue(digits[split : split+2])
	day, _ := fieldValue(digits[split+2:])
	f.setYear(year, digits[:split])
	f.setMonth(month)
	f.setDay(day)
	return nil
}

// number gives a number to the field that it means after those that are known.
func (f *dateFields) number(digits string) error {
	n, err := fieldValue(digits)
	if err != nil {
		return err
	}
	long := len(digits) >= 3
	switch {
	case f.complete():
		return errDateFormat
	case f.textMonth:
		f.besideName(n, digits, long)
	case f.hasMonth && f.hasDay:
		f.setYear(n, digits)
	case f.hasMonth:
		f.setDay(n)
	case f.hasYear && len(digits) == 3 && n >= 1 && n <= 366: // a day of the year
		return errDateFormat
	case f.hasYear, f.hasDay:
		f.setMonth(n)
	case long, f.order == orderYMD:
		f.setYear(n, digits)
	case f.order == orderDMY:
		f.setDay(n)
	default:
		f.setMonth(n)
		f.open = f.order == orderUnknown
	}
	return nil
}

// besideName gives a number to a field of a date whose month is named: its length tells year from day.
func (f *dateFields) besideName(n int, digits string, long bool) {
	switch {
	case f.hasYear && f.shortYear && long: // 06-May-2024 in order YMD: the first number was the day
		f.setDay(f.year)
		f.setYear(n, digits)
	case f.hasYear:
		f.setDay(n)
	case f.hasDay, long, f.order == orderYMD:
		f.setYear(n, digits)
		f.open = !long && f.order == orderUnknown
	default:
		f.setDay(n)
	}
}

// days checks the fields and returns the date in days since 2000-01-01.
func (f *dateFields) days() (int32, error) {
	if !f.complete() {
		return 0, errDateFormat
	}
	if f.open {
		return 0, errDateOpen
	}
	year, ok := f.fullYear()
	if !ok || f.month < 1 || f.month > 12 || f.day < 1 || f.day > daysIn(year, f.month) {
		return 0, errDateField
	}
	days := time.Date(year, time.Month(f.month), f.day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay - daysTo2000
	if days < dateMin || days > dateMax {
		return 0, errDateRange
	}
	return int32(days), nil
}

// fullYear returns the astronomical year: 0 is 1 BC.
func (f *dateFields) fullYear() (year int, ok bool) {
	switch {
	case f.bc:
		return 1 - f.year, f.year > 0
	case f.shortYear && f.year < 70:
		return f.year + 2000, true
	case f.shortYear:
		return f.year + 1900, true
	}
	return f.year, f.year > 0
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// fieldValue returns the value of a string of digits that must fit an int32.
func fieldValue(digits string) (int, error) {
	n, err := parseInt([]byte(digits), 32)
	if err != nil {
		return 0, errDateField
	}
	return int(n), nil
}
