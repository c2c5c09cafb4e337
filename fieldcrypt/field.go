package fieldcrypt

import "fmt"

// Bounds of a Field. The index bound keeps the table of derived keys, which has one slot per index, small.
const (
	maxFieldIDSize = 255 // bytes
	maxFieldIndex  = 1<<16 - 1
)

// Field is the unit of policy: what is sealed for one field does not open for another. It is immutable.
type Field struct {
	id     string
	index  int
	domain string // of equality; the id unless WithEquality said otherwise
}

// NewField returns the field named id. The id is part of every envelope's authenticated context: values sealed under
// one id never open under another, so it must outlive renames of tables and columns. It has 1 to 255 bytes of
// [a-z0-9_.-].
//
// The index numbers the fields of the process from 0, densely: it is the slot of the field's derived keys. It is not
// part of the format and may change from one run to the next. Two fields of one process must not share an index; a Key
// that meets two such fields refuses the second.
func NewField(id string, index int) (*Field, error) {
	if err := checkID("field id", id); err != nil {
		return nil, err
	}
	if index < 0 || index > maxFieldIndex {
		return nil, fmt.Errorf("field %s: index %d is not in 0 to %d", id, index, maxFieldIndex)
	}
	return &Field{id: id, index: index, domain: id}, nil
}

// WithEquality returns the same field with another equality domain than its own id. Values of fields that have a domain in
// common have equal terms and equal deterministic envelopes when they are equal, so that they can be joined; a
// deterministic envelope of one of these fields opens for the others, too. The domain is spelled as a field id is, and like
// it is for ever: with another domain nothing that was stored is found or, in suite 3, opened.
func (f *Field) WithEquality(domain string) (*Field, error) {
	if err := checkID("equality domain", domain); err != nil {
		return nil, fmt.Errorf("field %s: %w", f.id, err)
	}
	return &Field{id: f.id, index: f.index, domain: domain}, nil
}

func checkID(what, id string) error {
	if len(id) == 0 || len(id) > maxFieldIDSize {
		return fmt.Errorf("%s has %d bytes, must have 1 to %d", what, len(id), maxFieldIDSize)
	}
	for i := range len(id) {
		if !isFieldIDByte(id[i]) {
			return fmt.Errorf("%s %q: byte %d is not one of a-z, 0-9, '_', '.', '-'", what, id, i)
		}
	}
	return nil
}

// ID returns the id that the field was made with.
func (f *Field) ID() string { return f.id }

// Domain returns the field's equality domain.
func (f *Field) Domain() string { return f.domain }

// Index returns the field's number in this process.
func (f *Field) Index() int { return f.index }

func isFieldIDByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}
