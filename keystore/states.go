package keystore

import (
	"errors"
	"fmt"
	"slices"
)

// Use is something a caller wants to do with a key.
type Use uint8

const (
	// UseSeal applies protection: a DEK seals new values, a KEK wraps new DEKs.
	UseSeal Use = iota
	// UseOpen processes what is already protected: a DEK opens values, a KEK unwraps DEKs.
	UseOpen
	// UseRecover opens only to protect again under another key, by an operator's explicit command. SP 800-57 part 1 leaves
	// that way open for a compromised key under controlled conditions; serving an application is not such a condition.
	UseRecover
)

// ErrTransition means that a key cannot go from its present state to the wanted one, now or ever.
var ErrTransition = errors.New("key state does not allow this change")

// rule is what a key in one state may be used for, and the states that may follow.
type rule struct {
	uses []Use
	next []State
}

// rules is the one table of what each state allows (SP 800-57 part 1 rev. 5, section 7). Two points are stricter than the
// source: a suspended key opens nothing, because suspension is how an operator stops a tenant at once; and a key that may
// have sealed values is destroyed in two deliberate steps, deactivation first, because destruction is the loss of data.
var rules = map[State]rule{
	PreActivation: {nil, []State{Active, Compromised, Destroyed}},
	Active:        {[]Use{UseSeal, UseOpen, UseRecover}, []State{Suspended, Deactivated, Compromised}},
	Suspended:     {nil, []State{Active, Deactivated, Compromised}},
	Deactivated:   {[]Use{UseOpen, UseRecover}, []State{Compromised, Destroyed}},
	Compromised:   {[]Use{UseRecover}, []State{Destroyed}},
	Destroyed:     {nil, nil},
}

// Known reports whether s is one of the six states.
func (s State) Known() bool {
	_, ok := rules[s]
	return ok
}

// Allows reports whether a key in state s may be used for u. An unknown state allows nothing.
func (s State) Allows(u Use) bool { return slices.Contains(rules[s].uses, u) }

// CanBecome reports whether a key may go from state s to next. No state may become itself.
func (s State) CanBecome(next State) bool { return slices.Contains(rules[s].next, next) }

// CheckChange reports whether a store may replace old by changed: identity, size and commitment stay, the count of reserved
// messages never decreases, and the state stays or goes where the table allows (ErrTransition). Stores call it on each write,
// so that no caller can bring back a destroyed key.
func CheckChange(old, changed Record) error {
	switch {
	case old.ID != changed.ID || old.Tenant != changed.Tenant || old.Purpose != changed.Purpose || old.Version != changed.Version:
		return fmt.Errorf("key %s: id, tenant, purpose and version never change: %w", FormatID(old.ID), ErrInvalid)
	case old.Algorithm != changed.Algorithm || old.Bits != changed.Bits || !slices.Equal(old.Commitment, changed.Commitment):
		return fmt.Errorf("key %s: algorithm, size and commitment never change: %w", FormatID(old.ID), ErrInvalid)
	case changed.Reserved < old.Reserved:
		return fmt.Errorf("key %s: the count of reserved messages never decreases: %w", FormatID(old.ID), ErrInvalid)
	case old.State != changed.State && !old.State.CanBecome(changed.State):
		return fmt.Errorf("key %s of tenant %q: %s to %s: %w", FormatID(old.ID), old.Tenant, old.State, changed.State, ErrTransition)
	}
	return nil
}
