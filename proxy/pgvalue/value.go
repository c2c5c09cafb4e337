package pgvalue

import (
	"encoding/binary"
	"math"
	"strconv"
)

// jsonbVersion is the first byte of jsonb's binary form (jsonb_send).
const jsonbVersion = 1

// AppendValue appends to dst what the server would send for the canonical plaintext of a value of type t: its
// binary form, or its text form under the zero Settings. It does not allocate beyond the growth of dst, also for
// arrays. An error means that the plaintext was not sealed as this type; dst is then returned as it was.
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
	if t.isArray() {
		return appendArrayOut(dst, canonical, t.Elem(), s), nil
	}
	return t.appendOut(dst, canonical, s), nil
}

// appendOut appends the text form of a scalar whose canonical plaintext was checked.
func (t Type) appendOut(dst, canonical []byte, s *Settings) []byte {
	switch t {
	case Bool:
		return append(dst, "ft"[canonical[0]&1])
	case Int2, Int4, Int8:
		return strconv.AppendInt(dst, signed(canonical), 10)
	case Float4:
		return appendFloatOut(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(canonical))), 32)
	case Float8:
		return appendFloatOut(dst, math.Float64frombits(binary.BigEndian.Uint64(canonical)), 64)
	case Numeric:
		return appendNumericOut(dst, canonical)
	case Date:
		return appendDateOut(dst, int32(binary.BigEndian.Uint32(canonical)), s)
	case Timestamp, Timestamptz:
		return appendTimestampOut(dst, signed(canonical), t == Timestamptz, s)
	case UUID:
		return appendUUIDOut(dst, canonical)
	case Bytea:
		if s.ByteaEscape {
			return appendEscapeOut(dst, canonical)
		}
		return appendHexOut(dst, canonical)
	}
	return append(dst, canonical...)
}

// checkCanonical refuses a plaintext whose form does not fit the type.
func (t Type) checkCanonical(canonical []byte) error {
	size := int(t.Size())
	switch {
	case size == 0:
		return errUnknownType
	case size > 0 && len(canonical) != size:
		return &Error{Code: codeDataCorrupted, Message: "the opened value is " + strconv.Itoa(len(canonical)) + " bytes long, type " +
			t.String() + " needs " + strconv.Itoa(size) + "; was the field's type changed after it was written?"}
	case t == Bool && canonical[0] > 1,
		t == Numeric && !isNumeric(canonical),
		t.isArray() && !isArrayOf(canonical, t.Elem()):
		return &Error{Code: codeDataCorrupted, Message: "the opened value is not of type " + t.String() + "; was the field's type changed after it was written?"}
	}
	return nil
}
