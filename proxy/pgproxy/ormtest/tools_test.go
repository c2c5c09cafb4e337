package ormtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func goTool(t *testing.T, _ string) string { return find(t, "go", "Go") }

func node(t *testing.T, pkg string) string {
	if _, err := os.Stat(filepath.Join("node/node_modules", pkg, "package.json")); err != nil {
		t.Fatalf("%s is missing: run make deps-drivers, or npm ci in proxy/pgproxy/ormtest/node", pkg)
	}
	return find(t, "node", "nodejs")
}

// python finds a Python that has the module. Distributions' packages serve their own Python only, which need not be the
// first in PATH.
func python(t *testing.T, module string) string {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import "+module).Run() == nil {
			return python
		}
	}
	t.Fatalf("Python's %s is missing: run make deps-drivers, or install python3-%s", module, module)
	return ""
}

func find(t *testing.T, program, pkg string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing: install %s", program, pkg)
	}
	return path
}
