package hsmtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/filekey"
	"github.com/keyaside/keyaside/hsm/hsmtest"
)

// broken is a sound Wrapper with one thing wrong.
type broken struct {
	hsm.Wrapper
	how string
}

func (b broken) Wrap(ctx context.Context, secret, aad []byte) (hsm.Wrapped, error) {
	if b.how == "ignores aad" {
		aad = nil
	}
	return b.Wrapper.Wrap(ctx, secret, aad)
}

func (b broken) Unwrap(ctx context.Context, w hsm.Wrapped, aad []byte) ([]byte, error) {
	switch b.how {
	case "ignores aad":
		aad = nil
	case "ignores reference":
		w.Ref = b.Ref()
	case "ignores context":
		ctx = context.Background()
	case "ignores trailing bytes":
		w.Blob = w.Blob[:min(len(w.Blob), 60)]
	}
	return b.Wrapper.Unwrap(ctx, w, aad)
}

func (b broken) Random(ctx context.Context, p []byte) error {
	if b.how == "fills half" {
		p = p[:len(p)/2]
	}
	return b.Wrapper.Random(ctx, p)
}

func (b broken) Close() error {
	if b.how == "never closes" {
		return nil
	}
	return b.Wrapper.Close()
}

const howEnv = "HSMTEST_BROKEN"

// TestBroken is what TestTheSuiteNotices runs in a process of its own; by itself it runs a sound Wrapper.
func TestBroken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := filekey.Create(path, []byte("p"), 1); err != nil {
		t.Fatal(err)
	}
	hsmtest.Run(t, func(t *testing.T) hsm.Wrapper {
		m, err := filekey.Open(t.Context(), path, []byte("p"))
		if err != nil {
			t.Fatal(err)
		}
		return broken{m, os.Getenv(howEnv)}
	})
}

func TestTheSuiteNotices(t *testing.T) {
	for how, test := range map[string]string{
		"ignores aad":            "associated_data_is_bound",
		"ignores reference":      "a_blob_of_another_master_key_is_no_key",
		"ignores context":        "a_cancelled_context_ends_the_call",
		"ignores trailing bytes": "every_truncation_is_noticed",
		"fills half":             "random_bytes_do_not_repeat",
		"never closes":           "after_close_every_call_says_so",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBroken$")
		cmd.Env = append(os.Environ(), howEnv+"="+how)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "--- FAIL: TestBroken/"+test) {
			t.Errorf("a wrapper that %s passes %s", how, test)
		}
	}
}
