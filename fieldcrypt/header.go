package fieldcrypt

import (
	"encoding/binary"
	"fmt"
)

// The layout of version 1, suite 1, without search terms: header (12), nonce (12), ciphertext, tag (16).
// See docs/envelope.md, "Bytes".
const (
	magic0 = 0xF5 // occurs in no UTF-8 text (RFC 3629, section 1), so text never looks like an envelope
	magic1 = 0x4B

	magicSize  = 2
	headerSize = 12 // a multiple of 3, so that a term behind it starts on a base64 character
	nonceSize  = 12 // SP 800-38D, 8.2.2: 96 random bits
	tagSize    = 16 // SP 800-38D, 5.2.1.2: 128 bits

	version1       = 1
	suiteAES256GCM = 1
)

const (
	// Overhead is how many bytes longer an envelope is than its plaintext.
	Overhead = headerSize + nonceSize + tagSize
	// MinEnvelopeSize is the size in bytes of the envelope of an empty plaintext.
	MinEnvelopeSize = Overhead
	// MaxPlaintextSize is the longest plaintext in bytes that Seal takes: 1 GiB, what PostgreSQL's longest value has,
	// and far below the 2^36 - 32 bytes of SP 800-38D, 5.2.1.1.
	MaxPlaintextSize = 1 << 30
)

// Header is what an envelope says of itself. Nothing of it is authenticated until Open succeeded.
type Header struct {
	Version uint8
	Suite   uint8
	Flags   uint8
	KeyID   KeyID
}

// ParseHeader reads the header and checks that the envelope is long enough to be one. It decides which key is asked
// for, so it trusts nothing and does not allocate on success. Errors: ErrNotEnvelope, ErrVersion, ErrTruncated.
//
// Only what this release can open passes: suites 2 and 3 and all flags are reserved and give ErrVersion.
func ParseHeader(envelope []byte) (Header, error) {
	if len(envelope) < magicSize || envelope[0] != magic0 || envelope[1] != magic1 {
		return Header{}, ErrNotEnvelope
	}
	// The version is looked at before the length, since another version may have another least length.
	if len(envelope) < 4 {
		return Header{}, truncated(len(envelope))
	}
	h := Header{Version: envelope[2] >> 4, Suite: envelope[2] & 0x0F, Flags: envelope[3]}
	if err := h.supported(); err != nil {
		return Header{}, err
	}
	if len(envelope) < MinEnvelopeSize {
		return Header{}, truncated(len(envelope))
	}
	h.KeyID = KeyID(binary.BigEndian.Uint64(envelope[4:headerSize]))
	return h, nil
}

func (h Header) supported() error {
	switch {
	case h.Version != version1:
		return fmt.Errorf("%w: version %d is not known, upgrade to a release that reads it", ErrVersion, h.Version)
	case h.Suite == 2 || h.Suite == 3:
		return fmt.Errorf("%w: suite %d is reserved, upgrade to a release that reads it", ErrVersion, h.Suite)
	case h.Suite != suiteAES256GCM:
		return fmt.Errorf("%w: suite %d is not known", ErrVersion, h.Suite)
	case h.Flags != 0:
		return fmt.Errorf("%w: flags %#02x (search terms) are reserved, upgrade to a release that reads them", ErrVersion, h.Flags)
	}
	return nil
}

func truncated(size int) error {
	return fmt.Errorf("%w: %d bytes, needs at least %d", ErrTruncated, size, MinEnvelopeSize)
}

// appendHeader appends the header of a version 1, suite 1 envelope without search terms.
func appendHeader(dst []byte, id KeyID) []byte {
	dst = append(dst, magic0, magic1, version1<<4|suiteAES256GCM, 0)
	return binary.BigEndian.AppendUint64(dst, uint64(id))
}
