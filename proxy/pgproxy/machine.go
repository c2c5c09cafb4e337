package pgproxy

import (
	"errors"
	"fmt"

	"github.com/jackc/pgproto3/v2"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// machine is a session after its startup packet: fed with what either side sent, it says what to write to either side.
// It does no I/O and never blocks. When it cannot go on it returns one of the wait errors, with all bytes before the
// message that waits consumed; it is fed the same message again once the reason is gone. A machine is not safe for
// concurrent use: the transport holds a lock around each call.
type machine struct {
	policy *boundPolicy
	keys   fieldcrypt.KeySource
	limits Limits
	// planner returns the planner for the session's database, or false while the catalog must be read again.
	planner func() (*pgsql.Planner, bool)
	// schemaChanged is called when a transaction that may have changed the catalog has ended.
	schemaChanged func()
	// groups returns the memberships of roles as the catalog has them; never nil.
	groups   func() *roleGroups
	user     string
	database string
	observer *observer // not nil: everything passes, and is only looked at

	session    pgsql.Session // what the planner must know of it
	resolution resolution
	roles      roles
	settings   sessionSettings
	reading    *facts // of the result whose row is at hand

	prepared func(name string) *pgsql.Prepared // findPrepared
	// unprepared has names that PREPARE or Parse was to give to statements on protected columns, and has not given.
	unprepared map[string]bool

	// What the client prepared, as it will be once the server has carried out all that is under way.
	statements map[string]*statement
	portals    map[string]*portal
	serial     uint64
	segments   uint64             // counts the Syncs and simple queries that were sent
	changed    map[nameKey]uint64 // names that unanswered messages changed, with the segment of the last of them
	queue      queue

	client  clientSide
	server  serverSide
	scratch scratch
}

// clientSide is the state of the stream from the client.
type clientSide struct {
	pass, drop int     // bytes of the present message that still go on, or away
	want       int     // size of the message that waits for more bytes
	ignoring   bool    // the server skips to the next Sync, so nothing before it needs to be sent
	barrier    bool    // nothing may be sent before the ReadyForQuery of a protected read has come
	ended      bool    // Terminate was sent
	deaf       bool    // a statement was refused or failed: COPY data behind it is for nobody
	copying    *Error  // a COPY FROM STDIN was refused with this, and its rows are thrown away
	rows       *copyIn // a COPY FROM STDIN into a protected table takes rows
	feed       int     // bytes of the present CopyData message that are still for it
	plainRows  bool    // a COPY FROM STDIN into another table, of a text with a plan, takes rows
	segment    segment
	owesSync   bool // a question failed in a segment that the client does not know of: its Sync is to be sent
	// copyEnds has, for each CopyDone and CopyFail sent ahead of the server's readiness, the number of the message before.
	copyEnds []uint64
}

// segment is what is known of the messages since the last Sync.
type segment struct {
	begun     bool // a message was sent
	asked     bool // the first was a question of the proxy's own, which began a transaction
	unsettled bool // something was executed that may change what names mean
	reads     bool // a protected result is read
	writes    bool // something may have been written
	flushed   bool // Flush was sent in place of the Sync, which waits for the replies
	failed    bool // a protected result could not be read, and the client was told so
}

// serverSide is the state of the stream from the server.
type serverSide struct {
	pass, drop int
	want       int
	started    bool // the first ReadyForQuery has come
	status     byte // transaction status of the last ReadyForQuery
	swallow    bool // a read failed: nothing goes to the client before ReadyForQuery
	aborting   bool // a statement that must fail was sent, to abort the transaction of a failed read
	ended      bool // a FATAL or PANIC error has come
	ddl        bool // the transaction under way may change the catalog
	single     bool // a simple query runs in the extended protocol, and its Sync is still to be sent
	draining   bool
	rows       *copyOut // a COPY TO STDOUT sends rows with protected columns
	major      int      // the server's major version, as reported
	encoding   string   // client_encoding, as reported
	escapes    bool     // standard_conforming_strings is off
	settings   pgvalue.Settings
}

// scratch holds buffers that are used again for each message.
type scratch struct {
	casts    [2][]byte
	bind     pgwire.Bind
	row      pgwire.DataRow
	fields   pgproto3.RowDescription
	formats  []int16
	results  []int16
	plain    []byte
	shown    []byte
	envelope []byte
	sealed   []byte
	tenant   []byte
	claim    []byte
	term     []byte
	array    []byte
	// Of COPY: a field as the client means it, the tenant's field, and a value as the server stores it.
	copied, tenantField, stored []byte

	// Keys that were fetched for the message that waits: the client's need active keys, the server's need keys by id.
	tenants map[string]resolvedKey
	indexes map[string]resolvedKey // index keys, by tenant
	// recent are keys that the rows of the present batch have used: a batch is what one read brought, so a key that is
	// purged is forgotten within it.
	recent [4]*fieldcrypt.Key
	ids    map[fieldcrypt.KeyID]resolvedKey
}

// Reasons to wait. They are returned, never shown to a client.
var (
	errHold    = errors.New("replies must come first")
	errPlanner = errors.New("the catalog must be read first")
	errMore    = errors.New("what was collected must be written first")
	errDrained = errors.New("the session is idle and the proxy stops")
)

// keyRequest is a key that must be fetched before the message can go on: a tenant's active key or its index key, or one by
// its id.
type keyRequest struct {
	tenant string
	index  bool
	id     fieldcrypt.KeyID
}

type resolvedKey struct {
	key *fieldcrypt.Key
	err error
}

func (r *keyRequest) Error() string { return "a key must be fetched first" }

// fatalError ends the session; the client is told why.
type fatalError struct{ reason *Error }

func (e *fatalError) Error() string { return e.reason.Error() }

func fatal(code, format string, args ...any) error {
	return &fatalError{&Error{Code: code, Message: fmt.Sprintf(format, args...)}}
}

// resolve hands in a key that was asked for with a keyRequest, or the reason why there is none.
func (m *machine) resolve(r keyRequest, key *fieldcrypt.Key, err error) {
	switch {
	case r.index:
		m.scratch.indexes[r.tenant] = resolvedKey{key, err}
		return
	case r.tenant != "":
		m.scratch.tenants[r.tenant] = resolvedKey{key, err}
		return
	}
	m.scratch.ids[r.id] = resolvedKey{key, err}
}

// activeKey returns the key that seals for the tenant, or a *keyRequest.
func (m *machine) activeKey(tenant []byte) (*fieldcrypt.Key, error) {
	if r, ok := m.scratch.tenants[string(tenant)]; ok {
		return r.key, r.err
	}
	if key, ok := m.keys.CachedActive(tenant); ok {
		return key, nil
	}
	return nil, &keyRequest{tenant: string(tenant)}
}

// indexKey returns the tenant's index key, or a *keyRequest.
func (m *machine) indexKey(tenant []byte) (*fieldcrypt.Key, error) {
	if r, ok := m.scratch.indexes[string(tenant)]; ok {
		return r.key, r.err
	}
	if key, ok := m.keys.CachedIndex(tenant); ok {
		return key, nil
	}
	return nil, &keyRequest{tenant: string(tenant), index: true}
}

// keyByID returns the key that an envelope names, or a *keyRequest.
func (m *machine) keyByID(id fieldcrypt.KeyID) (*fieldcrypt.Key, error) {
	recent := &m.scratch.recent[id%fieldcrypt.KeyID(len(m.scratch.recent))]
	if *recent != nil && (*recent).ID() == id {
		return *recent, nil
	}
	if key, ok := m.keys.CachedByID(id); ok {
		*recent = key
		return key, nil
	}
	if r, ok := m.scratch.ids[id]; ok {
		return r.key, r.err
	}
	return nil, &keyRequest{id: id}
}

// isWait reports whether err asks to be called again, rather than to give up.
func isWait(err error) bool {
	var r *keyRequest
	var a *asking
	return errors.As(err, &r) || errors.As(err, &a) || errors.Is(err, errHold) || errors.Is(err, errPlanner) || errors.Is(err, errMore)
}

// idle reports whether the session could end now without losing anything.
func (m *machine) idle() bool {
	return m.server.started && m.server.status == 'I' && m.queue.empty() && m.client.pass == 0 && m.client.copying == nil && !m.client.segment.open()
}

func (s *segment) open() bool { return s.reads || s.writes }

// drain asks the session to end when it is idle next; it reports whether that is now.
func (m *machine) drain() bool {
	m.server.draining = true
	return m.idle()
}

// forward passes on as much of the message of the given size as in holds, and remembers the rest. It returns how many
// bytes of in it took.
func forward(in []byte, size int, out *output, rest *int) int {
	n := min(size, len(in))
	out.pass(in[:n])
	*rest = size - n
	return n
}

// discard is forward into nothing.
func discard(in []byte, size int, rest *int) int {
	n := min(size, len(in))
	*rest = size - n
	return n
}
