package pgcopy

import "bytes"

// lines finds where a line of text or csv ends (CopyReadLineText in copyfromparse.c). Its value is the state between two
// pieces of the data, so it can be copied to go back to it.
type lines struct {
	style lineEnd
	// Of the line that has begun:
	escaped bool // text: a backslash was the last byte
	quoted  bool // csv: a quote is open
	escape  bool // csv: an escape was the last byte, within quotes
	cr      bool // a carriage return was the last byte, and whether it ends the line depends on the next
}

// lineEnd is how lines end. The first one decides.
type lineEnd uint8

const (
	unknown lineEnd = iota
	lf
	cr
	crlf
)

func (e lineEnd) size() int { return [...]int{0, 1, 1, 2}[e] }

// next returns where the line that has begun ends in in, behind what ends it; whole is false if it goes on behind in.
// After a whole line the next one begins.
func (l *lines) next(o *Options, in []byte) (n int, whole bool, err error) {
	if l.cr {
		return l.afterReturn(in)
	}
	if !l.escaped && !l.quoted && !l.escape {
		if n := l.plain(o, in); n > 0 {
			return n, true, nil
		}
	}
	if o.Format == CSV {
		return l.nextCSV(o, in)
	}
	return l.nextText(in)
}

// plain finds the end of a line in which nothing is escaped or quoted; 0 if there is something, or no end.
func (l *lines) plain(o *Options, in []byte) int {
	last, other, special := byte('\n'), byte('\r'), byte('\\')
	if l.style == cr {
		last, other = other, last
	}
	if o.Format == CSV {
		special = o.Quote
	}
	end := bytes.IndexByte(in, last)
	if end < 0 {
		return 0
	}
	line := in[:end]
	if l.style == crlf {
		if end == 0 || in[end-1] != '\r' {
			return 0
		}
		line = in[:end-1]
	}
	if bytes.IndexByte(line, other) >= 0 || bytes.IndexByte(line, special) >= 0 {
		return 0
	}
	if l.style == unknown {
		l.style = lf
	}
	return end + 1
}

func (l *lines) nextText(in []byte) (n int, whole bool, err error) {
	for i, c := range in {
		switch {
		case l.escaped:
			l.escaped = false
		case c == '\\':
			l.escaped = true
		case c == '\r':
			return l.carriageReturn(in, i)
		case c == '\n':
			return l.newline(i)
		}
	}
	return len(in), false, nil
}

func (l *lines) nextCSV(o *Options, in []byte) (n int, whole bool, err error) {
	if o.Escape == o.Quote {
		return l.nextQuoted(o.Quote, in)
	}
	for i, c := range in {
		if l.quoted && c == o.Escape {
			l.escape = !l.escape
		}
		if c == o.Quote && !l.escape {
			l.quoted = !l.quoted
		}
		if c != o.Escape {
			l.escape = false
		}
		switch {
		case l.quoted:
		case c == '\r':
			return l.carriageReturn(in, i)
		case c == '\n':
			return l.newline(i)
		}
	}
	return len(in), false, nil
}

// nextQuoted is nextCSV where a quote is written as two: each opens what is quoted or ends it.
func (l *lines) nextQuoted(quote byte, in []byte) (n int, whole bool, err error) {
	for i := 0; i < len(in); i++ {
		if l.quoted {
			n := bytes.IndexByte(in[i:], quote)
			if n < 0 {
				break
			}
			i += n
			l.quoted = false
			continue
		}
		switch in[i] {
		case quote:
			l.quoted = true
		case '\r':
			return l.carriageReturn(in, i)
		case '\n':
			return l.newline(i)
		}
	}
	return len(in), false, nil
}

// carriageReturn ends the line at the carriage return in[i], if that is what it does.
func (l *lines) carriageReturn(in []byte, i int) (n int, whole bool, err error) {
	switch {
	case l.style == lf:
		return 0, false, errReturn
	case l.style == cr:
		return i + 1, true, nil
	case i+1 == len(in):
		l.cr = true
		return len(in), false, nil
	}
	n, whole, err = l.afterReturn(in[i+1:])
	return i + 1 + n, whole, err
}

// afterReturn decides, by the byte behind a carriage return, what that ends. in is not empty.
func (l *lines) afterReturn(in []byte) (n int, whole bool, err error) {
	l.cr = false
	switch {
	case in[0] == '\n':
		l.style = crlf
		return 1, true, nil
	case l.style == crlf:
		return 0, false, errReturn
	}
	l.style = cr
	return 0, true, nil
}

func (l *lines) newline(i int) (n int, whole bool, err error) {
	if l.style == cr || l.style == crlf {
		return 0, false, errNewline
	}
	l.style = lf
	return i + 1, true, nil
}

// finish ends the last line, which nothing ends but the data. It returns the size of its end: a carriage return, or 0.
func (l *lines) finish() (size int, err error) {
	switch {
	case l.cr && l.style == crlf:
		return 0, errReturn
	case l.cr:
		return 1, nil
	case l.quoted:
		return 0, errOpenQuote
	case l.escaped:
		return 0, errBackslash
	}
	return 0, nil
}
