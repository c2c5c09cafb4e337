package keystore

import (
	"errors"
	"testing"
)

// The table is written out a second time, state by state in a form that a reader can compare with SP 800-57 part 1, so that
// a change in one place only is noticed.
func TestEachStateAllowsWhatItsRowSays(t *testing.T) {
	for _, row := range []struct {
		state               State
		seal, open, recover bool
	}{
		{PreActivation, false, false, false},
		{Active, true, true, true},
		{Suspended, false, false, false},
		{Deactivated, false, true, true},
		{Compromised, false, false, true},
		{Destroyed, false, false, false},
		{"", false, false, false},
		{"ACTIVE", false, false, false},
	} {
		if row.state.Allows(UseSeal) != row.seal || row.state.Allows(UseOpen) != row.open || row.state.Allows(UseRecover) != row.recover {
			t.Errorf("state %q allows something else", row.state)
		}
	}
	if Active.Allows(Use(99)) {
		t.Error("an unknown use is allowed")
	}
}

func TestAStateIsFollowedByThoseItsRowNamesOnly(t *testing.T) {
	states := []State{PreActivation, Active, Suspended, Deactivated, Compromised, Destroyed, "unknown"}
	// A row is the state before, a column the state after, in the order of states.
	matrix := []string{
		".A..CD.",
		"..SXC..",
		".A.XC..",
		"....CD.",
		".....D.",
		".......",
		".......",
	}
	for i, from := range states {
		for j, to := range states {
			if want := matrix[i][j] != '.'; from.CanBecome(to) != want {
				t.Errorf("%s to %s: %v, want %v", from, to, !want, want)
			}
		}
	}
}

func TestNoWayLeadsBackFromCompromisedOrDestroyedToUse(t *testing.T) {
	for _, start := range []State{Compromised, Destroyed} {
		reached := map[State]bool{}
		var walk func(State)
		walk = func(s State) {
			for _, next := range rules[s].next {
				if !reached[next] {
					reached[next] = true
					walk(next)
				}
			}
		}
		walk(start)
		for s := range reached {
			if s.Allows(UseSeal) || s.Allows(UseOpen) {
				t.Errorf("%s leads to %s", start, s)
			}
		}
	}
}

func TestCheckChangeRefusesEachForbiddenChange(t *testing.T) {
	old := sampleDEK()
	for name, c := range map[string]struct {
		change func(*Record)
		want   error
	}{
		"nothing":        {func(*Record) {}, nil},
		"re-wrapping":    {func(r *Record) { r.Wrapped = []byte("other") }, nil},
		"deactivation":   {func(r *Record) { r.State = Deactivated }, nil},
		"more reserved":  {func(r *Record) { r.Reserved++ }, nil},
		"less reserved":  {func(r *Record) { r.Reserved-- }, ErrInvalid},
		"other tenant":   {func(r *Record) { r.Tenant = "b" }, ErrInvalid},
		"other purpose":  {func(r *Record) { r.Purpose = PurposeIndex }, ErrInvalid},
		"other version":  {func(r *Record) { r.Version++ }, ErrInvalid},
		"other key":      {func(r *Record) { r.Commitment = make([]byte, CommitmentSize) }, ErrInvalid},
		"other size":     {func(r *Record) { r.Bits = 128 }, ErrInvalid},
		"destroyed now":  {func(r *Record) { r.State = Destroyed }, ErrTransition},
		"unknown state":  {func(r *Record) { r.State = "gone" }, ErrTransition},
		"pre-activation": {func(r *Record) { r.State = PreActivation }, ErrTransition},
	} {
		changed := old
		c.change(&changed)
		if err := CheckChange(old, changed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
