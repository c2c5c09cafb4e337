package pgproxy

import (
	"bytes"
	"errors"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgwire"
)

// answerOf is a question that collects its answer.
func answerOf(got *[]string, done *[]bool) *question {
	return &question{
		text: "select 1", params: []string{"p"},
		row:  func(values []pgwire.Param) { *got = append(*got, string(values[0].Value)) },
		done: func(answered bool) { *done = append(*done, answered) },
	}
}

var (
	askedReplies = bytes.Join([][]byte{
		message('3', ""), message('1', ""), message('2', ""), message('D', "\x00\x01\x00\x00\x00\x01x"), message('C', "SELECT 1\x00"),
		message('3', ""), message('3', ""),
	}, nil)
	askedFails = bytes.Join([][]byte{message('3', ""), message('1', ""), message('2', ""), message('E', "SERROR\x00C57014\x00\x00")}, nil)
)

func TestQuestionIsItsOwnSegmentAndTheClientSeesNothingOfIt(t *testing.T) {
	m := offlineMachine(t, newMemoryKeys())
	var got []string
	var done []bool
	var out, shown, back output
	if err := m.ask(answerOf(&got, &done), &out); !errors.Is(err, errHold) {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(out.bytes(), message('S', "")) {
		t.Errorf("no Sync at the end: %q", out.bytes())
	}
	if _, err := m.fromClient(message('Q', "select 2\x00"), &output{}); !errors.Is(err, errHold) {
		t.Errorf("the client's message does not wait: %v", err)
	}
	if _, err := m.fromServer(append(bytes.Clone(askedReplies), message('Z', "I")...), &shown, &back); err != nil {
		t.Fatal(err)
	}
	if len(shown.bytes())+len(back.bytes()) > 0 || len(got) != 1 || got[0] != "x" || len(done) != 1 || !done[0] {
		t.Errorf("shown %q, sent %q, answer %q, done %v", shown.bytes(), back.bytes(), got, done)
	}
	if n, err := m.fromClient(message('Q', "select 2\x00"), &out); n == 0 || err != nil {
		t.Errorf("the client's message still waits: %v", err)
	}
}

func TestQuestionInsideASegmentLeavesItOpen(t *testing.T) {
	m := offlineMachine(t, newMemoryKeys())
	var got []string
	var done []bool
	var out, shown output
	if _, err := m.fromClient(message('P', "s\x00select 1\x00\x00\x00"), &out); err != nil {
		t.Fatal(err)
	}
	q := answerOf(&got, &done)
	if err := m.ask(q, &out); !errors.Is(err, errHold) || len(done) > 0 || m.queue.count != 1 {
		t.Fatalf("asked before the replies had come: %v", err)
	}
	if _, err := m.fromServer(message('1', ""), &shown, &output{}); err != nil {
		t.Fatal(err)
	}
	out.reset()
	if err := m.ask(q, &out); !errors.Is(err, errHold) || !bytes.HasSuffix(out.bytes(), message('H', "")) {
		t.Fatalf("%v, %q", err, out.bytes())
	}
	shown.reset()
	if _, err := m.fromServer(askedReplies, &shown, &output{}); err != nil || len(shown.bytes()) > 0 || len(done) != 1 || !m.queue.empty() {
		t.Errorf("%v: shown %q, done %v", err, shown.bytes(), done)
	}
}

func TestQuestionThatFailsIsHiddenUnlessItFailsTheClientsSegment(t *testing.T) {
	for _, inside := range []bool{false, true} {
		m := offlineMachine(t, newMemoryKeys())
		var got []string
		var done []bool
		var out, shown output
		if inside {
			if _, err := m.fromClient(message('P', "s\x00select 1\x00\x00\x00"), &out); err != nil {
				t.Fatal(err)
			}
			if _, err := m.fromServer(message('1', ""), &output{}, &output{}); err != nil {
				t.Fatal(err)
			}
		}
		_ = m.ask(answerOf(&got, &done), &out)
		replies := bytes.Clone(askedFails)
		if !inside {
			replies = append(replies, message('Z', "I")...)
		}
		if _, err := m.fromServer(replies, &shown, &output{}); err != nil {
			t.Fatal(err)
		}
		if (len(shown.bytes()) > 0) != inside || len(done) != 1 || done[0] || m.client.ignoring != inside || !m.queue.empty() {
			t.Errorf("inside a segment %v: shown %q, done %v, ignoring %v", inside, shown.bytes(), done, m.client.ignoring)
		}
	}
}
