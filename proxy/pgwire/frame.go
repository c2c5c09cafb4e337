// Package pgwire frames the PostgreSQL protocol and decodes the few messages whose cost or safety matters more than
// pgproto3 can give: the packets before the first message, Bind and DataRow.
//
// Everything here works on bytes that a stranger sent. Each read is bounds-checked, no length that a header claims is
// ever allocated, and slices that are handed out lie inside the input and are valid as long as the input is. The
// package keeps no state and does no I/O; its functions are safe for concurrent use on different inputs.
package pgwire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// HeaderSize is the length of a message's type byte and length field (PostgreSQL documentation, 55.7).
const HeaderSize = 5

// ErrMalformed is matched by every error about bytes that are not what the protocol says they must be.
var ErrMalformed = errors.New("malformed protocol message")

// Malformed returns an error that names the message and matches ErrMalformed.
func Malformed(message string) error {
	return fmt.Errorf("%w: %s", ErrMalformed, message)
}

// MessageSize returns the size in bytes of the message that b begins with, header included. b holds at least HeaderSize
// bytes. A length field that is smaller than itself is malformed. The size may exceed what b holds and is not to be
// allocated without a limit.
func MessageSize(b []byte) (int, error) {
	length := binary.BigEndian.Uint32(b[1:HeaderSize])
	if length < 4 || length > 1<<31-1 {
		return 0, Malformed("length field")
	}
	return 1 + int(length), nil
}

// BeginMessage appends a header of the type with room for the length, to be filled by EndMessage.
func BeginMessage(dst []byte, typ byte) []byte {
	return append(dst, typ, 0, 0, 0, 0)
}

// EndMessage fills in the length of the message whose header stands at dst[start:].
func EndMessage(dst []byte, start int) {
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
}
