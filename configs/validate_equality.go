package configs

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// search checks whether a field of a valid type can be found as it says.
func (k *checker) search(path string, f Field) {
	k.oneOf(path+".search", f.Search, SearchNone, SearchEquality)
	at := path + ".equality"
	if !f.Searchable() {
		if !reflect.DeepEqual(f.Equality, Equality{Form: FormDeterministic}) {
			k.fail(at, "is given, and the field is not searchable", "add search: equality to the field, or remove this")
		}
		return
	}
	k.oneOf(at+".form", f.Equality.Form, FormDeterministic, FormTerm)
	if what, todo := unfitForEquality(f); what != "" {
		k.fail(path+".search", what, todo)
	}
	if d := f.Equality.Domain; d != "" && !fieldID.MatchString(d) {
		k.fail(at+".domain", "is not a domain's name", `use 1 to 255 of a-z, 0-9, "_", "." and "-"`)
	}
	k.normalise(at+".normalise", f)
}

func (k *checker) normalise(path string, f Field) {
	typ, _ := f.Declaration()
	switch list := f.Equality.Normalise; {
	case len(list) == 0:
	case f.Equality.Form == FormDeterministic:
		k.fail(path, "is given with form: deterministic, which keeps each value apart that differs at all", "set form: term, or remove the normalisers")
	case typ != "text" && typ != "varchar":
		k.fail(path, "is given for "+typ, "normalise text and varchar only")
	default:
		for i, n := range list {
			at := fmt.Sprintf("%s[%d]", path, i)
			k.oneOf(at, n, normalisers...)
			if slices.Contains(list[:i], n) {
				k.fail(at, "is listed twice", "keep one of them")
			}
		}
	}
}

// unfitForEquality says why values of the field's type can't be found by equality; empty if they can.
func unfitForEquality(f Field) (what, todo string) {
	const remove = "remove search, and find such rows by another column"
	typ, modifier := f.Declaration()
	switch {
	case strings.HasSuffix(typ, "[]"):
		return "is asked of an array, which has no equality here", remove
	case typ == "float4" || typ == "float8":
		return "is asked of " + typ + ", in which equal values have several representations (0 and -0)", "store a numeric with a scale, or remove search"
	case typ == "json" || typ == "jsonb":
		return "is asked of " + typ + ", in which equal values have several representations", remove
	case typ == "numeric" && modifier == "":
		return "is asked of numeric without a scale, in which equal values have several representations (1.0 and 1.00)",
			`write the scale, e.g. type: "numeric(12,2)", or remove search`
	case typ == "bool", typ == "numeric" && tinyNumeric.MatchString(modifier):
		return "is asked of " + f.Type + ", of which a few ciphertexts would tell every value; a searchable type needs at least 64 distinct values", remove
	}
	return "", ""
}

// tinyNumeric is the modifier of a numeric of one digit, of which there are 19.
var tinyNumeric = regexp.MustCompile(`^\s*1\s*(,.*)?$`)

// domains checks that fields that share an equality domain can be compared: a term or a deterministic ciphertext tells
// nothing of how its value was made.
func (k *checker) domains(fields Fields) {
	first := map[string]string{} // by domain: the id of its first field
	for _, id := range slices.Sorted(maps.Keys(fields)) {
		domain := fields[id].EqualityDomain(id)
		if domain == "" {
			continue
		}
		other, shared := first[domain]
		if !shared {
			first[domain] = id
			continue
		}
		if what := incomparable(fields[other], fields[id]); what != "" {
			k.fail(childPath("fields", id)+".equality.domain", fmt.Sprintf("shares the domain %s with field %s, which has another %s", domain, other, what),
				"give both the same "+what+", or this field a domain of its own")
		}
	}
}

// incomparable names what differs between two searchable fields of one domain so that equal values would not be equal.
func incomparable(a, b Field) string {
	switch {
	case a.Equality.Form != b.Equality.Form:
		return "form"
	case a.Equality.Normalisers() != b.Equality.Normalisers():
		return "list of normalisers"
	case comparableType(a) != comparableType(b):
		return "type"
	}
	return ""
}

// comparableType is what two types have in common when equal values have equal canonical forms.
func comparableType(f Field) string {
	switch typ, modifier := f.Declaration(); typ {
	case "varchar":
		return "text"
	case "numeric":
		_, scale, _ := strings.Cut(modifier, ",")
		return "numeric with scale " + strings.TrimSpace(scale)
	default:
		return typ
	}
}
