package pgvalue

import (
	"encoding/binary"
	"iter"
)

// Bounds of the server: MAXDIM, and MaxArraySize for pointers of 8 bytes.
const (
	maxArrayDimensions = 6
	maxArrayElements   = 0x3fffffff / 8
)

var (
	errArrayBinary = &Error{Code: codeInvalidBinary, Message: "invalid binary representation of an array"}
	errTooManyDims = &Error{Code: codeLimitExceeded, Message: "number of array dimensions exceeds the maximum allowed (6)"}
)

// readBinary reads the binary form of an array (array_recv).
func (w *arrayWriter) readBinary(b []byte) error {
	if len(b) < arrayHeader {
		return errShortBinary
	}
	dimensions, flags, oid := int32(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	switch {
	case dimensions < 0 || flags > 1:
		return errArrayBinary
	case dimensions > maxArrayDimensions:
		return errTooManyDims
	case oid != w.oid:
		return errArrayElement
	case len(b) < arrayHeader+8*int(dimensions):
		return errShortBinary
	case dimensions == 0:
		return endOfBinary(b[arrayHeader:])
	}
	count, first := int32(binary.BigEndian.Uint32(b[arrayHeader:])), binary.BigEndian.Uint32(b[arrayHeader+4:])
	switch {
	case count < 0 || count > maxArrayElements:
		return &Error{Code: codeLimitExceeded, Message: "array size exceeds the maximum allowed"}
	case dimensions > 1 || first != 1 && count != 0:
		return errArrayDimensions
	}
	b = b[arrayHeaderFull:]
	for range count {
		var err error
		if b, err = w.readElement(b); err != nil {
			return err
		}
	}
	return endOfBinary(b)
}

// readElement reads the first element of b and returns the rest.
func (w *arrayWriter) readElement(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errShortBinary
	}
	n, b := binary.BigEndian.Uint32(b), b[4:]
	switch {
	case n == arrayElementNull:
		w.null()
		return b, nil
	case uint64(n) > uint64(len(b)):
		return nil, errArrayBinary
	}
	return b[n:], w.element(b[:n:n], BinaryFormat)
}

func endOfBinary(b []byte) error {
	if len(b) > 0 {
		return errLongBinary
	}
	return nil
}

// isArrayOf reports whether b is the canonical form of an array of elem.
func isArrayOf(b []byte, elem Type) bool {
	if len(b) < arrayHeader || binary.BigEndian.Uint32(b[8:]) != elem.OID() {
		return false
	}
	dimensions := binary.BigEndian.Uint32(b)
	if len(b) == arrayHeader {
		return dimensions == 0
	}
	if len(b) < arrayHeaderFull || dimensions != 1 {
		return false
	}
	count := binary.BigEndian.Uint32(b[arrayHeader:])
	for b = b[arrayHeaderFull:]; len(b) >= 4; count-- {
		n := binary.BigEndian.Uint32(b)
		b = b[4:]
		if n == arrayElementNull {
			continue
		}
		if uint64(n) > uint64(len(b)) || !isElement(b[:n], elem) {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0 && count == 0
}

func isElement(b []byte, elem Type) bool {
	if elem == JSONB {
		return len(b) > 0 && b[0] == jsonbVersion
	}
	return elem.checkCanonical(b) == nil
}

// elements yields the elements of a checked canonical array, without the version byte of jsonb; nil for NULL.
func elements(b []byte, elem Type) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for b := b[min(len(b), arrayHeaderFull):]; len(b) > 0; {
			n := binary.BigEndian.Uint32(b)
			b = b[4:]
			e := []byte(nil)
			if n != arrayElementNull {
				e, b = b[:n:n], b[n:]
				if elem == JSONB {
					e = e[1:]
				}
			}
			if !yield(e) {
				return
			}
		}
	}
}
