package pgvalue

import (
	"encoding/binary"
	"strconv"
)

// jsonbVersion is the first byte of jsonb's binary form (jsonb_send).
const jsonbVersion = 1

// AppendValue appends to dst what the server would send for the canonical plaintext of a value of type t: its
// binary form, or its text form under the zero Settings. It does not allocate beyond the growth of dst. An error
// means that the plaintext was not sealed as this type; dst is then returned as it was.
func (t Type) AppendValue(dst, canonical []byte, format Format) ([]byte, error) {
	if format == TextFormat {
		return t.AppendText(dst, canonical, &defaultSettings)
	}
	if format != BinaryFormat {
		return dst, errBadFormat
	}
	if err := t.checkCanonical(canonical); err != nil {
		return dst, err
	}
	if t == JSONB {
		dst = append(dst, jsonbVersion)
	}
	return append(dst, canonical...), nil
}

// AppendText appends to dst the text form of a canonical plaintext under the session's settings; otherwise it is
// AppendValue.
func (t Type) AppendText(dst, canonical []byte, s *Settings) ([]byte, error) {
	if err := t.checkCanonical(canonical); err != nil {
		return dst, err
	}
	switch t {
	case Int8:
		return strconv.AppendInt(dst, int64(binary.BigEndian.Uint64(canonical)), 10), nil
	case Date:
		return appendDateOut(dst, int32(binary.BigEndian.Uint32(canonical)), s), nil
	case UUID:
		return appendUUIDOut(dst, canonical), nil
	case Bytea:
		if s.ByteaEscape {
			return appendEscapeOut(dst, canonical), nil
		}
		return appendHexOut(dst, canonical), nil
	}
	return append(dst, canonical...), nil
}

// checkCanonical refuses a plaintext whose length does not fit the type.
func (t Type) checkCanonical(canonical []byte) error {
	size := int(t.Size())
	if size > 0 && len(canonical) != size {
		return &Error{codeDataCorrupted, "the opened value is " + strconv.Itoa(len(canonical)) + " bytes long, type " +
			t.String() + " needs " + strconv.Itoa(size) + "; was the field's type changed after it was written?"}
	}
	if size == 0 {
		return errUnknownType
	}
	return nil
}
