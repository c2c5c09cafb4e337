package pgproxy

import (
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// request is the kind of a message that the server answers.
type request uint8

const (
	reqParse request = iota
	reqBind
	reqClose
	reqDescribe
	reqExecute
	reqSync
	reqQuery
	reqFunctionCall
)

// pending is a message that was sent to the server and whose answer has not come yet. The queue of them says what each
// message from the server belongs to.
type pending struct {
	request request
	// refusal replaces the error that the server raises for the statement that was sent in place of a refused one.
	refusal *Error
	// rows says how to show the rows of a protected result; nil for all others.
	rows *rows
	// silent is set for a message that the proxy sent on its own account: its answer is not shown.
	silent bool
	// asked is the question to which the message belongs; nil for the client's.
	asked *question
	// facts are the settings with which the message is carried out; nil: not known.
	facts *facts
	// announces is the statement whose result the answer describes, so that the plan can be held against it.
	announces *statement
	// params is the statement whose parameters a Describe reports; nil if none is protected.
	params *statement
	// text maps the positions in the server's errors back; nil if the text went unchanged.
	text *editedText
	// script is the plan of a simple query or of an executed statement, and current the statement that answers now.
	script  *pgsql.Plan
	current int
	// asksForRows is set for the empty query that stands for a refused COPY FROM STDIN.
	asksForRows bool
	// copyError replaces the error that the server raises when it was told that the data of a COPY could not be sealed.
	copyError *Error
	copies    int    // one more than the statement of the script that has last asked for rows; more if none will
	serial    uint64 // orders this message among those that change what is prepared
	undo      undo
}

// undo restores what a message changed in the session's names, should the server not get to carry it out. Its zero value
// restores nothing.
type undo struct {
	key       nameKey
	segment   uint64 // in which the message was sent
	statement *statement
	portal    *portal
}

// queue is a ring of pending messages. Its zero value is empty. It grows by doubling up to maxPending.
type queue struct {
	ring        []pending
	head, count int
	syncs       int // how many of them end with ReadyForQuery
}

// maxPending bounds the memory of a pipeline: beyond it nothing more is read from the client until replies come.
const maxPending = 1 << 16

func (q *queue) empty() bool { return q.count == 0 }
func (q *queue) full() bool  { return q.count >= maxPending }

// first returns the message that the server is answering, or nil.
func (q *queue) first() *pending {
	if q.count == 0 {
		return nil
	}
	return &q.ring[q.head]
}

func (q *queue) push(p pending) {
	if q.count == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.count)&(len(q.ring)-1)] = p
	q.count++
	if p.request.ready() {
		q.syncs++
	}
}

func (q *queue) grow() {
	ring := make([]pending, max(16, 2*len(q.ring)))
	for i := range q.count {
		ring[i] = *q.at(i)
	}
	q.ring, q.head = ring, 0
}

func (q *queue) at(i int) *pending { return &q.ring[(q.head+i)&(len(q.ring)-1)] }

func (q *queue) pop() {
	p := &q.ring[q.head]
	if p.request.ready() {
		q.syncs--
	}
	*p = pending{} // lets go of plans and texts
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.count--
}

// skipToSync removes the messages that the server skips after an error, simple queries among them, and reports whether
// the Sync that ends the skipping is already under way. What they changed is undone, the last one first.
func (q *queue) skipToSync(undo func(*pending)) (found bool) {
	n := 0
	for n < q.count && q.at(n).request != reqSync {
		n++
	}
	for i := n - 1; i >= 0; i-- {
		undo(q.at(i))
	}
	for range n {
		q.pop()
	}
	return q.count > 0
}

// change returns the first change of a name in a segment after the given one, or nil.
func (q *queue) change(key nameKey, segment uint64) *undo {
	for i := range q.count {
		if u := &q.at(i).undo; u.key == key && u.segment > segment {
			return u
		}
	}
	return nil
}

// ignoreSyncs removes the Syncs that were sent behind the first message and no later than the message numbered last: the
// server ignores them while it reads COPY data (PostgreSQL documentation, 55.2.6).
func (q *queue) ignoreSyncs(last uint64) {
	kept := 1
	for i := 1; i < q.count; i++ {
		if q.at(i).request == reqSync && q.at(i).serial <= last {
			q.syncs--
			continue
		}
		*q.at(kept) = *q.at(i)
		kept++
	}
	for i := kept; i < q.count; i++ {
		*q.at(i) = pending{}
	}
	q.count = kept
}

// ready reports whether the answer to the message ends with ReadyForQuery.
func (r request) ready() bool { return r == reqSync || r == reqQuery || r == reqFunctionCall }
