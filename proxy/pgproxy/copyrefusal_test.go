package pgproxy

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/internal/pgtest"
)

func rawMessage(typ byte, body string) []byte {
	n := len(body) + 4
	return append([]byte{typ, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// readTypes reads messages up to the first of the given type, and returns the types of all of them and the last body.
func readTypes(t *testing.T, r io.Reader, last byte) (types string, body []byte) {
	t.Helper()
	for {
		var typ byte
		typ, body = readMessage(t, r)
		types += string(typ)
		if typ == last {
			return types, body
		}
	}
}

func TestRowsOfARefusedCopyAreThrownAway(t *testing.T) {
	pg := pgtest.Start(t, pgtest.WithConf("log_statement", "all"))
	s := &stack{pg: pg, database: pg.NewDatabase(t), keys: newMemoryKeys()}
	s.direct(t).exec(protectedTable)
	s.start(t, protectedPolicy(), Limits{})
	for _, end := range []string{"c", "f"} {
		for _, block := range []bool{false, true} {
			c, status := s.rawLogin(t), byte('I')
			if block {
				_, _ = c.Write(rawMessage('Q', "begin\x00"))
				readTypes(t, c, 'Z')
				status = 'E'
			}
			_, _ = c.Write(rawMessage('Q', "-- a dump\n COPY public.customers (id, email) FROM stdin;\x00"))
			if types, _ := readTypes(t, c, 'G'); types != "G" {
				t.Fatalf("the client is told %q before it is asked for rows", types)
			}
			_, _ = c.Write(rawMessage('d', strings.Repeat("1\tmarker-copy@example.com\n", 10_000)))
			_, _ = c.Write(rawMessage('H', ""))
			_, _ = c.Write(rawMessage(end[0], map[string]string{"c": "", "f": "reason\x00"}[end]))
			if types, body := readTypes(t, c, 'E'); types != "E" || !bytes.Contains(body, []byte(codeNotSupported)) {
				t.Errorf("then %q %q", types, body)
			}
			if types, body := readTypes(t, c, 'Z'); types != "Z" || body[0] != status {
				t.Errorf("then %q %q, want transaction status %c", types, body, status)
			}
			_, _ = c.Write(rawMessage('Q', "rollback; select 1\x00"))
			if types, _ := readTypes(t, c, 'Z'); !strings.HasSuffix(types, "CTDCZ") {
				t.Errorf("the session goes on with %q", types)
			}
		}
	}
	log, err := os.ReadFile(pg.LogPath())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(log, []byte("marker-copy")) || !bytes.Contains(log, []byte("rollback; select 1")) {
		t.Error("the server's log has the rows, or nothing")
	}
}

func TestClientThatLeavesARefusedCopyLeavesNothingBehind(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	for _, end := range [][]byte{nil, rawMessage('X', "")} {
		c := s.rawLogin(t)
		_, _ = c.Write(rawMessage('Q', "copy customers from stdin\x00"))
		readTypes(t, c, 'G')
		_, _ = c.Write(append(rawMessage('d', "1\tacme\n"), end...))
		_ = c.Close()
	}
	await(t, "sessions end", func() bool { return s.server.Sessions() == 0 })
}
