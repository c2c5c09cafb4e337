package pgsql

import (
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// Cast is a step of a value's way from where it is written to its column: a cast to a built-in type that the client's
// text has, or that the server would make by itself, and that the plan has taken out of the text.
type Cast struct {
	OID      uint32 // pg_type.oid
	Modifier int32  // as in pg_attribute.atttypmod: of varchar(n), numeric(p, s) or timestamp(p); -1 for none
}

// arrayTypes are the array types of those in typeOIDs.
var arrayTypes = map[string]uint32{
	"bool": 1000, "bytea": 1001, "int8": 1016, "int2": 1005, "int4": 1007, "text": 1009, "json": 199, "float4": 1021, "float8": 1022,
	"varchar": 1015, "date": 1182, "timestamp": 1115, "timestamptz": 1185, "numeric": 1231, "uuid": 2951, "jsonb": 3807,
}

// oidBpchar is char(n), without its length: N'…' is of that type.
const oidBpchar = 1042

// oidOf returns the OID of a type as this package names it: a key of typeOIDs, "bpchar", or either with []; else 0.
func oidOf(typ string) uint32 {
	if elem, array := strings.CutSuffix(typ, "[]"); array {
		return arrayTypes[elem]
	}
	if typ == "bpchar" {
		return oidBpchar
	}
	return typeOIDs[typ]
}

// castType is the type that a cast names, and the cast as a step; not ok for a type that is not built in, or a modifier
// whose effect is not known.
func castType(t *ast.TypeName) (typ string, step Cast, ok bool) {
	if t.GetSetof() || t.GetPctType() || len(t.GetArrayBounds()) > 1 {
		return "", step, false
	}
	typ = builtinName(t.GetNames())
	if len(t.GetArrayBounds()) == 1 {
		if t.GetArrayBounds()[0].GetInteger().GetIval() != -1 {
			return "", step, false
		}
		typ += "[]"
	}
	step = Cast{OID: oidOf(typ), Modifier: -1}
	if len(t.GetTypmods()) > 0 {
		step.Modifier, ok = modifier(typ, t.GetTypmods())
		return typ, step, ok
	}
	return typ, step, step.OID != 0
}

// modifier packs a type's modifiers as its typmodin function does.
func modifier(typ string, mods []*ast.Node) (int32, bool) {
	var n []int32
	for _, m := range mods {
		c := m.GetAConst()
		if c.GetIval() == nil {
			return 0, false
		}
		n = append(n, c.GetIval().GetIval())
	}
	const header = 4 // VARHDRSZ
	switch {
	case typ == "varchar" && len(n) == 1 && n[0] > 0 && n[0] <= 10485760:
		return n[0] + header, true
	case typ == "numeric" && len(n) == 1 && n[0] > 0 && n[0] <= 1000:
		return n[0]<<16 + header, true
	case typ == "numeric" && len(n) == 2 && n[0] > 0 && n[0] <= 1000 && n[1] >= 0 && n[1] <= n[0]:
		return n[0]<<16 | n[1] + header, true
	case (typ == "timestamp" || typ == "timestamptz") && len(n) == 1 && n[0] >= 0 && n[0] <= 6:
		return n[0], true
	}
	return 0, false
}

// ranks orders the types of a family by their implicit casts: each is cast to all behind it without being asked to.
var ranks = [][]string{
	{"int2", "int4", "int8", "numeric", "float4", "float8"},
	{"date", "timestamp", "timestamptz"},
	{"varchar", "text"},
}

// families are the types whose values are assigned to each other.
var families = append(slices.Clone(ranks), []string{"json", "jsonb"}, []string{"bpchar", "varchar", "text"})

// texted are the types that are assigned to text by their output, if that depends on nothing that the proxy can't know.
var texted = []string{"bool", "int2", "int4", "int8", "numeric", "uuid", "json", "jsonb", "date", "timestamp", "timestamptz", "text", "varchar", "bpchar"}

// converts reports whether the server casts values of one type to another, by an assignment or only if it is told to, and
// whether the proxy can do the same. The empty type is that of a constant or parameter that is yet to get one.
func converts(from, to string, explicit bool) bool {
	fromElem, fromArray := strings.CutSuffix(from, "[]")
	toElem, toArray := strings.CutSuffix(to, "[]")
	switch {
	case from == "" || from == to:
		return true
	case fromArray && toArray:
		return converts(fromElem, toElem, explicit)
	case fromArray || toArray:
		return explicit && isString(from)
	case isString(to) && slices.Contains(texted, from), explicit && isString(from) && from != "bpchar":
		return true
	}
	return slices.ContainsFunc(families, func(f []string) bool { return slices.Contains(f, from) && slices.Contains(f, to) })
}

func isString(typ string) bool { return typ == "text" || typ == "varchar" || typ == "bpchar" }

// commonType is the type of what has one of several values: UNION, CASE and related constructs (PostgreSQL documentation,
// 10.5). Types that are not known yet are empty; not ok if the server would refuse or the answer is not certain.
func commonType(types []string) (common string, ok bool) {
	for _, t := range types {
		switch {
		case t == "" || t == common:
			continue
		case common == "":
			common = t
			continue
		}
		i := slices.IndexFunc(ranks, func(r []string) bool { return slices.Contains(r, t) && slices.Contains(r, common) })
		if i < 0 {
			return "", false
		}
		if slices.Index(ranks[i], t) > slices.Index(ranks[i], common) {
			common = t
		}
	}
	if common == "" {
		common = "text"
	}
	return common, true
}
