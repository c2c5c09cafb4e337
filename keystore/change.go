package keystore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
	"unicode"
	"unicode/utf8"
)

// change is a set of records that are committed together, with one event for each key that it creates or alters in state.
type change struct {
	records []Record
	events  []Event
}

func (c *change) add(r Record, e Event) {
	c.records = append(c.records, r)
	c.events = append(c.events, e)
}

// hold makes the commit fail if r, which the change builds upon, was altered meanwhile. It is no act and has no event.
func (c *change) hold(r Record) { c.records = append(c.records, r) }

// checkIDs refuses, as a lost race, a change of which two records drew the same id: no look at the store shows that.
func (c *change) checkIDs() error {
	seen := make(map[uint64]bool, len(c.records))
	for _, r := range c.records {
		if seen[r.ID] {
			return fmt.Errorf("key id %s was drawn twice: %w", FormatID(r.ID), ErrExists)
		}
		seen[r.ID] = true
	}
	return nil
}

// commit records each event as an attempt, writes the records, and records the outcome.
func (m *Manager) commit(ctx context.Context, c change) ([]Record, error) {
	if err := c.checkIDs(); err != nil {
		return nil, err
	}
	for _, e := range c.events {
		e.Outcome = OutcomeAttempt
		if err := m.record(ctx, e); err != nil {
			return nil, err
		}
	}
	written, err := m.store.Commit(ctx, c.records...)
	for _, e := range c.events {
		e.Outcome = outcome(err)
		// The change is made or not, and its attempt is on record. A log that fails only now refuses the next act; to report
		// it here would make a caller repeat a change that was made.
		_ = m.record(context.WithoutCancel(ctx), e)
	}
	return written, err
}

// maxTries bounds how often a change is tried against other writers. Each lost race means that another one succeeded.
const maxTries = 40

// untilCommitted calls try until it does not lose to another writer. It waits a random time, longer each time, in between.
func untilCommitted[T any](ctx context.Context, try func() (T, error)) (T, error) {
	for i := 1; ; i++ {
		got, err := try()
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrExists) {
			return got, err
		}
		if i == maxTries {
			return got, fmt.Errorf("gave up after %d tries against other writers: %w", i, err)
		}
		pause := time.NewTimer(rand.N(time.Duration(min(i, 20)) * time.Millisecond))
		select {
		case <-ctx.Done():
			pause.Stop()
			return got, ctx.Err()
		case <-pause.C:
		}
	}
}

// checkReason refuses an explicit act without a reason, and a reason that would spoil the audit log.
func checkReason(reason string) error {
	if reason == "" {
		return fmt.Errorf("a reason is required, for the audit log: %w", ErrInvalid)
	}
	if len(reason) > maxReason || !utf8.ValidString(reason) {
		return fmt.Errorf("reason is longer than %d bytes or not UTF-8: %w", maxReason, ErrInvalid)
	}
	for _, r := range reason {
		if unicode.IsControl(r) {
			return fmt.Errorf("reason contains a control character: %w", ErrInvalid)
		}
	}
	return nil
}
