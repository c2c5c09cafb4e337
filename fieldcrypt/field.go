package fieldcrypt

import "fmt"

// Bounds of a Field. The index bound keeps the table of derived keys, which has one slot per index, small.
const (
	maxFieldIDSize = 255 // bytes
	maxFieldIndex  = 1<<16 - 1
)

// Field is the unit of policy: what is sealed for one field does not open for another. It is immutable.
type Field struct {
	id    string
	index int
}

// NewField returns the field named id. The id is part of every envelope's authenticated context: values sealed under
// one id never open under another, so it must outlive renames of tables and columns. It has 1 to 255 bytes of
// [a-z0-9_.-].
//
// The index numbers the fields of the process from 0, densely: it is the slot of the field's derived keys. It is not
// part of the format and may change from one run to the next. Two fields of one process must not share an index; a Key
// that meets two such fields refuses the second.
func NewField(id string, index int) (*Field, error) {
	if len(id) == 0 || len(id) > maxFieldIDSize {
		return nil, fmt.Errorf("field id has %d bytes, must have 1 to %d", len(id), maxFieldIDSize)
	}
	for i := range len(id) {
		if !isFieldIDByte(id[i]) {
			return nil, fmt.Errorf("field id %q: byte %d is not one of a-z, 0-9, '_', '.', '-'", id, i)
		}
	}
	if index < 0 || index > maxFieldIndex {
		return nil, fmt.Errorf("field %s: index %d is not in 0 to %d", id, index, maxFieldIndex)
	}
	return &Field{id: id, index: index}, nil
}

// ID returns the id that the field was made with.
func (f *Field) ID() string { return f.id }

// Index returns the field's number in this process.
func (f *Field) Index() int { return f.index }

func isFieldIDByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}
