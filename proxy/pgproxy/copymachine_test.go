package pgproxy

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// copyInResponse and copyOutResponse are the server's for so many columns in text format.
func copyResponse(typ byte, columns int) []byte {
	return message(typ, "\x00\x00"+string(rune(columns))+strings.Repeat("\x00\x00", columns))
}

// beginCopy brings a machine to where the server is ready for COPY's data.
func beginCopy(t testing.TB, m *machine, sql string, response []byte) {
	t.Helper()
	var out, back output
	if n, err := m.fromClient(message('Q', sql+"\x00"), &out); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	out.reset()
	if n, err := m.fromServer(response, &out, &back); n != len(response) || err != nil {
		t.Fatal(n, err)
	}
}

// copyStream is data in messages that are cut at odd places.
func copyStream(data string, pieces ...int) []byte {
	var b []byte
	for _, n := range pieces {
		n = min(n, len(data))
		b = append(b, message('d', data[:n])...)
		data = data[n:]
	}
	return append(append(b, message('d', data)...), message('c', "")...)
}

// feedWaiting is feedAll for a machine that may have to be fed again, with keys that come only when they are asked for.
func feedWaiting(t *testing.T, m *machine, keys *memoryKeys, in []byte, piece int, feed func([]byte, *output) (int, error)) []byte {
	t.Helper()
	var got, held []byte
	for len(in) > 0 || len(held) > 0 {
		n := min(piece, len(in))
		held = append(held, in[:n]...)
		in = in[n:]
		for again := true; again; {
			var out output
			used, err := feed(held, &out)
			got = append(got, out.bytes()...)
			held = held[used:]
			var request *keyRequest
			if again = errors.As(err, &request); again {
				key := keys.active[request.tenant]
				if request.tenant == "" {
					key = keys.keys[request.id]
				}
				m.resolve(*request, key, nil)
			} else if again = errors.Is(err, errMore); !again && err != nil {
				t.Fatal(err)
			}
		}
		if len(in) == 0 && n == 0 {
			break
		}
	}
	if len(held) > 0 {
		t.Fatalf("%d bytes were not consumed", len(held))
	}
	return got
}

// joined returns the data of the CopyData messages, and the types of all others.
func joined(t *testing.T, messages []byte) (data, types string) {
	t.Helper()
	for len(messages) > 0 {
		size, err := pgwire.MessageSize(messages)
		if err != nil || size > len(messages) {
			t.Fatalf("no message: %q", messages)
		}
		if messages[0] == 'd' {
			data += string(messages[pgwire.HeaderSize:size])
		} else {
			types += string(messages[0])
		}
		messages = messages[size:]
	}
	return data, types
}

// opened replaces the envelopes in text data by what they hold.
func opened(t *testing.T, m *machine, keys *memoryKeys, data string, column int) string {
	t.Helper()
	lines := strings.SplitAfter(data, "\n")
	for i, line := range lines {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) <= column || !strings.HasPrefix(fields[column], `\\x`) {
			continue
		}
		envelope, err := hex.DecodeString(fields[column][3:])
		if err != nil {
			t.Fatal(err)
		}
		h, err := fieldcrypt.ParseHeader(envelope)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := keys.keys[h.KeyID].Open(nil, m.policy.fields[0].field, envelope)
		if err != nil {
			t.Fatal(err)
		}
		fields[column] = keys.keys[h.KeyID].Tenant() + "'s " + string(plain)
		lines[i] = strings.Join(fields, "\t") + line[len(strings.TrimSuffix(line, "\n")):]
	}
	return strings.Join(lines, "")
}

func TestCopyInIsTheSameHoweverItIsCut(t *testing.T) {
	data := "1\tacme\tsome one\n2\tglobex\t\\N\n3\tglobex\ttwo\\tlines\n4\tacme\tend"
	want := "1\tacme\tacme's some one\n2\tglobex\t\\N\n3\tglobex\tglobex's two\tlines\n4\tacme\tacme's end"
	for _, cold := range []bool{false, true} {
		keys := newMemoryKeys()
		keys.rotate(t, "acme", 1)
		keys.rotate(t, "globex", 1)
		keys.cold = cold
		in := copyStream(data, 1, 12, 0, 7, 25)
		for piece := 1; piece <= len(in); piece++ {
			m := offlineMachine(t, keys)
			beginCopy(t, m, "copy customers (id, tenant_id, email) from stdin", copyResponse('G', 3))
			got, types := joined(t, feedWaiting(t, m, keys, in, piece, m.fromClient))
			if got = opened(t, m, keys, got, 2); got != want || types != "c" {
				t.Fatalf("cold %v, pieces of %d: %q %q", cold, piece, got, types)
			}
		}
	}
}

func TestCopyInThatFailsIsTheSameHoweverItIsCut(t *testing.T) {
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	in := append(copyStream("1\tacme\tmarker\n2\tacme\tmarker\tmarker\n3\tacme\tmarker\n", 8, 11, 3), message('Q', "select 1\x00")...)
	for piece := 1; piece <= len(in); piece++ {
		m := offlineMachine(t, keys)
		beginCopy(t, m, "copy customers (id, tenant_id, email) from stdin", copyResponse('G', 3))
		data, types := joined(t, feedAll(t, in, piece, m.fromClient))
		if strings.Count(data, "\n") > 1 || strings.Contains(data, "marker") || types != "fQ" {
			t.Fatalf("pieces of %d: %q %q", piece, data, types)
		}
		var out, back output
		answer := append(message('E', "SERROR\x00VERROR\x00C57014\x00MCOPY from stdin failed: "+copyFailText+"\x00"), message('Z', "I")...)
		if _, err := m.fromServer(answer, &out, &back); err != nil || !bytes.Contains(out.bytes(), []byte("extra data")) {
			t.Fatalf("the client is told %q, %v", out.bytes(), err)
		}
	}
}

// sealedLine is a row of COPY TO STDOUT of the columns id, email and tenant.
func sealedLine(t testing.TB, keys *memoryKeys, id int, tenant, email string) string {
	t.Helper()
	f, err := fieldcrypt.NewField("customer_email", 0)
	if err != nil {
		t.Fatal(err)
	}
	key := keys.active[tenant]
	envelope, err := key.Seal(nil, f, []byte(email))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d\t\\\\x%x\t%s\n", id, envelope, tenant)
}

func TestCopyOutIsTheSameHoweverItIsCut(t *testing.T) {
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	keys.rotate(t, "globex", 1)
	for _, cold := range []bool{false, true} {
		keys.cold = cold
		in := bytes.Join([][]byte{copyResponse('H', 3), message('d', sealedLine(t, keys, 1, "acme", "one")), message('N', "\x00"),
			message('d', "2\t\\N\tglobex\n"), message('d', sealedLine(t, keys, 3, "globex", "a\tb")), message('c', ""), message('C', "COPY 3\x00"), message('Z', "I")}, nil)
		for piece := 1; piece <= len(in); piece++ {
			m := offlineMachine(t, keys)
			var out, back output
			if _, err := m.fromClient(message('Q', "copy customers (id, email) to stdout\x00"), &out); err != nil || !bytes.Contains(out.bytes(), []byte(`"tenant_id"`)) {
				t.Fatalf("%q, %v", out.bytes(), err)
			}
			feed := func(in []byte, out *output) (int, error) { return m.fromServer(in, out, &back) }
			data, types := joined(t, feedWaiting(t, m, keys, in, piece, feed))
			if data != "1\tone\n2\t\\N\n3\ta\\tb\n" || types != "HNcCZ" {
				t.Fatalf("cold %v, pieces of %d: %q %q", cold, piece, data, types)
			}
		}
	}
}

func TestCopyOutOfWhatDoesNotOpenIsAnError(t *testing.T) {
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	keys.rotate(t, "globex", 1)
	good := sealedLine(t, keys, 1, "acme", "marker")
	for name, line := range map[string]string{
		"another tenant's value": strings.Replace(good, "\tacme", "\tglobex", 1),
		"a tenant that is NULL":  strings.Replace(good, "\tacme", "\t\\N", 1),
		"an altered value":       good[:40] + string(good[40]^1) + good[41:],
		"a value in the clear":   "1\tin the clear\tacme\n",
		"a column too few":       good[:strings.LastIndex(good, "\t")] + "\n",
		"two rows":               good + good,
		"no end of line":         strings.TrimSuffix(good, "\n"),
		"nothing":                "",
	} {
		m := offlineMachine(t, keys)
		beginCopy(t, m, "copy customers (id, email, tenant_id) to stdout", copyResponse('H', 3))
		var out, back output
		in := bytes.Join([][]byte{message('d', line), message('d', good), message('c', ""), message('C', "COPY 2\x00"), message('Z', "T")}, nil)
		if _, err := m.fromServer(in, &out, &back); err != nil {
			t.Fatal(err)
		}
		if data, types := joined(t, out.bytes()); data != "" || types != "E" || bytes.Contains(out.bytes(), []byte("marker")) {
			t.Errorf("%s: the client gets %q %q", name, data, types)
		}
		if !bytes.Contains(back.bytes(), []byte(refusedText)) {
			t.Errorf("%s: the transaction is not aborted", name)
		}
	}
}

// copyRow returns functions that feed a row of COPY in either direction.
func copyRowFeeds(t testing.TB) (in, out func() []byte, inSize, outSize int) {
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	row := bytes.Repeat([]byte("4711\tacme\twilhelmina.oconnor.4711@example.com\n"), 100)
	client := message('d', string(row))
	sealer, opener := offlineMachine(t, keys), offlineMachine(t, keys)
	beginCopy(t, sealer, "copy customers (id, tenant_id, email) from stdin", copyResponse('G', 3))
	beginCopy(t, opener, "copy customers (id, email, tenant_id) to stdout", copyResponse('H', 3))
	server := bytes.Repeat(message('d', sealedLine(t, keys, 4711, "acme", "wilhelmina.oconnor.4711@example.com")), 100)
	var toServer, toClient, back output
	in = func() []byte {
		toServer.reset()
		if n, err := sealer.fromClient(client, &toServer); n != len(client) || err != nil {
			t.Fatal(n, err)
		}
		return toServer.bytes()
	}
	out = func() []byte {
		toClient.reset()
		if n, err := opener.fromServer(server, &toClient, &back); n != len(server) || err != nil {
			t.Fatal(n, err)
		}
		return toClient.bytes()
	}
	return in, out, len(client), len(server)
}

func TestCopyDoesNotAllocatePerRow(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	in, out, _, _ := copyRowFeeds(t)
	if n := testing.AllocsPerRun(100, func() { in() }); n > 0 {
		t.Errorf("%v allocations for 100 rows in", n)
	}
	if n := testing.AllocsPerRun(100, func() { out() }); n > 0 {
		t.Errorf("%v allocations for 100 rows out", n)
	}
}

func BenchmarkCopyIn(b *testing.B) {
	in, _, size, _ := copyRowFeeds(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		in()
	}
}

func BenchmarkCopyOut(b *testing.B) {
	_, out, _, size := copyRowFeeds(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		out()
	}
}

func TestShortRowsAreCollectedWithinABound(t *testing.T) {
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	m := offlineMachine(t, keys)
	beginCopy(t, m, "copy customers (tenant_id, email) from stdin", copyResponse('G', 2))
	in := message('d', strings.Repeat("acme\tx\n", 1<<16))
	rows := 0
	for len(in) > 0 {
		var out output
		n, err := m.fromClient(in, &out)
		if err != nil && !errors.Is(err, errMore) {
			t.Fatal(err)
		}
		if len(out.bytes()) > maxBatch+1000 {
			t.Fatalf("%d bytes are collected", len(out.bytes()))
		}
		rows += bytes.Count(out.bytes(), []byte("\n"))
		in = in[n:]
	}
	if rows != 1<<16 {
		t.Errorf("%d rows", rows)
	}
}
