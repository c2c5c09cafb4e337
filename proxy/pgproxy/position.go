package pgproxy

import (
	"unicode/utf8"

	"github.com/jackc/pgproto3/v2"
)

// edited is one splice that was made: the client's bytes [start, end) became size bytes.
type edited struct {
	start, end, size int
}

// characterPosition turns a byte offset in text, counted from 0, into the protocol's position: characters, counted from 1
// (PostgreSQL documentation, 55.8, field P). A negative offset means no position.
func characterPosition(text []byte, offset int) int {
	if offset < 0 || offset > len(text) {
		return 0
	}
	return utf8.RuneCount(text[:offset]) + 1
}

// clientPosition maps a position that the server counted in the edited text back to the client's own text.
func clientPosition(client, server []byte, edits []edited, position int) int {
	offset := byteOffset(server, position)
	shift := 0
	for _, e := range edits {
		at := e.start + shift // where the replacement begins in the server's text
		if offset < at {
			break
		}
		if offset < at+e.size {
			return characterPosition(client, e.start)
		}
		shift += e.size - (e.end - e.start)
	}
	return characterPosition(client, offset-shift)
}

func byteOffset(text []byte, position int) int {
	offset := 0
	for n := 1; n < position && offset < len(text); n++ {
		_, size := utf8.DecodeRune(text[offset:])
		offset += size
	}
	return offset
}

// mapError rewrites the position in a server's ErrorResponse about an edited text. It returns the body's message with
// its header, or false if nothing is to change.
func mapError(dst, body []byte, t *editedText) ([]byte, bool) {
	var msg pgproto3.ErrorResponse
	if t == nil || decode(&msg, body) != nil || msg.Position <= 0 {
		return dst, false
	}
	msg.Position = int32(clientPosition(t.client, t.server, t.edits, int(msg.Position)))
	out, err := msg.Encode(dst)
	return out, err == nil
}

// editedText keeps what is needed to map positions back.
type editedText struct {
	client, server []byte
	edits          []edited
}
