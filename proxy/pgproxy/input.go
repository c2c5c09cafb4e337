package pgproxy

import (
	"io"
)

// input is a read buffer. What bytes returns is valid until the next call of read.
type input struct {
	buf        []byte
	start, end int
	small      int // the size to return to
}

func newInput(size int) *input { return &input{buf: make([]byte, size), small: size} }

func (in *input) bytes() []byte { return in.buf[in.start:in.end] }

func (in *input) consume(n int) {
	in.start += n
	if in.start == in.end {
		in.start, in.end = 0, 0
	}
}

// read reads once from r, with room for a message of want bytes.
func (in *input) read(r io.Reader, want int) error {
	in.makeRoom(want)
	n, err := r.Read(in.buf[in.end:])
	in.end += n
	if n > 0 {
		if in.end == len(in.buf) && len(in.buf) < maxRead {
			in.resize(2 * len(in.buf)) // a full read: there is more where this came from
		}
		return nil
	}
	return err
}

func (in *input) makeRoom(want int) {
	switch {
	case want > len(in.buf):
		// Grow with what has really come, not with what the header claims.
		in.resize(min(want, max(2*len(in.buf), 2*(in.end-in.start))))
	case in.start == in.end && len(in.buf) > maxRead:
		in.resize(in.small) // a large message has gone; its memory goes, too
	case in.start > 0:
		in.end = copy(in.buf, in.bytes())
		in.start = 0
	}
}

func (in *input) resize(size int) {
	buf := make([]byte, max(size, in.end-in.start+1))
	in.end = copy(buf, in.bytes())
	in.start = 0
	in.buf = buf
}
