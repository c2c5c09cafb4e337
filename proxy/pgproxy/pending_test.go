package pgproxy

import (
	"math"
	"testing"
)

func kinds(q *queue) (got []request) {
	for i := range q.count {
		got = append(got, q.at(i).request)
	}
	return got
}

func equal(a []request, b ...request) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func queueOf(requests ...request) *queue {
	q := &queue{}
	for _, r := range requests {
		q.push(pending{request: r})
	}
	return q
}

func TestQueueKeepsOrderWhileItGrowsAndWraps(t *testing.T) {
	q := &queue{}
	next, first := uint64(0), uint64(0)
	for range 1000 {
		for range 3 {
			q.push(pending{request: reqParse, serial: next})
			next++
		}
		for range 2 {
			if got := q.first().serial; got != first {
				t.Fatalf("first is %d, want %d", got, first)
			}
			q.pop()
			first++
		}
	}
	if q.count != int(next-first) {
		t.Errorf("%d are left, want %d", q.count, next-first)
	}
}

func TestErrorSkipsToItsOwnSyncAndUndoesInReverse(t *testing.T) {
	q := queueOf(reqParse, reqBind, reqSync, reqParse, reqSync)
	var undone []request
	if !q.skipToSync(func(p *pending) { undone = append(undone, p.request) }) {
		t.Error("the Sync was not found")
	}
	if !equal(undone, reqBind, reqParse) || !equal(kinds(q), reqSync, reqParse, reqSync) {
		t.Errorf("undone %v, left %v", undone, kinds(q))
	}
	if q = queueOf(reqParse, reqBind); q.skipToSync(func(*pending) {}) || !q.empty() {
		t.Error("without a Sync everything goes")
	}
}

func TestSyncsDuringCopyAreIgnored(t *testing.T) {
	q := queueOf(reqExecute, reqSync, reqClose, reqSync)
	q.ignoreSyncs(math.MaxUint64)
	if !equal(kinds(q), reqExecute, reqClose) || q.syncs != 0 {
		t.Errorf("left %v, %d Syncs", kinds(q), q.syncs)
	}
}

func TestPositionsMapBackThroughEdits(t *testing.T) {
	client := []byte("insert into é values ('abc', bogus)")
	edits := []edited{{start: 23, end: 28, size: 60}} // 'abc' became longer
	server := append([]byte(nil), client[:23]...)
	server = append(server, make([]byte, 60)...)
	server = append(server, client[28:]...)
	for _, c := range []struct{ name, at string }{{"before the edit", "é"}, {"behind the edit", "bogus"}} {
		offset := indexOf(server, c.at)
		got := clientPosition(client, server, edits, characterPosition(server, offset))
		if want := characterPosition(client, indexOf(client, c.at)); got != want {
			t.Errorf("%s: got %d, want %d", c.name, got, want)
		}
	}
	if got := clientPosition(client, server, edits, characterPosition(server, 40)); got != characterPosition(client, 23) {
		t.Errorf("inside the edit: got %d", got)
	}
}

func indexOf(text []byte, s string) int {
	for i := range text {
		if i+len(s) <= len(text) && string(text[i:i+len(s)]) == s {
			return i
		}
	}
	return -1
}

func TestOutputPassesAContiguousStretchWithoutCopying(t *testing.T) {
	in := []byte("abcdefgh")
	var out output
	out.pass(in[0:2])
	out.pass(in[2:5])
	if b := out.bytes(); string(b) != "abcde" || &b[0] != &in[0] {
		t.Errorf("got %q, copied: %v", b, &b[0] != &in[0])
	}
	out.buf = append(out.own(), 'X')
	out.pass(in[6:8])
	if string(out.bytes()) != "abcdeXgh" {
		t.Errorf("got %q", out.bytes())
	}
	out.reset()
	out.pass(in[0:2])
	out.pass(in[4:6])
	if string(out.bytes()) != "abef" || string(in) != "abcdefgh" {
		t.Errorf("got %q, input is now %q", out.bytes(), in)
	}
}
