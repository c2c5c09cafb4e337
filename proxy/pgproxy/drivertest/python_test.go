package drivertest

import (
	"os/exec"
	"testing"
)

// pythonWith finds a Python that has the module. Distributions' packages serve their own Python only, which need not be
// the first in PATH.
func pythonWith(t *testing.T, module, pkg string) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import "+module).Run() == nil {
			return python
		}
	}
	t.Fatalf("Python's %s is missing: run make deps-drivers, or install %s", module, pkg)
	return ""
}

func TestPsycopg2(t *testing.T) {
	python := pythonWith(t, "psycopg2", "python3-psycopg2")
	s := newStage(t)
	s.runScript(t, python, "-B", "python/drive.py", "psycopg2")
	s.assertNoLeak()
}

func TestPsycopg3InBothFormats(t *testing.T) {
	python := pythonWith(t, "psycopg", "python3-psycopg (Fedora: python3-psycopg3, Alpine: py3-psycopg)")
	for _, format := range []string{"text", "binary"} {
		t.Run(format, func(t *testing.T) {
			s := newStage(t)
			s.runScript(t, python, "-B", "python/drive.py", "psycopg3", format)
			s.assertNoLeak()
		})
	}
}
