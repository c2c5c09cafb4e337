package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// module is the import path of this repository's module.
const module = "github.com/keyaside/keyaside"

// node is one package as the rules see it. Paths of our own packages are relative to the module, e.g. "proxy/pgsql".
type node struct {
	name        string // as in its package clause
	module      string // path of the module that provides it; "" for the standard library
	own         bool
	cgo         bool     // has files that import "C"
	imports     []string // by its non-test files
	testImports []string // by its test files, in the package or beside it; own packages only
}

// graph maps import paths to packages.
type graph map[string]node

// own returns the paths of our own packages in order.
func (g graph) own() []string {
	var paths []string
	for path, n := range g {
		if n.own {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// route returns the shortest chain of imports from one package to one that matches, or nil.
func (g graph) route(from string, match func(path string) bool) []string {
	seen := map[string]bool{from: true}
	for queue := [][]string{{from}}; len(queue) > 0; queue = queue[1:] {
		chain := queue[0]
		for _, next := range g[chain[len(chain)-1]].imports {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(chain), next)
			if match(next) {
				return longer
			}
			queue = append(queue, longer)
		}
	}
	return nil
}

// listed is what `go list -json` tells of a package.
type listed struct {
	ImportPath, Name, ForTest          string
	Standard                           bool
	CgoFiles                           []string
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Path string }
}

// loadGraph lists the module's packages and all that they need, with and without cgo: twin files import differently.
func loadGraph(t *testing.T) graph {
	t.Helper()
	g := make(graph)
	for _, cgo := range []string{"0", "1"} {
		cmd := exec.Command("go", "list", "-deps", "-test", "-e=false",
			"-json=ImportPath,Name,ForTest,Standard,CgoFiles,Imports,TestImports,XTestImports,Module", module+"/...")
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v: %s", err, stderr.Bytes())
		}
		if err := g.add(out); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g graph) add(list []byte) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	for {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("output of go list: %w", err)
		}
		if l.ForTest == "" && !strings.HasSuffix(l.ImportPath, ".test") { // not a variant built for a test
			g.merge(l)
		}
	}
}

func (g graph) merge(l listed) {
	n := g[relative(l.ImportPath)]
	n.name = l.Name
	if l.Module != nil && !l.Standard {
		n.module = l.Module.Path
	}
	n.own = n.module == module
	n.cgo = n.cgo || len(l.CgoFiles) > 0
	n.imports = union(n.imports, l.Imports)
	n.testImports = union(n.testImports, slices.Concat(l.TestImports, l.XTestImports))
	g[relative(l.ImportPath)] = n
}

func union(paths, more []string) []string {
	for _, p := range more {
		paths = append(paths, relative(p))
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// relative shortens the paths of our own packages; the module's root would be ".".
func relative(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// within reports whether path is folder or below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
