package pgcopy

import (
	"bytes"
	"encoding/binary"
)

// Signature begins data in binary format (PostgreSQL documentation, COPY, "Binary Format").
const Signature = "PGCOPY\n\xff\r\n\x00"

// headerSize is the size in bytes of the signature, the flags, and the length of the extension behind them.
const headerSize = len(Signature) + 4 + 4

// trailer is the field count that ends the data.
const trailer = -1

// BinaryHeader returns the size of the header that data begins with, its extension included; 0 if more data is needed
// to tell.
func BinaryHeader(data []byte) (size int, err error) {
	n := min(len(data), len(Signature))
	if !bytes.Equal(data[:n], []byte(Signature[:n])) {
		return 0, errSignature
	}
	if len(data) < headerSize {
		return 0, nil
	}
	flags := binary.BigEndian.Uint32(data[len(Signature):])
	extension := int32(binary.BigEndian.Uint32(data[len(Signature)+4:]))
	switch {
	case flags&(1<<16) != 0:
		return 0, errOids
	case flags>>16 != 0:
		return 0, errFlags
	case extension < 0:
		return 0, errExtension
	}
	return headerSize + int(extension), nil
}

// splitTuple takes apart the row that row.Raw begins with, and cuts row.Raw to it. It reports false if the row goes on
// behind, and last for the trailer. No more than limit bytes are waited for.
func (o *Options) splitTuple(row *Row, limit int) (whole, last bool, err error) {
	row.Fields = row.Fields[:0]
	raw := row.Raw
	if len(raw) < 2 {
		return false, false, nil
	}
	count := int(int16(binary.BigEndian.Uint16(raw)))
	switch {
	case count == trailer:
		row.Raw = raw[:2]
		return true, true, nil
	case count != len(o.Columns):
		return false, false, errFieldCount
	}
	at := 2
	for range count {
		if len(raw)-at < 4 {
			return false, false, nil
		}
		f := Field{Start: at, End: at + 4}
		size := int(int32(binary.BigEndian.Uint32(raw[at:])))
		switch {
		case size == -1:
			f.Kind = Null
		case size < 0:
			return false, false, errFieldSize
		default:
			f.End += size
		}
		if f.End > limit {
			return false, false, errTooLong
		}
		if f.End > len(raw) {
			return false, false, nil
		}
		row.Fields = append(row.Fields, f)
		at = f.End
	}
	row.Raw = raw[:at]
	return true, false, nil
}
