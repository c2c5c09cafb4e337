package pgvalue

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgtype"
)

// arrayGrowth is how many bytes an array's canonical or text form may be longer than a small multiple of what was
// sent. Without a bound, elements of ten bytes (1e131000) would become ones of 131,000.
const arrayGrowth = 16 << 20

var (
	errArrayDimensions = &Error{Code: codeFeatureUnsupported, Message: "a protected array must have one dimension, whose first index is 1"}
	errArrayLimit      = &Error{Code: codeLimitExceeded, Message: "the elements of the array are too long when written out"}
	errArrayElement    = &Error{Code: codeDatatypeMismatch, Message: "the elements of the binary array are not of the type that was declared"}
)

// arrayElements maps the array types that a client may declare to the types of their elements.
var arrayElements = map[uint32]uint32{pgtype.BPCharArrayOID: pgtype.BPCharOID, pgtype.NameArrayOID: pgtype.NameOID}

func init() {
	for _, t := range types[Text:] {
		arrayElements[t.array] = t.oid
	}
}

// appendArray is assignment to a column of arrays of elem. A declared array of another type is cast element by
// element. The server takes arrays of more dimensions and other bounds too; they are refused with 0A000.
func appendArray(dst []byte, v source, elem Type, s *Settings, m Modifier) ([]byte, error) {
	text, ok, err := v.text()
	if err != nil {
		return dst, err
	}
	oid := elem.OID()
	if v.oid != 0 && !ok {
		if oid = arrayElements[v.oid]; oid == 0 {
			return dst, errMismatch(elem.Array())
		}
	}
	w := newArrayWriter(dst, elem, oid, s)
	w.modifier = m
	if ok || v.format == TextFormat {
		if !ok {
			text = v.bytes
		}
		w.limit = 8*len(text) + arrayGrowth
		err = w.readText(text)
	} else {
		w.limit = 8*len(v.bytes) + arrayGrowth
		err = w.readBinary(v.bytes)
	}
	return w.finish(), err
}

// arrayHeader is the size of what array_send writes before the elements, 32 bits each: dimensions (0 or 1), whether
// there are NULLs, the elements' type; and for one dimension its length and first index.
const (
	arrayHeader      = 12
	arrayHeaderFull  = 20
	arrayElementNull = math.MaxUint32 // as an element's length
)

// arrayWriter writes the canonical form of an array: that of array_send.
type arrayWriter struct {
	dst      []byte
	start    int
	elem     Type
	oid      uint32 // of the elements as declared
	settings *Settings
	modifier Modifier // of the elements
	count    int
	limit    int // bytes that the array may become, in either form
	text     int // of the text form, as far as it is not in proportion to the canonical one
}

func newArrayWriter(dst []byte, elem Type, oid uint32, s *Settings) *arrayWriter {
	w := &arrayWriter{start: len(dst), elem: elem, oid: oid, settings: s}
	for _, field := range [...]uint32{1, 0, elem.OID(), 0, 1} {
		dst = binary.BigEndian.AppendUint32(dst, field)
	}
	w.dst = dst
	return w
}

func (w *arrayWriter) null() {
	w.count++
	w.dst[w.start+7] = 1
	w.dst = binary.BigEndian.AppendUint32(w.dst, arrayElementNull)
}

// element writes one element as the client sent it.
func (w *arrayWriter) element(b []byte, format Format) error {
	w.count++
	w.dst = append(w.dst, 0, 0, 0, 0)
	from := len(w.dst)
	if w.elem == JSONB {
		w.dst = append(w.dst, jsonbVersion)
	}
	var err error
	if w.dst, err = w.elem.appendColumn(w.dst, source{b, format, w.oid}, w.settings, w.modifier); err != nil {
		return err
	}
	if w.elem == Numeric {
		w.text += numericTextLen(w.dst[from:])
	}
	if len(w.dst)-w.start > w.limit || w.text > w.limit {
		return errArrayLimit
	}
	binary.BigEndian.PutUint32(w.dst[from-4:], uint32(len(w.dst)-from))
	return nil
}

// finish returns the array. The server sends an array without elements without dimensions.
func (w *arrayWriter) finish() []byte {
	if w.count == 0 {
		w.dst[w.start+3] = 0
		return w.dst[:w.start+arrayHeader]
	}
	binary.BigEndian.PutUint32(w.dst[w.start+arrayHeader:], uint32(w.count))
	return w.dst
}
