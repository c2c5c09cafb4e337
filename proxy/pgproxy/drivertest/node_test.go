package drivertest

import (
	"os"
	"os/exec"
	"testing"
)

func TestNodePostgres(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing: run make deps-drivers, or install nodejs and npm")
	}
	if _, err := os.Stat("node/node_modules/pg/package.json"); err != nil {
		t.Fatal("node-postgres is missing: run make deps-drivers, or npm ci in proxy/pgproxy/drivertest/node")
	}
	s := newStage(t)
	s.runScript(t, node, "node/drive.js")
	s.assertNoLeak()
}
