package keystore

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/hsm"
)

// Actions that a Manager records.
const (
	ActionMasterUnwrap = "master.unwrap" // the master key opened a KEK
	ActionMasterWrap   = "master.wrap"   // the master key wrapped a new KEK
	ActionCreate       = "key.create"    // the first version of a key
	ActionRotate       = "key.rotate"    // a later version
	ActionState        = "key.state"     // a key's state changed
)

// Outcomes of an Event, besides the classes of errors.
const (
	OutcomeOK = "ok"
	// OutcomeAttempt stands in the line written before a change; a second line with the outcome follows. Where it does not,
	// the process ended in between, and the key store tells whether the change was made.
	OutcomeAttempt = "attempt"
)

// Event is one use of the master key or one change of a key's state. It holds no key bytes. Its fields are those of
// audit.Event, so that one converts to the other; keystore does not import audit.
type Event struct {
	Action  string
	Actor   string
	Tenant  string
	Purpose string
	KeyID   string // as FormatID writes it
	Version uint32
	State   string // the key's state after the act
	Master  string // provider, key and version of the master key
	Reason  string
	Outcome string
}

// Recorder takes events. It returns nil when the event is durable; otherwise the act is refused.
type Recorder interface {
	Record(ctx context.Context, e Event) error
}

// ErrUnrecorded means that an act was refused because the audit log did not take it.
var ErrUnrecorded = errors.New("refused, since the audit log could not record it")

func (m *Manager) record(ctx context.Context, e Event) error {
	e.Actor = m.actor
	if err := m.recorder.Record(ctx, e); err != nil {
		return fmt.Errorf("%s of key %s of tenant %q: %w: %w", e.Action, e.KeyID, e.Tenant, ErrUnrecorded, err)
	}
	return nil
}

func eventOf(action string, r Record, reason string) Event {
	return Event{
		Action: action, Tenant: r.Tenant, Purpose: string(r.Purpose), KeyID: FormatID(r.ID), Version: r.Version,
		State: string(r.State), Reason: reason,
	}
}

// outcome gives the class of err for the audit log: a fixed word, never the text of an error.
func outcome(err error) string {
	for _, c := range outcomes {
		if errors.Is(err, c.err) {
			return c.class
		}
	}
	if err == nil {
		return OutcomeOK
	}
	return "error"
}

var outcomes = []struct {
	err   error
	class string
}{
	{hsm.ErrUnavailable, "unavailable"},
	{hsm.ErrAuth, "refused"},
	{hsm.ErrNoKey, "no-master-key"},
	{hsm.ErrCorrupt, "corrupt"},
	{hsm.ErrUnsafeKey, "unsafe-master-key"},
	{ErrConflict, "conflict"},
	{ErrExists, "conflict"},
	{ErrTransition, "forbidden"},
	{ErrInvalid, "invalid"},
	{ErrLocked, "locked"},
	{ErrInsecure, "insecure"},
	{context.Canceled, "cancelled"},
	{context.DeadlineExceeded, "timeout"},
}

// masterName writes a master key's reference as one word for the audit log.
func masterName(ref hsm.KeyRef) string { return ref.Provider + ":" + ref.Key + ":" + ref.Version }
