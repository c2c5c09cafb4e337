package pgproxy

// output collects what one batch of input has to write to one side, so that it goes out in one write. As long as nothing
// but a contiguous stretch of the input is passed on, nothing is copied.
type output struct {
	direct []byte // a stretch of the input; only used while buf is empty
	buf    []byte
}

// maxKept is the largest buffer, in bytes, that is kept for the next batch.
const maxKept = 128 << 10

// pass appends a stretch of the input, which must stay unchanged until the batch was written.
func (o *output) pass(p []byte) {
	switch {
	case len(p) == 0:
	case len(o.buf) > 0:
		o.buf = append(o.buf, p...)
	case len(o.direct) == 0:
		o.direct = p
	case adjacent(o.direct, p):
		o.direct = o.direct[:len(o.direct)+len(p)]
	default:
		o.own()
		o.buf = append(o.buf, p...)
	}
}

// own returns the buffer to append made-up bytes to; the caller stores what it appended back into o.buf.
func (o *output) own() []byte {
	if len(o.direct) > 0 {
		o.buf = append(o.buf, o.direct...)
		o.direct = nil
	}
	return o.buf
}

// bytes returns all that was collected.
func (o *output) bytes() []byte {
	if len(o.buf) > 0 {
		return o.buf
	}
	return o.direct
}

func (o *output) reset() {
	o.direct = nil
	if cap(o.buf) > maxKept {
		o.buf = nil
	}
	o.buf = o.buf[:0]
}

// adjacent reports whether b lies right behind a in the same array.
func adjacent(a, b []byte) bool {
	if cap(a) < len(a)+len(b) {
		return false
	}
	return &a[:len(a)+1][len(a)] == &b[0]
}
