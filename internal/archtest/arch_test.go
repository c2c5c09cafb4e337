package archtest

import (
	"slices"
	"testing"
)

func TestRepositoryKeepsTheRules(t *testing.T) {
	g := loadGraph(t)
	if n := len(g.own()); n < 10 {
		t.Fatalf("only %d of our own packages were listed: the rules would hold for nothing", n)
	}
	for name, r := range rules {
		t.Run(name, func(t *testing.T) {
			for _, v := range r(g) {
				t.Error(v)
			}
		})
	}
}

func TestTableHasNoRowsForMissingPackages(t *testing.T) {
	own := loadGraph(t).own()
	for p := range table {
		if !slices.Contains(own, p) {
			t.Errorf("table has a row for %s, which does not exist", p)
		}
	}
}

// ours makes a package of our own for a synthetic graph.
func ours(name string, imports ...string) node {
	return node{name: name, module: module, own: true, imports: imports}
}

// broken has for each rule a small graph that violates it once, and the line that must tell.
var broken = map[string]struct {
	g    graph
	want string
}{
	"proxies reach no keys": {graph{
		"proxy/pgproxy": ours("pgproxy", "fieldcrypt"), "fieldcrypt": ours("fieldcrypt", "hsm/pkcs11"), "hsm/pkcs11": ours("pkcs11"),
	}, "can reach hsm: proxy/pgproxy → fieldcrypt → hsm/pkcs11"},
	"packages import what the table says": {graph{
		"proxy/pgsql": ours("pgsql", "fieldcrypt", "errors"), "fieldcrypt": ours("fieldcrypt"), "errors": {},
	}, "proxy/pgsql imports fieldcrypt"},
	"tests import what the table says": {graph{
		"audit": {own: true, testImports: []string{"audit", "internal/pgtest"}}, "internal/pgtest": ours("pgtest"),
	}, "audit imports internal/pgtest"},
	"dependencies stay where they belong": {graph{
		"keycache": ours("keycache", "go.etcd.io/bbolt/errors"), "go.etcd.io/bbolt/errors": {module: "go.etcd.io/bbolt"},
	}, "keycache imports go.etcd.io/bbolt/errors, which belongs in keystore/boltstore"},
	"only cmd imports configs": {graph{
		"cmd/keyaside": ours("main", "configs"), "audit": ours("audit", "configs"), "configs": ours("configs"),
	}, "audit imports configs: take a Config of its own and let cmd translate"},
	"the program does not import testing": {graph{
		"cmd/keyaside": ours("main", "hsm/hsmtest"), "hsm/hsmtest": ours("hsmtest", "testing"),
	}, "cmd/keyaside → hsm/hsmtest → testing"},
	"secrets are not drawn from math/rand": {graph{
		"hsm/filekey": ours("filekey", "math/rand/v2"), "proxy": ours("proxy", "math/rand/v2"),
	}, "hsm/filekey imports math/rand: use crypto/rand"},
	"names say what is inside": {graph{
		"proxy/helpers": ours("helpers"), "proxy": ours("proxy"),
	}, "proxy/helpers is named for nothing: use a name from the field"},
	"no cgo of our own": {graph{
		"fieldcrypt": {own: true, cgo: true}, "github.com/miekg/pkcs11": {cgo: true},
	}, `fieldcrypt imports "C"`},
}

func TestEachRuleCanFail(t *testing.T) {
	for name, r := range rules {
		t.Run(name, func(t *testing.T) {
			b, ok := broken[name]
			if !ok {
				t.Fatal("there is no graph that violates this rule")
			}
			if got := r(b.g); !slices.Equal(got, []string{b.want}) {
				t.Errorf("got %q, want %q", got, b.want)
			}
		})
	}
}

func TestUnknownPackageFailsTheTable(t *testing.T) {
	if got := tableHolds(graph{"newpart": ours("newpart")}); len(got) != 1 {
		t.Errorf("got %q, want one violation", got)
	}
}

func TestEveryRuleHoldsForAnEmptyGraph(t *testing.T) {
	for name, r := range rules {
		if got := r(graph{}); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}
