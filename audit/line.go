package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	// formatVersion stands in each line.
	formatVersion = 1
	// MaxLine is the longest line in bytes, without its newline. It bounds what a reader must hold, and how far from its end
	// a log is searched for its last line.
	MaxLine = 16 << 10
)

// Hash is the SHA-256 of a line from its start to before its own hash.
type Hash [sha256.Size]byte

// Entry is one line of the log.
type Entry struct {
	Seq   uint64    // 1, 2, …: the number of the line
	Time  time.Time // UTC
	Event Event
	Prev  Hash // of the line before; zero in the first line
	Hash  Hash
}

// lineJSON is a line without its hash.
type lineJSON struct {
	V    int       `json:"v"`
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`
	Event
	Prev string `json:"prev"`
}

// The end of a line: its hash is the last member, at a fixed distance from the end, so that what is hashed are bytes and not
// a canonical form of JSON.
const (
	hashStart  = `,"hash":"`
	hashEnd    = `"}`
	hashLength = len(hashStart) + 2*sha256.Size + len(hashEnd)
)

var (
	// errChanged means that a line is not what its hash says.
	errChanged = errors.New("its contents do not match its own hash")
	errNotLine = errors.New("it is not a line of an audit log")
	errTooLong = fmt.Errorf("it is longer than %d bytes", MaxLine)
)

// formatLine gives the line of an event, without newline, and its hash. Bytes that are not UTF-8 are replaced.
func formatLine(seq uint64, at time.Time, e Event, prev Hash) ([]byte, Hash, error) {
	for _, s := range []*string{&e.Action, &e.Actor, &e.Tenant, &e.Purpose, &e.KeyID, &e.State, &e.Master, &e.Reason, &e.Outcome} {
		*s = strings.ToValidUTF8(*s, "\ufffd")
	}
	w := lineJSON{V: formatVersion, Seq: seq, Time: at.UTC().Round(0), Event: e, Prev: hex.EncodeToString(prev[:])}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, Hash{}, err
	}
	b = b[:len(b)-1] // the closing brace comes after the hash
	hash := Hash(sha256.Sum256(b))
	b = append(b, hashStart...)
	b = hex.AppendEncode(b, hash[:])
	b = append(b, hashEnd...)
	if len(b) > MaxLine {
		return nil, Hash{}, fmt.Errorf("event of %d bytes, at most %d are recorded: shorten the reason", len(b), MaxLine)
	}
	return b, hash, nil
}

// ParseLine reads one line, without its newline, and checks its own hash. It is strict: members that are unknown, doubled or
// differently spelled are errors. The entry shares no memory with b.
func ParseLine(b []byte) (Entry, error) {
	if len(b) > MaxLine {
		return Entry{}, errTooLong
	}
	body, hash, err := splitHash(b)
	if err != nil {
		return Entry{}, err
	}
	if Hash(sha256.Sum256(body)) != hash {
		return Entry{}, errChanged
	}
	var w lineJSON
	if err := json.Unmarshal(append(bytes.Clone(body), '}'), &w, json.RejectUnknownMembers(true)); err != nil {
		return Entry{}, errNotLine // the library's error is left out: it may quote the line
	}
	if w.V != formatVersion {
		return Entry{}, fmt.Errorf("it has format version %d, this program knows version %d: use the program that wrote it", w.V, formatVersion)
	}
	e := Entry{Seq: w.Seq, Time: w.Time, Event: w.Event, Hash: hash}
	if e.Prev, err = parseHash(w.Prev); err != nil || e.Seq == 0 {
		return Entry{}, errNotLine
	}
	return e, nil
}

func splitHash(b []byte) (body []byte, hash Hash, err error) {
	if len(b) < hashLength {
		return nil, Hash{}, errNotLine
	}
	body, end := b[:len(b)-hashLength], b[len(b)-hashLength:]
	if !bytes.HasPrefix(end, []byte(hashStart)) || !bytes.HasSuffix(end, []byte(hashEnd)) {
		return nil, Hash{}, errNotLine
	}
	hash, err = parseHash(string(end[len(hashStart) : len(end)-len(hashEnd)]))
	return body, hash, err
}

// parseHash accepts 64 lower-case hexadecimal digits.
func parseHash(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) || hex.EncodeToString(b) != s {
		return Hash{}, errNotLine
	}
	return Hash(b), nil
}
