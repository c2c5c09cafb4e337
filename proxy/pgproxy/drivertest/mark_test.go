package drivertest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"testing"
	"time"
)

// mark is a value that the application alone may see, in the forms in which it could be written down.
type mark struct {
	what  string // for reports, which never quote the value
	forms []form
}

type form struct {
	name  string
	bytes []byte
}

// minForm is the length in bytes of the shortest form that is searched for. With less, ciphertext would match by chance.
const minForm = 5

// ledger makes the values of one test and knows their marks.
type ledger struct {
	t     testing.TB
	marks []mark
}

// enter adds a mark with the given forms and, of each, what encodings make of it.
func (l *ledger) enter(what string, forms ...form) {
	l.t.Helper()
	m := mark{what: what}
	for _, f := range forms {
		m.forms = append(m.forms, f)
		m.forms = append(m.forms, encodings(f)...)
	}
	for _, f := range m.forms {
		if len(f.bytes) < minForm {
			l.t.Fatalf("%s as %s has only %d bytes", what, f.name, len(f.bytes))
		}
	}
	l.marks = append(l.marks, m)
}

// encodings lists the forms that hex and base64 give to bytes that may stand anywhere in a longer value.
func encodings(f form) []form {
	forms := []form{
		{f.name + " in hex", []byte(hex.EncodeToString(f.bytes))},
		{f.name + " in upper-case hex", fmt.Appendf(nil, "%X", f.bytes)},
	}
	for _, e := range []struct {
		name string
		*base64.Encoding
	}{{"base64", base64.RawStdEncoding}, {"base64url", base64.RawURLEncoding}} {
		for shift := range 3 {
			if text := base64At(e.Encoding, f.bytes, shift); len(text) >= minForm {
				forms = append(forms, form{fmt.Sprintf("%s in %s at %d", f.name, e.name, shift), text})
			}
		}
	}
	return forms
}

// base64At returns the characters of a base64 text that depend on b alone, where b stands shift bytes behind a multiple
// of three. A character has six bits.
func base64At(e *base64.Encoding, b []byte, shift int) []byte {
	padded := append(make([]byte, shift), b...)
	text := e.AppendEncode(nil, padded)
	return text[(shift*8+5)/6 : len(padded)*8/6]
}

// word makes a random word that occurs in no file by chance.
func (l *ledger) word(what string) string {
	w := "Mk" + rand.Text()[:18]
	l.enter(what, form{"text", []byte(w)})
	return w
}

// int8 makes a random number of 18 or 19 digits, negative half of the time.
func (l *ledger) int8(what string) int64 {
	n := int64(random(l.t, 8e18)) + 1e17
	digits := strconv.FormatInt(n, 10)
	if n%2 == 0 {
		n = -n
	}
	l.enter(what,
		form{"decimal", []byte(digits)},
		form{"big-endian", binary.BigEndian.AppendUint64(nil, uint64(n))},
		form{"little-endian", binary.LittleEndian.AppendUint64(nil, uint64(n))})
	return n
}

// date makes a random day of a year that no log line, file or clock has by chance.
func (l *ledger) date(what string) string {
	day := time.Date(4000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random(l.t, 2_000_000))
	days := int32((day.Unix() - time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()) / 86400)
	wire := binary.BigEndian.AppendUint32(nil, uint32(days))
	text := day.Format(time.DateOnly)
	l.enter(what, form{"ISO 8601", []byte(text)})
	// Four bytes alone could occur by chance; in a cell they stand behind the length byte of a short value (varatt.h,
	// SET_VARSIZE_1B: the length with itself, shifted left by one, and a bit), in a log behind the sign of hex.
	m := &l.marks[len(l.marks)-1]
	m.forms = append(m.forms,
		form{"binary in a cell", append([]byte{5<<1 | 1}, wire...)},
		form{"binary in hex", []byte(`\x` + hex.EncodeToString(wire))})
	return text
}

// uuid makes a random UUID of version 4.
func (l *ledger) uuid(what string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	l.enter(what, form{"text", []byte(text)}, form{"bytes", b[:]})
	return text
}

// random returns a number below limit.
func random(t testing.TB, limit int64) int {
	n, err := rand.Int(rand.Reader, big.NewInt(limit))
	if err != nil {
		t.Fatal(err)
	}
	return int(n.Int64())
}
