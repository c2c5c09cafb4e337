package pgsql

import (
	"google.golang.org/protobuf/reflect/protoreflect"
)

// visit calls found with each location in a message and below it.
func visit(m protoreflect.Message, found func(location int)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil:
			if fd.Name() == "location" && fd.Kind() == protoreflect.Int32Kind {
				found(int(v.Int()))
			}
		case fd.IsList():
			for i := range v.List().Len() {
				visit(v.List().Get(i).Message(), found)
			}
		default:
			visit(v.Message(), found)
		}
		return true
	})
}
