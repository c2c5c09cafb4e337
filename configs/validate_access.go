package configs

import (
	"maps"
	"slices"
	"strings"
)

// access checks a field's rules of access and its mask.
func (k *checker) access(path string, f Field) {
	treatments := []string{TreatPlaintext, TreatMasked, TreatCiphertext, TreatDenied}
	k.oneOf(path+".access.default", f.Access.Default, treatments...)
	masked := f.Access.Default == TreatMasked
	for _, role := range slices.Sorted(maps.Keys(f.Access.Roles)) {
		at := childPath(path+".access.roles", role)
		if role == "" || len(role) > maxIdentifierBytes {
			k.fail(at, "is not a name that a role can have", "write it as the catalog has it, 1 to 63 bytes")
		}
		k.oneOf(at, f.Access.Roles[role], treatments...)
		masked = masked || f.Access.Roles[role] == TreatMasked
	}
	switch {
	case f.Mask != nil:
		k.mask(path+".mask", f)
	case masked:
		k.fail(path+".mask", "is missing, and a role is treated as masked", "write one of "+strings.Join(masksOf(f), ", "))
	}
}

// mask checks that a mask has one rule, which values of the field's type can follow. Whether a constant is a value of the
// type is found out when the proxy is put together.
func (k *checker) mask(path string, f Field) {
	m := f.Mask
	given := map[string]bool{
		"last": k.origins.given(path + ".last"), "first": k.origins.given(path + ".first"), "email": m.Email, "year": m.Year,
		"round": k.origins.given(path + ".round"), "constant": m.Constant != nil, "hidden": m.Hidden,
	}
	// Fields from the environment have no positions of their own.
	given["last"], given["first"], given["round"] = given["last"] || m.Last != 0, given["first"] || m.First != 0, given["round"] || m.Round != 0
	maps.DeleteFunc(given, func(_ string, set bool) bool { return !set })
	rules := slices.Sorted(maps.Keys(given))
	if len(rules) != 1 {
		k.fail(path, "must have exactly one rule", "write one of "+strings.Join(masksOf(f), ", "))
		return
	}
	at := path + "." + rules[0]
	switch fits := slices.ContainsFunc(masksOf(f), func(s string) bool { return strings.HasPrefix(s, "{"+rules[0]+":") }); {
	case !fits:
		k.fail(at, "is not a mask for values of type "+f.Type, "write one of "+strings.Join(masksOf(f), ", "))
	case rules[0] == "last" && m.Last < 1, rules[0] == "first" && m.First < 1:
		k.fail(at, "is less than 1", "write the number of characters that are shown, or {hidden: true}")
	case rules[0] == "round":
		k.round(at, f)
	}
}

// masksOf are the masks for a field's type, as one would write them.
func masksOf(f Field) []string {
	all := []string{`{constant: "…"}`, "{hidden: true}"}
	switch name, _ := f.Declaration(); {
	case name == "text" || name == "varchar":
		return append([]string{"{last: 4}", "{first: 1}", "{email: true}"}, all...)
	case name == "date" || name == "timestamp" || name == "timestamptz":
		return append([]string{"{year: true}"}, all...)
	case highestRound[name] > 0:
		return append([]string{"{round: 1000}"}, all...)
	}
	return all
}

// highestRound is the highest power of ten that a type of numbers can be cut to.
var highestRound = map[string]int{"int2": 1e4, "int4": 1e9, "int8": 1e18, "float4": 1e18, "float8": 1e18, "numeric": 1e18}

func (k *checker) round(path string, f Field) {
	rest := f.Mask.Round
	for rest >= 10 && rest%10 == 0 {
		rest /= 10
	}
	name, _ := f.Declaration()
	switch {
	case rest != 1 || f.Mask.Round < 10:
		k.fail(path, "is not a power of ten", "write 10, 100, 1000 and so on")
	case f.Mask.Round > highestRound[name]:
		k.fail(path, "is more than values of type "+name+" can be", "write a lower power of ten")
	}
}
