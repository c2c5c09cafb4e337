package audit

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var sample = Event{
	Action: "key.rotate", Actor: "cli:alice", Tenant: "acme \"& sons\"\n", Purpose: "data", KeyID: "00000000000000ff", Version: 2,
	State: "active", Master: "pkcs11:token/label:1", Reason: "a laptop was lost", Outcome: "ok",
}

var sampleTime = time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)

func mustFormat(t testing.TB, seq uint64, e Event, prev Hash) ([]byte, Hash) {
	t.Helper()
	line, hash, err := formatLine(seq, sampleTime, e, prev)
	if err != nil {
		t.Fatal(err)
	}
	return line, hash
}

func TestALineReadsBackAsItWasWritten(t *testing.T) {
	prev := Hash{1, 2, 3}
	for _, e := range []Event{sample, {Action: "a", Actor: "b", Outcome: "c"}} {
		line, hash := mustFormat(t, 7, e, prev)
		got, err := ParseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		if want := (Entry{7, sampleTime, e, prev, hash}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// Logs out there hold this form. The hash was computed apart from this code, with sha256sum.
func TestTheFormOfALineIsFixed(t *testing.T) {
	line, _ := mustFormat(t, 1, Event{Action: "key.create", Actor: "serve", Tenant: "acme", Version: 1, Outcome: "ok"}, Hash{})
	const want = `{"v":1,"seq":1,"time":"2026-01-02T03:04:05.0000006Z","action":"key.create","actor":"serve","tenant":"acme","version":1,"outcome":"ok",` +
		`"prev":"0000000000000000000000000000000000000000000000000000000000000000","hash":"d050bd1558973a946268920bd9b127cd6b19babe6f554dadc95f7f275ac2d48d"}`
	if string(line) != want {
		t.Errorf("%s", line)
	}
}

func TestAnEventCannotForgeASecondLine(t *testing.T) {
	e := sample
	e.Reason = "x\"}\n{\"v\":1,\"seq\":2}\n\x00\xff\u2028"
	line, _ := mustFormat(t, 1, e, Hash{})
	if bytes.ContainsAny(line, "\n\x00") || !utf8.Valid(line) {
		t.Errorf("%q", line)
	}
	if got, err := ParseLine(line); err != nil || got.Event.Reason != strings.ToValidUTF8(e.Reason, "\ufffd") {
		t.Errorf("%q, %v", got.Event.Reason, err)
	}
}

func TestAnEventThatIsTooLongIsRefused(t *testing.T) {
	e := sample
	e.Reason = strings.Repeat("x", MaxLine)
	if _, _, err := formatLine(1, sampleTime, e, Hash{}); err == nil {
		t.Error("it passed")
	}
}

func TestEveryAlteredOrMissingByteOfALineIsNoticed(t *testing.T) {
	line, _ := mustFormat(t, 7, sample, Hash{1})
	for i := range line {
		changed := bytes.Clone(line)
		changed[i] ^= 0x20
		if _, err := ParseLine(changed); err == nil {
			t.Errorf("byte %d altered: %s", i, changed)
		}
		if _, err := ParseLine(line[:i]); err == nil {
			t.Errorf("cut to %d bytes", i)
		}
	}
}

func TestALineWithARightHashIsStillReadStrictly(t *testing.T) {
	good, _ := mustFormat(t, 7, sample, Hash{1})
	for name, change := range map[string][2]string{
		"unknown member": {`"v":1`, `"v":1,"later":2`},
		"doubled member": {`"v":1`, `"v":1,"seq":8`},
		"no number":      {`"seq":7,`, ``},
		"number 0":       {`"seq":7`, `"seq":0`},
		"later version":  {`"v":1`, `"v":2`},
		"no prev":        {`"prev":"01`, `"prev":"zz`},
		"not an object":  {`{"v"`, `["v"`},
	} {
		body := strings.Replace(string(good[:len(good)-hashLength]), change[0], change[1], 1)
		if _, err := ParseLine(rehash(body)); err == nil || errors.Is(err, errChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	line, _ := mustFormat(f, 7, sample, Hash{1})
	f.Add(string(line[:len(line)-hashLength]))
	f.Add(`{"v":1,"seq":1`)
	f.Add(``)
	f.Fuzz(func(t *testing.T, body string) {
		_, _ = ParseLine([]byte(body))
		e, err := ParseLine(rehash(body))
		if err != nil {
			return
		}
		again, _, err := formatLine(e.Seq, e.Time, e.Event, e.Prev)
		if err != nil {
			return // a year that JSON does not have, or too long once escaped
		}
		same, err := ParseLine(again)
		e.Hash, e.Time = same.Hash, e.Time.UTC()
		if err != nil || same != e {
			t.Fatalf("%+v became %+v, %v", e, same, err)
		}
	})
}

func TestAHeadHasOneWrittenForm(t *testing.T) {
	for _, h := range []Head{{}, {1, Hash{1}}, {1<<64 - 1, Hash{255}}} {
		got, err := ParseHead(h.String())
		if err != nil || got != h || len(h.String()) != headLength {
			t.Errorf("%s: %+v, %v", h, got, err)
		}
	}
	good := Head{7, Hash{9}}.String()
	for _, bad := range []string{"", good + " ", good[1:], "+" + good[1:], strings.ToUpper(good), strings.Replace(good, " ", "\t", 1), strings.Replace(good, "7", "x", 1)} {
		if _, err := ParseHead(bad); err == nil && bad != good {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(Head{7, Hash{9}}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := ParseHead(s); err == nil && h.String() != s {
			t.Fatalf("%q became %q", s, h)
		}
	})
}
