package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// rule returns one line for each violation in the graph.
type rule func(g graph) []string

// rules are all rules over the graph, by name.
var rules = map[string]rule{
	"proxies reach no keys":                keysOutOfReach,
	"packages import what the table says":  tableHolds,
	"tests import what the table says":     tableHoldsForTests,
	"dependencies stay where they belong":  confinedHolds,
	"only cmd imports configs":             configsForCmdOnly,
	"the program does not import testing":  noTestingInProgram,
	"secrets are not drawn from math/rand": noWeakRandom,
	"names say what is inside":             meaningfulNames,
	"no cgo of our own":                    noOwnCgo,
}

// keysOutOfReach is the security rule: code that parses a stranger's bytes sees fieldcrypt alone, also transitively.
func keysOutOfReach(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		if !within(p, "proxy") {
			continue
		}
		for _, secret := range keyPackages {
			if chain := g.route(p, func(q string) bool { return within(q, secret) }); chain != nil {
				bad = append(bad, "can reach "+secret+": "+strings.Join(chain, " → "))
			}
		}
	}
	return bad
}

func tableHolds(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		r, ok := table[p]
		if !ok {
			bad = append(bad, p+" has no row in the table: give it one, and a sentence in ARCHITECTURE.md")
			continue
		}
		bad = append(bad, g.strangers(p, g[p].imports, r.imports)...)
	}
	return bad
}

func tableHoldsForTests(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		r := table[p]
		bad = append(bad, g.strangers(p, g[p].testImports, slices.Concat(r.imports, r.tests, []string{p}))...)
	}
	return bad
}

// strangers lists those of our packages among imports that are not allowed.
func (g graph) strangers(p string, imports, allowed []string) []string {
	var bad []string
	for _, q := range imports {
		if g[q].own && !slices.Contains(allowed, q) && !slices.Contains(allowed, "*") {
			bad = append(bad, p+" imports "+q)
		}
	}
	return bad
}

func confinedHolds(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		for _, q := range g[p].imports {
			bad = append(bad, g.outside(p, q, confined[g[q].module])...)
		}
		for _, q := range g[p].testImports {
			m := g[q].module
			bad = append(bad, g.outside(p, q, slices.Concat(confined[m], confinedInTests[m]))...)
		}
	}
	return bad
}

// outside tells if p imports q, of a confined module, and is in none of its homes.
func (g graph) outside(p, q string, homes []string) []string {
	if _, ok := confined[g[q].module]; !ok || slices.ContainsFunc(homes, func(home string) bool { return within(p, home) }) {
		return nil
	}
	return []string{fmt.Sprintf("%s imports %s, which belongs in %s", p, q, strings.Join(homes, ", "))}
}

func configsForCmdOnly(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		if slices.Contains(g[p].imports, "configs") && !within(p, "cmd") {
			bad = append(bad, p+" imports configs: take a Config of its own and let cmd translate")
		}
	}
	return bad
}

func noTestingInProgram(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		if !within(p, "cmd") {
			continue
		}
		if chain := g.route(p, func(q string) bool { return q == "testing" }); chain != nil {
			bad = append(bad, strings.Join(chain, " → "))
		}
	}
	return bad
}

func noWeakRandom(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		isSecret := slices.ContainsFunc(secretPackages, func(folder string) bool { return within(p, folder) })
		if isSecret && weakRandom[p] == "" && g.importsAny(p, "math/rand", "math/rand/v2") {
			bad = append(bad, p+" imports math/rand: use crypto/rand")
		}
	}
	return bad
}

func (g graph) importsAny(p string, paths ...string) bool {
	return slices.ContainsFunc(paths, func(q string) bool { return slices.Contains(g[p].imports, q) })
}

func meaningfulNames(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		if slices.Contains(nameless, g[p].name) || slices.Contains(nameless, path.Base(p)) {
			bad = append(bad, p+" is named for nothing: use a name from the field")
		}
	}
	return bad
}

// noOwnCgo keeps C out of our own code; PKCS#11 comes through its Go binding.
func noOwnCgo(g graph) []string {
	var bad []string
	for _, p := range g.own() {
		if g[p].cgo {
			bad = append(bad, p+` imports "C"`)
		}
	}
	return bad
}
