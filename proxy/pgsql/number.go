package pgsql

// number scans an integer of any base, a decimal or a real. What the server calls trailing junk becomes a word: the
// parser refuses it.
func (l *lexer) number() tokenKind {
	if l.at(0) == '0' {
		if digit := basePrefix(l.at(1)); digit != nil {
			if end := l.digits(l.pos+2, digit, true); end > l.pos+2 {
				l.pos = end
				return tokNumber
			}
		}
	}
	end := l.digits(l.pos, isDigit, false)
	if end < len(l.text) && l.text[end] == '.' && !(end+1 < len(l.text) && l.text[end+1] == '.') {
		end = l.digits(end+1, isDigit, false)
	}
	if end < len(l.text) && lower(l.text[end]) == 'e' {
		exponent := end + 1
		if exponent < len(l.text) && (l.text[exponent] == '+' || l.text[exponent] == '-') {
			exponent++
		}
		if stop := l.digits(exponent, isDigit, false); stop > exponent {
			end = stop
		}
	}
	l.pos = end
	return tokNumber
}

func basePrefix(c byte) func(byte) bool {
	switch lower(c) {
	case 'x':
		return func(c byte) bool { return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'f' }
	case 'o':
		return func(c byte) bool { return '0' <= c && c <= '7' }
	case 'b':
		return func(c byte) bool { return c == '0' || c == '1' }
	}
	return nil
}

// digits passes digits from i on, with single underscores between them (or, after a base's prefix, before them).
func (l *lexer) digits(i int, digit func(byte) bool, leading bool) int {
	first := i
	for i < len(l.text) {
		switch {
		case digit(l.text[i]):
			i++
		case l.text[i] == '_' && i+1 < len(l.text) && digit(l.text[i+1]) && (i > first || leading):
			i += 2
		default:
			return i
		}
	}
	return i
}
