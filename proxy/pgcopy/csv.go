package pgcopy

import "bytes"

// splitCSV takes a line of csv apart (CopyReadAttributesCSV in copyfromparse.c). end is where the line ends in row.Raw,
// without what ends it.
func (o *Options) splitCSV(row *Row, end int) error {
	row.Fields = row.Fields[:0]
	line := row.Raw[:end]
	if bytes.IndexByte(line, o.Quote) >= 0 {
		return o.splitQuoted(row, line)
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
			return errExtra
		}
	}
	row.add(start, end, false)
	return nil
}

// splitQuoted is splitCSV for a line with a quote in it.
func (o *Options) splitQuoted(row *Row, line []byte) error {
	start, marked := 0, false
	for i := 0; i < len(line); {
		switch line[i] {
		case o.Delimiter:
			row.add(start, i, marked)
			i++
			start, marked = i, false
			if len(row.Fields) >= len(o.Columns) {
				return errExtra
			}
		case o.Quote:
			n := o.quotedEnd(line[i+1:])
			if n < 0 {
				return errOpenQuote
			}
			i += 1 + n
			marked = true
		default:
			i++
		}
	}
	row.add(start, len(line), marked)
	return nil
}

// quotedEnd returns where the quoted part of which rest is all behind the opening quote ends, behind its closing quote;
// -1 if it doesn't.
func (o *Options) quotedEnd(rest []byte) int {
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if c == o.Escape && i+1 < len(rest) && (rest[i+1] == o.Escape || rest[i+1] == o.Quote) {
			i++
			continue
		}
		if c == o.Quote {
			return i + 1
		}
	}
	return -1
}

// unquote appends the value of a field that has quotes.
func (o *Options) unquote(dst, raw []byte) []byte {
	quoted := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case !quoted && c == o.Quote:
			quoted = true
		case quoted && c == o.Escape && i+1 < len(raw) && (raw[i+1] == o.Escape || raw[i+1] == o.Quote):
			i++
			dst = append(dst, raw[i])
		case quoted && c == o.Quote:
			quoted = false
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// quote appends a value as CopyAttributeOutCSV does (src/backend/commands/copyto.c).
func (o *Options) quote(dst, value []byte, force bool) []byte {
	if !force && !o.needsQuotes(value) {
		return append(dst, value...)
	}
	dst = append(dst, o.Quote)
	for _, c := range value {
		if c == o.Quote || c == o.Escape {
			dst = append(dst, o.Escape)
		}
		dst = append(dst, c)
	}
	return append(dst, o.Quote)
}

func (o *Options) needsQuotes(value []byte) bool {
	if string(value) == o.Null || len(o.Columns) == 1 && string(value) == `\.` {
		return true
	}
	for _, c := range value {
		if c == o.Delimiter || c == o.Quote || c == '\n' || c == '\r' {
			return true
		}
	}
	return false
}
