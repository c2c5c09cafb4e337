package fieldcrypt

import (
	"encoding/binary"
	"fmt"
)

// The layout of version 1: header (12); with flag 1 an equality term (15); then for suite 1 nonce (12), ciphertext, tag
// (16), and for suite 3 synthetic IV (16), ciphertext. See docs/envelope.md, "Bytes".
const (
	magic0 = 0xF5 // occurs in no UTF-8 text (RFC 3629, section 1), so text never looks like an envelope
	magic1 = 0x4B

	magicSize  = 2
	headerSize = 12 // a multiple of 3, so that a term behind it starts on a base64 character
	nonceSize  = 12 // SP 800-38D, 8.2.2: 96 random bits
	tagSize    = 16 // SP 800-38D, 5.2.1.2: 128 bits
	sivSize    = 16 // RFC 5297, 2.6: one AES block

	version1 = 1
)

// Suites of version 1, as Header.Suite has them.
const (
	SuiteAES256GCM = 1 // random nonce, under a data key
	SuiteAESSIV    = 3 // deterministic, under an index key
)

// FlagEquality in Header.Flags says that an equality term follows the header. Only suite 1 has it.
const FlagEquality = 1

const (
	// Overhead is how many bytes longer than its plaintext an envelope of suite 1 without a term is.
	Overhead = headerSize + nonceSize + tagSize
	// TermOverhead is how many bytes longer than its plaintext an envelope with an equality term is.
	TermOverhead = Overhead + TermSize
	// DeterministicOverhead is how many bytes longer than its plaintext an envelope of suite 3 is.
	DeterministicOverhead = headerSize + sivSize
	// MinEnvelopeSize is the size in bytes of the shortest envelope: that of an empty plaintext in suite 3.
	MinEnvelopeSize = DeterministicOverhead
	// MaxPlaintextSize is the longest plaintext in bytes that can be sealed: 1 GiB, what PostgreSQL's longest value has,
	// and far below the 2^36 - 32 bytes of SP 800-38D, 5.2.1.1.
	MaxPlaintextSize = 1 << 30
)

// Where the equality term of an envelope is. In SQL, where positions count from 1, the term of a bytea column is
// substring(c from 13 for 15), that of a text column substring(c from 21 for 20).
const (
	TermOffset = headerSize // bytes before the term
	TermSize   = 15         // bytes: 120 bits, a multiple of 3 so that base64 keeps it apart

	TermTextOffset = len(textPrefix) + headerSize/3*4 // characters before the term in the text form
	TermTextSize   = TermSize / 3 * 4                 // characters of the term in the text form
)

// Header is what an envelope says of itself. Nothing of it is authenticated until Open succeeded.
type Header struct {
	Version uint8
	Suite   uint8
	Flags   uint8
	KeyID   KeyID
}

// Term returns the equality term of the envelope that the header was parsed from, as a part of it; nil if it has none.
func (h Header) Term(envelope []byte) []byte {
	if h.Flags&FlagEquality == 0 {
		return nil
	}
	return envelope[TermOffset : TermOffset+TermSize : TermOffset+TermSize]
}

// ParseHeader reads the header and checks that the envelope is long enough to be one. It decides which key is asked
// for, so it trusts nothing and does not allocate on success. Errors: ErrNotEnvelope, ErrVersion, ErrTruncated.
//
// Only what this release can open passes: suite 2, the flags 2 and 4, and flags of suite 3 are reserved and give
// ErrVersion.
func ParseHeader(envelope []byte) (Header, error) {
	if len(envelope) < magicSize || envelope[0] != magic0 || envelope[1] != magic1 {
		return Header{}, ErrNotEnvelope
	}
	// The version is looked at before the length, since another version may have another least length.
	if len(envelope) < 4 {
		return Header{}, truncated(len(envelope), MinEnvelopeSize)
	}
	h := Header{Version: envelope[2] >> 4, Suite: envelope[2] & 0x0F, Flags: envelope[3]}
	if err := h.supported(); err != nil {
		return Header{}, err
	}
	if least := h.overhead(); len(envelope) < least {
		return Header{}, truncated(len(envelope), least)
	}
	h.KeyID = KeyID(binary.BigEndian.Uint64(envelope[4:headerSize]))
	return h, nil
}

func (h Header) supported() error {
	switch {
	case h.Version != version1:
		return fmt.Errorf("%w: version %d is not known, upgrade to a release that reads it", ErrVersion, h.Version)
	case h.Suite == 2:
		return fmt.Errorf("%w: suite %d is reserved, upgrade to a release that reads it", ErrVersion, h.Suite)
	case h.Suite != SuiteAES256GCM && h.Suite != SuiteAESSIV:
		return fmt.Errorf("%w: suite %d is not known", ErrVersion, h.Suite)
	case h.Flags != 0 && (h.Suite != SuiteAES256GCM || h.Flags != FlagEquality):
		return fmt.Errorf("%w: flags %#02x of suite %d are reserved, upgrade to a release that reads them", ErrVersion, h.Flags, h.Suite)
	}
	return nil
}

// overhead is how many bytes longer than its plaintext an envelope with this header is.
func (h Header) overhead() int {
	switch {
	case h.Suite == SuiteAESSIV:
		return DeterministicOverhead
	case h.Flags&FlagEquality != 0:
		return TermOverhead
	}
	return Overhead
}

func truncated(size, least int) error {
	return fmt.Errorf("%w: %d bytes, needs at least %d", ErrTruncated, size, least)
}

// appendHeader appends the header of a version 1 envelope.
func appendHeader(dst []byte, suite, flags byte, id KeyID) []byte {
	dst = append(dst, magic0, magic1, version1<<4|suite, flags)
	return binary.BigEndian.AppendUint64(dst, uint64(id))
}
