package pgproxy

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
	"testing"
)

// recorder stands between the proxy and the server and keeps what the proxy sends: all that the database, its log or a
// listener on that network could see.
type recorder struct {
	address string
	mu      sync.Mutex
	sent    []byte
}

func record(t testing.TB, upstream string) *recorder {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{address: ln.Addr().String()}
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			sessions.Go(func() { r.relay(c, upstream) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		sessions.Wait()
	})
	return r
}

func (r *recorder) relay(c net.Conn, upstream string) {
	defer c.Close()
	s, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer s.Close()
	go func() {
		_, _ = io.Copy(io.MultiWriter(r, s), c)
		_ = s.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(c, s)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, p...)
	return len(p), nil
}

// take returns what was sent since the last call.
func (r *recorder) take() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.sent
	r.sent = nil
	return p
}

// recordedStack is a stack whose server side is recorded.
func recordedStack(t testing.TB, s *stack) *recorder {
	t.Helper()
	r := record(t, fmt.Sprintf("%s:%d", s.pg.Host, s.pg.Port))
	s.upstream = r.address
	return r
}

// leaked returns the marker that stands in sent in some form, or an empty string: as it is in any case of letters, in
// hexadecimal, or in base64.
func leaked(sent []byte, markers ...string) string {
	folded := bytes.ToLower(sent)
	spelled := sealedLiteral.ReplaceAll(folded, nil)
	for _, m := range markers {
		lower := bytes.ToLower([]byte(m))
		if bytes.Contains(spelled, lower) || bytes.Contains(folded, []byte(hex.EncodeToString(lower))) {
			return m
		}
		for skip := range 3 { // the marker may begin at each of three places in a group
			whole := base64.StdEncoding.EncodeToString(append(make([]byte, skip), m...))
			if middle := whole[4*((skip+2)/3) : len(whole)-4]; len(middle) >= 6 && bytes.Contains(sent, []byte(middle)) {
				return m
			}
		}
	}
	return ""
}

// sealedLiteral is an envelope in hex, whose random digits may happen to spell a marker of few digits.
var sealedLiteral = regexp.MustCompile(`\\xf54b[0-9a-f]{60,}`)

func TestRecorderFindsAMarkerInEachForm(t *testing.T) {
	const marker = "marker-of-this-test"
	for _, form := range []string{marker, "MARKER-of-this-TEST", hex.EncodeToString([]byte(marker)),
		base64.StdEncoding.EncodeToString([]byte(marker)), base64.StdEncoding.EncodeToString([]byte("x" + marker)),
		base64.StdEncoding.EncodeToString([]byte("xy" + marker))} {
		if leaked([]byte("before "+form+" behind"), marker) == "" {
			t.Errorf("not found in %s", form)
		}
	}
	if leaked([]byte("something else"), marker) != "" {
		t.Error("found where it is not")
	}
}
