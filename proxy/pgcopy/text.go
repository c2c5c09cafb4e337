package pgcopy

import "bytes"

// splitText takes a line of text format apart (CopyReadAttributesText in copyfromparse.c). end is where the line ends in
// row.Raw, without what ends it. It reports whether the line is the end-of-copy marker.
func (o *Options) splitText(row *Row, end int) (marker bool, err error) {
	row.Fields = row.Fields[:0]
	line := row.Raw[:end]
	if bytes.IndexByte(line, '\\') >= 0 {
		return o.splitEscaped(row, line)
	}
	start := 0
	for {
		n := bytes.IndexByte(line[start:], o.Delimiter)
		if n < 0 {
			break
		}
		row.add(start, start+n, false)
		start += n + 1
		if len(row.Fields) >= len(o.Columns) {
			return false, errExtra
		}
	}
	row.add(start, end, false)
	return false, nil
}

// splitEscaped is splitText for a line with a backslash in it.
func (o *Options) splitEscaped(row *Row, line []byte) (marker bool, err error) {
	if string(line) == `\.` {
		return true, nil
	}
	start, marked := 0, false
	delimiter := -1 // the next one at or behind i, len(line) if there is none; looked for again only when i has passed it
	for i := 0; ; {
		if delimiter < i {
			delimiter = len(line)
			if n := bytes.IndexByte(line[i:], o.Delimiter); n >= 0 {
				delimiter = i + n
			}
		}
		n := bytes.IndexByte(line[i:delimiter], '\\')
		switch i += n; {
		case n < 0:
			row.add(start, delimiter, marked)
			if delimiter == len(line) {
				return false, nil
			}
			i = delimiter + 1
			start, marked = i, false
			if len(row.Fields) >= len(o.Columns) {
				return false, errExtra
			}
		case i+1 == len(line):
			return false, errBackslash
		case line[i+1] == '.':
			return false, errMarker
		default:
			_, n := escaped(line[i+1:])
			i += 1 + n
			marked = true
		}
	}
}

// escaped returns the byte that stands behind a backslash and how many bytes it is written with. rest is not empty.
func escaped(rest []byte) (c byte, n int) {
	switch c := rest[0]; c {
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return octal(rest)
	case 'x':
		return hexadecimal(rest)
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'v':
		return '\v', 1
	default:
		return c, 1
	}
}

func octal(rest []byte) (c byte, n int) {
	for n < len(rest) && n < 3 && rest[n] >= '0' && rest[n] <= '7' {
		c = c<<3 + rest[n] - '0'
		n++
	}
	return c, n
}

// hexadecimal reads x and up to two digits; without any, an x is an x.
func hexadecimal(rest []byte) (c byte, n int) {
	for n = 1; n < len(rest) && n < 3; n++ {
		d, ok := hexDigit(rest[n])
		if !ok {
			break
		}
		c = c<<4 + d
	}
	if n == 1 {
		return 'x', 1
	}
	return c, n
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func unescape(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 || i+1 == len(raw) {
			return append(dst, raw...)
		}
		c, n := escaped(raw[i+1:])
		dst = append(append(dst, raw[:i]...), c)
		raw = raw[i+1+n:]
	}
}

// escape appends a value as CopyAttributeOutText does (src/backend/commands/copyto.c).
func (o *Options) escape(dst, value []byte) []byte {
	from := 0
	for i, c := range value {
		if c >= ' ' && c != '\\' && c != o.Delimiter {
			continue
		}
		if letter := escapeLetter(c); letter != 0 {
			dst = append(append(dst, value[from:i]...), '\\', letter)
		} else if c == '\\' || c == o.Delimiter {
			dst = append(append(dst, value[from:i]...), '\\', c)
		} else {
			continue
		}
		from = i + 1
	}
	return append(dst, value[from:]...)
}

func escapeLetter(c byte) byte {
	switch c {
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case '\v':
		return 'v'
	}
	return 0
}
