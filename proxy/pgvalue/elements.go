package pgvalue

import "iter"

// Elements yields the canonical plaintexts of the elements of an array of type t, from the array's canonical plaintext as
// AppendCanonical gives it; nil for NULL. They are parts of the array and valid as long as it is.
func (t Type) Elements(canonical []byte) iter.Seq[[]byte] { return elements(canonical, t.Elem()) }
