package pgwire

import (
	"bytes"
	"encoding/binary"
)

// reader takes a message body apart. The first read beyond the end makes it fail for good: later reads return zero
// values, so that callers check once, at the end.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) int16() int16 {
	if len(r.rest) < 2 {
		r.fail()
		return 0
	}
	v := int16(binary.BigEndian.Uint16(r.rest))
	r.rest = r.rest[2:]
	return v
}

func (r *reader) int32() int32 {
	if len(r.rest) < 4 {
		r.fail()
		return 0
	}
	v := int32(binary.BigEndian.Uint32(r.rest))
	r.rest = r.rest[4:]
	return v
}

// count reads an element count and fails if the rest cannot hold that many elements of at least min bytes, so that the
// count may be used as a capacity.
func (r *reader) count(min int) int {
	n := int(uint16(r.int16()))
	if n*min > len(r.rest) {
		r.fail()
		return 0
	}
	return n
}

// value reads a length and that many bytes; length -1 is NULL, returned as nil with null set.
func (r *reader) value() (v []byte, null bool) {
	n := r.int32()
	if n == -1 {
		return nil, true
	}
	if n < 0 || int(n) > len(r.rest) {
		r.fail()
		return nil, true
	}
	v = r.rest[:n:n]
	r.rest = r.rest[n:]
	return v, false
}

// cstring reads up to the next zero byte and returns what stands before it.
func (r *reader) cstring() []byte {
	i := bytes.IndexByte(r.rest, 0)
	if i < 0 {
		r.fail()
		return nil
	}
	s := r.rest[:i:i]
	r.rest = r.rest[i+1:]
	return s
}

func (r *reader) fail() {
	r.failed = true
	r.rest = nil
}

// end reports whether the body was read exactly to its end.
func (r *reader) end() bool { return !r.failed && len(r.rest) == 0 }
