package configs

import (
	"cmp"
	"slices"
	"strings"
)

// Values of Field.Search and Equality.Form.
const (
	SearchNone        = "none"
	SearchEquality    = "equality"
	FormDeterministic = "deterministic"
	FormTerm          = "term"
)

// Equality says how values of a field are found by equality. The setting is for ever, as the field's id is: what was
// stored under another one is not found, and of the deterministic form it does not open.
type Equality struct {
	// Form is deterministic (the default): equal values of a tenant have equal ciphertexts, so comparisons, joins, GROUP BY,
	// DISTINCT, UNIQUE and foreign keys work on the column as it is; or term: ciphertexts differ, and each carries a keyed
	// hash of the normalised value, which statements are rewritten to compare and an expression index serves. Both show
	// which values are equal, and nothing else.
	Form string `yaml:"form" default:"deterministic"`
	// Domain names the values that can be compared with each other, across columns: fields that are joined have the same
	// domain, type, form and normalisers. Spelled as a field id. Default: the field's id.
	Domain string `yaml:"domain"`
	// Normalise lists what is done to a value before its term is made, so that values that differ in that alone are equal:
	// lower (case, as lower() does), trim (spaces at both ends, as trim() does), digits (everything but digits 0 to 9 is left out). In whatever order
	// they are written, they are applied in this one. Only with form: term, for text and varchar. What is stored is the
	// value as it was written.
	Normalise []string `yaml:"normalise"`
}

// normalisers in the order in which they are applied.
var normalisers = []string{"lower", "trim", "digits"}

// Searchable reports whether values of the field are found by equality.
func (f Field) Searchable() bool { return f.Search == SearchEquality }

// EqualityDomain is the domain of the field with the id; empty if it is not searchable.
func (f Field) EqualityDomain(id string) string {
	if !f.Searchable() {
		return ""
	}
	return cmp.Or(f.Equality.Domain, id)
}

// Normalisers joins the normalisers by commas in the order in which they are applied.
func (e Equality) Normalisers() string {
	var list []string
	for _, n := range normalisers {
		if slices.Contains(e.Normalise, n) {
			list = append(list, n)
		}
	}
	return strings.Join(list, ",")
}
