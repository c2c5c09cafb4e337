package boltstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
	"github.com/keyaside/keyaside/keystore/storetest"
)

const crashEnv = "KEYASIDE_BOLTSTORE_CRASH"

// TestMain turns the test binary into the process that is to be killed: it rotates one key after another and writes the
// version to standard output when its commit has returned.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		fmt.Fprintln(os.Stderr, rotateForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func rotateForEver(path string) error {
	s, err := boltstore.Open(boltstore.Config{Path: path})
	if err != nil {
		return err
	}
	for {
		old, err := s.Active(context.Background(), "acme", keystore.PurposeKEK)
		if err != nil {
			return err
		}
		next := storetest.KEK(old.ID+1, "acme", old.Version+1)
		if _, err := s.Commit(context.Background(), storetest.Retire(old), next); err != nil {
			return err
		}
		fmt.Println(next.Version)
	}
}

func TestAProcessKilledAmongCommitsLosesNothingAcknowledgedAndLeavesNothingHalfDone(t *testing.T) {
	s := newStore(t)
	if _, err := s.Commit(t.Context(), storetest.KEK(1, "acme", 1)); err != nil {
		t.Fatal(err)
	}
	for round := range 8 {
		acknowledged := killAfter(t, s.Path(), 5+3*round)
		checkRotations(t, s, acknowledged)
	}
}

// killAfter starts the process, kills it with SIGKILL somewhere after n acknowledged commits, and returns the last version
// that it acknowledged.
func killAfter(t *testing.T, path string, n int) uint32 {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashEnv+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var last uint64
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); seen++ {
		if seen == n {
			_ = child.Process.Kill()
		}
		if last, err = strconv.ParseUint(lines.Text(), 10, 32); err != nil {
			break // the last line may be cut
		}
	}
	if child.Wait() == nil || child.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", child.ProcessState)
	}
	return uint32(last)
}

func checkRotations(t *testing.T, s *boltstore.Store, acknowledged uint32) {
	t.Helper()
	var versions, active uint32
	err := s.List(t.Context(), "acme", func(r keystore.Record) bool {
		versions++
		if r.Version != versions {
			t.Errorf("version %d follows %d", r.Version, versions-1)
		}
		if r.State == keystore.Active {
			active++
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if active != 1 {
		t.Errorf("%d active versions", active)
	}
	if versions < acknowledged {
		t.Errorf("acknowledged version %d, found %d", acknowledged, versions)
	}
	if r, err := s.Active(t.Context(), "acme", keystore.PurposeKEK); err != nil || r.Version != versions {
		t.Errorf("active is version %d of %d, %v", r.Version, versions, err)
	}
}
