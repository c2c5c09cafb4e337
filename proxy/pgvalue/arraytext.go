package pgvalue

import "bytes"

var errArrayText = &Error{Code: codeInvalidText, Message: "malformed array literal"}

// readText reads the text form of an array (PostgreSQL documentation, 8.15.6). Explicit bounds ([1:2]={…}) are refused
// as other dimensions are.
func (w *arrayWriter) readText(b []byte) error {
	b = trimSpace(b)
	switch {
	case len(b) == 0:
		return errArrayText
	case b[0] == '[':
		return errArrayDimensions
	case b[0] != '{':
		return errArrayText
	}
	p := arrayParser{rest: trimLeft(b[1:])}
	if len(p.rest) > 0 && p.rest[0] == '}' {
		return p.end()
	}
	for {
		quoted, err := p.element()
		switch {
		case err != nil:
			return err
		case !quoted && bytes.EqualFold(p.value, []byte("null")):
			w.null()
		default:
			if err := w.element(p.value, TextFormat); err != nil {
				return err
			}
		}
		if p.rest[0] == '}' {
			return p.end()
		}
		p.rest = trimLeft(p.rest[1:])
	}
}

// arrayParser takes an array's text apart.
type arrayParser struct {
	rest  []byte
	value []byte // the last element, unescaped
}

// end checks that the array ends here.
func (p *arrayParser) end() error {
	if len(trimLeft(p.rest[1:])) > 0 {
		return errArrayText
	}
	return nil
}

// element reads an element up to the comma or brace after it. NULL is one that was not quoted.
func (p *arrayParser) element() (quoted bool, err error) {
	p.value = p.value[:0]
	switch {
	case len(p.rest) == 0:
		return false, errArrayText
	case p.rest[0] == '{':
		return false, errArrayDimensions
	case p.rest[0] == '"':
		quoted, err = true, p.quoted()
	default:
		quoted, err = p.bare()
	}
	if err == nil && (len(p.rest) == 0 || p.rest[0] != ',' && p.rest[0] != '}') {
		err = errArrayText
	}
	return quoted, err
}

// quoted reads "…", in which a backslash stands before any character that is meant as it is.
func (p *arrayParser) quoted() error {
	for b := p.rest[1:]; len(b) > 0; b = b[1:] {
		switch b[0] {
		case '"':
			p.rest = trimLeft(b[1:])
			return nil
		case '\\':
			if b = b[1:]; len(b) == 0 {
				return errArrayText
			}
		}
		p.value = append(p.value, b[0])
	}
	return errArrayText
}

// bare reads an element without quotes; space at its end does not count, unless a backslash stands before it.
func (p *arrayParser) bare() (escaped bool, err error) {
	end := 0
	for b := p.rest; len(b) > 0; b = b[1:] {
		c := b[0]
		switch c {
		case ',', '}':
			p.rest, p.value = b, p.value[:end]
			if end == 0 {
				return escaped, errArrayText
			}
			return escaped, nil
		case '"', '{':
			return escaped, errArrayText
		case '\\':
			if b = b[1:]; len(b) == 0 {
				return escaped, errArrayText
			}
			escaped = true
		}
		p.value = append(p.value, b[0])
		if c == '\\' || !isSpace(c) {
			end = len(p.value)
		}
	}
	return escaped, errArrayText
}

func trimLeft(b []byte) []byte { return bytes.TrimLeft(b, " \t\n\v\f\r") }

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// appendArrayOut appends the text form (array_out) of a checked canonical array.
func appendArrayOut(dst, canonical []byte, elem Type, s *Settings) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for e := range elements(canonical, elem) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		if e == nil {
			dst = append(dst, "NULL"...)
			continue
		}
		from := len(dst)
		dst = quoteElement(elem.appendOut(dst, e, s), from)
	}
	return append(dst, '}')
}

// quoteElement puts quotes around what stands in dst from an index on, in place, if array_out does.
func quoteElement(dst []byte, from int) []byte {
	escapes, needed := 0, len(dst) == from || bytes.EqualFold(dst[from:], []byte("null"))
	for _, c := range dst[from:] {
		switch {
		case c == '"' || c == '\\':
			escapes++
			needed = true
		case c == '{' || c == '}' || c == ',' || isSpace(c):
			needed = true
		}
	}
	if !needed {
		return dst
	}
	last := len(dst) - 1
	for range escapes + 2 {
		dst = append(dst, '"')
	}
	to := len(dst) - 2
	for ; last >= from; last-- {
		dst[to] = dst[last]
		to--
		if c := dst[last]; c == '"' || c == '\\' {
			dst[to] = '\\'
			to--
		}
	}
	dst[from] = '"'
	return dst
}
