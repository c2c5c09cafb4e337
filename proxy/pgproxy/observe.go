package pgproxy

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// Observe makes a server watch instead of enforce: every byte passes as it came, values are neither sealed nor opened,
// and no statement is refused. Each is planned, and what enforcing would have done is counted and logged.
type Observe struct {
	Every      time.Duration // how often the same statement is logged again; default 10 min
	Statements int           // told apart; default 1000
}

// Observed counts the statements that an observing server has seen. A text of several statements counts once.
type Observed struct {
	Passed    uint64 // name nothing protected, or do nothing with it
	Rewritten uint64 // would have been sealed or opened
	Refused   uint64 // would have been refused
	Unknown   uint64 // were not planned: no catalog could be read, or the text is over the limit
}

// noticeEvery is how often an observing server reminds that it protects nothing.
const noticeEvery = time.Hour

// observer counts and logs for all sessions of a server. It is safe for concurrent use.
type observer struct {
	every time.Duration
	log   *slog.Logger

	mu    sync.Mutex
	count Observed
	seen  *lru.Cache[uint64, *sighting] // by fingerprint
}

// sighting is a statement that was seen.
type sighting struct {
	logged time.Time
	since  uint64 // how often it was seen since
}

// newObserver returns nil for a nil Observe: a server that enforces.
func newObserver(o *Observe, log *slog.Logger) (*observer, error) {
	if o == nil {
		return nil, nil
	}
	every, statements := o.Every, o.Statements
	setDefault(&every, 10*time.Minute)
	setDefault(&statements, 1000)
	seen, err := lru.New[uint64, *sighting](statements)
	if err != nil {
		return nil, fmt.Errorf("statements to tell apart: %w", err)
	}
	return &observer{every: every, log: log, seen: seen}, nil
}

const observeNotice = "OBSERVE MODE: nothing is encrypted, decrypted or refused; set postgres.mode: enforce to protect the data"

// remind logs loudly that nothing is protected, at once and every hour until ctx ends, and what was seen in the end.
func (o *observer) remind(ctx context.Context) {
	ticker := time.NewTicker(noticeEvery)
	defer ticker.Stop()
	for {
		o.log.Warn(observeNotice, o.total()...)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			o.log.Warn("observed until the end", o.total()...)
			return
		}
	}
}

func (o *observer) total() []any {
	n := o.counts()
	return []any{"passed", n.Passed, "would_rewrite", n.Rewritten, "would_refuse", n.Refused, "unknown", n.Unknown}
}

func (o *observer) counts() Observed {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}

// unplanned counts a statement of which nothing is known.
func (o *observer) unplanned() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count.Unknown++
}

// planned counts a statement and logs it, if enforcing would do something with it and it was not logged lately. text is
// nil if its constants can't be told from the rest.
func (o *observer) planned(plan *pgsql.Plan, refusal *Error, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case refusal != nil:
		o.count.Refused++
	case plan == nil || !plan.Protected():
		o.count.Passed++
		return
	default:
		o.count.Rewritten++
	}
	shape := shownShape(refusal, text)
	id := pgsql.Fingerprint(shape)
	if shape == "" && refusal != nil {
		id = pgsql.Fingerprint(refusal.Message)
	}
	s, known := o.seen.Get(id)
	if !known {
		s = &sighting{}
		o.seen.Add(id, s)
	}
	s.since++
	if now := time.Now(); now.Sub(s.logged) >= o.every {
		o.write(refusal, id, shape, s.since)
		s.logged, s.since = now, 0
	}
}

// shownShape is the text without constants; empty where a quote may be missing, so that what looks like a word may be one.
func shownShape(refusal *Error, text []byte) string {
	if text == nil || refusal != nil && refusal.Code == refusedByText {
		return ""
	}
	return pgsql.Shape(string(text))
}

// maxShape is how much of a statement is logged, in characters.
const maxShape = 500

func (o *observer) write(refusal *Error, id uint64, shape string, times uint64) {
	if r := []rune(shape); len(r) > maxShape {
		shape = string(r[:maxShape]) + "…"
	}
	attrs := []any{"fingerprint", fmt.Sprintf("%016x", id), "times", times, "statement", shape}
	if refusal == nil {
		o.log.Info("would be rewritten", attrs...)
		return
	}
	attrs = append(attrs, "code", refusal.Code, "reason", refusal.Message, "position", refusal.Position)
	if refusal.Hint != "" {
		attrs = append(attrs, "hint", refusal.Hint)
	}
	o.log.Warn("would be refused", attrs...)
}

// observeClient passes a message of the client's on, and looks at the text that it may have. What the queue says stays
// true, but nothing is held against it.
func (m *machine) observeClient(typ byte, in []byte, size int, out *output) (int, error) {
	switch typ {
	case 'Q', 'P':
		if size > m.limits.StatementBytes {
			m.observer.unplanned()
		} else if len(in) < size {
			return 0, nil
		} else {
			m.observeText(typ, in[pgwire.HeaderSize:size])
		}
		request := reqParse
		if typ == 'Q' {
			request = reqQuery
		}
		m.push(pending{request: request})
	default:
		if err := m.trackClient(typ, out); err != nil {
			return 0, err
		}
	}
	return forward(in, size, out, &m.client.pass), nil
}

func (m *machine) observeText(typ byte, body []byte) {
	text, ok := textOf(body)
	if typ == 'P' {
		_, text, _, ok = splitParse(body)
	}
	planner, known := m.planner()
	if !ok || !known {
		m.observer.unplanned()
		return
	}
	plan := planner.Plan(text, &pgsql.Session{})
	var refusal *Error
	switch {
	case plan == nil, plan.Unnamed:
	case plan.Refusal != nil:
		refusal = refusalError(plan.Refusal, text)
	default:
		if refusal = m.unfitSettings(plan); refusal == nil {
			refusal = m.loginMayUse(plan, text)
		}
	}
	if m.server.escapes {
		text = nil // the server sees other constants in it than the lexer does
	}
	m.observer.planned(plan, refusal, text)
}

// loginMayUse is mayUse for the login role alone: an observing session asks the server nothing.
func (m *machine) loginMayUse(plan *pgsql.Plan, text []byte) *Error {
	if groups := m.groups(); m.policy.ruled && m.roles.groups != groups {
		m.roles.names = []string{m.user}
		m.roles.treatments, m.roles.groups = m.policy.treatments(m.roles.names, groups), groups
	}
	return m.mayUse(plan, text)
}

// unfitSettings returns why a plan cannot be carried out under the session's settings; nil if it can.
func (m *machine) unfitSettings(plan *pgsql.Plan) *Error {
	switch {
	case m.server.escapes && !onlyDeallocates(plan):
		return &Error{Code: codeNotSupported, Message: "statements on protected tables need standard_conforming_strings = on"}
	case plan.Protected() && m.otherEncoding():
		return encodingError()
	}
	return nil
}
