package pgproxy

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/mask"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// Treatment is what a role gets to see and may do with the values of a field. They are in the order of what they take away.
type Treatment uint8

const (
	Plaintext  Treatment = iota // reads, searches and writes
	Masked                      // reads masked values, searches, and inserts; changes nothing, lest it write a mask back
	Ciphertext                  // reads envelopes as they are stored; neither searches nor writes
	Denied                      // may not name a column of the field
)

var treatmentNames = [...]string{"plaintext", "masked", "ciphertext", "denied"}

// String returns the treatment's name in configurations.
func (t Treatment) String() string { return treatmentNames[t] }

// ParseTreatment is the reverse of String.
func ParseTreatment(name string) (Treatment, error) {
	if i := slices.Index(treatmentNames[:], name); i >= 0 {
		return Treatment(i), nil
	}
	return Denied, fmt.Errorf("unknown treatment %q; use plaintext, masked, ciphertext or denied", name)
}

// Allows reports whether a role that is treated so may use a column in that way.
func (t Treatment) Allows(kind pgsql.UseKind) bool {
	switch t {
	case Plaintext:
		return true
	case Masked:
		return kind != pgsql.UseUpdate && kind != pgsql.UseUnknown
	case Ciphertext:
		return kind == pgsql.UseTest || kind == pgsql.UseRead
	}
	return false
}

// Access says how a field treats roles.
type Access struct {
	Default Treatment
	// Roles has the rules for roles by name. A role without one is treated as the strictest of the roles that it is a
	// member of, directly or not, and by default if none of them has a rule either.
	Roles map[string]Treatment
	Mask  *mask.Mask // needed if any role is Masked
}

// check refuses rules that cannot be followed.
func (a *Access) check() error {
	masked := a.Default == Masked
	for _, t := range a.Roles {
		masked = masked || t == Masked
	}
	if masked && a.Mask == nil {
		return fmt.Errorf("a role is treated as masked, and there is no mask")
	}
	return nil
}

// Of returns how a role is treated. groups lists the roles that it is a member of.
func (a *Access) Of(role string, groups []string) Treatment {
	if t, ok := a.Roles[role]; ok {
		return t
	}
	worst, ruled := Plaintext, false
	for _, g := range groups {
		if t, ok := a.Roles[g]; ok {
			worst, ruled = max(worst, t), true
		}
	}
	if ruled {
		return worst
	}
	return a.Default
}

// treatments returns how the roles of a session are treated, by the index of the field: each field as the strictest rule
// for one of them says. It is nil if all is plaintext to them.
func (b *boundPolicy) treatments(roles []string, groups *roleGroups) []Treatment {
	var all []Treatment
	for i := range b.fields {
		a := b.fields[i].access
		if a == nil {
			continue
		}
		worst := Plaintext
		for _, r := range roles {
			worst = max(worst, a.Of(r, groups.of[r]))
		}
		if worst != Plaintext && all == nil {
			all = make([]Treatment, len(b.fields))
		}
		if all != nil {
			all[i] = worst
		}
	}
	return all
}

// rule gives the policy's fields their rules of access, by the field's id.
func (b *boundPolicy) rule(rules map[string]Access) error {
	for id, a := range rules {
		if err := a.check(); err != nil {
			return fmt.Errorf("access to field %s: %w", id, err)
		}
		i := slices.IndexFunc(b.fields, func(f boundField) bool { return f.field != nil && f.field.ID() == id })
		if i < 0 {
			return fmt.Errorf("access to field %s: no column has it", id)
		}
		b.fields[i].access, b.ruled = &a, true
	}
	return nil
}

// qualified returns the name of a column of the policy with those of its table and schema.
func (b *boundPolicy) qualified(c *pgsql.Column) string {
	for _, t := range b.policy.Tables {
		for i := range t.Columns {
			if &t.Columns[i] == c {
				return t.Schema + "." + t.Name + "." + c.Name
			}
		}
	}
	return c.Name
}

// shown turns an opened value into what the session's roles may see of it, which is valid until the next call. Ciphertext
// and Denied are for the caller to tell before it opens a value.
func (m *machine) shown(c *pgsql.Column, plain []byte) (value []byte, null bool) {
	if m.treatment(c) == Plaintext {
		return plain, false
	}
	m.scratch.shown, null = m.policy.field(c).access.Mask.Append(m.scratch.shown[:0], plain, m.server.settings.Location)
	return m.scratch.shown, null
}

// maskValue appends the length and the client's form of what the session's roles see of the value in column i.
func (m *machine) maskValue(dst []byte, i int, r *rows, key *fieldcrypt.Key, envelope []byte) ([]byte, error) {
	c := r.columns[i].Column
	f := m.policy.field(c)
	var err error
	if m.scratch.plain, err = key.Open(m.scratch.plain[:0], f.field, envelope); err != nil {
		return dst, err
	}
	shown, null := m.shown(c, m.scratch.plain)
	clear(m.scratch.plain)
	if null {
		return pgwire.AppendValue(dst, nil, true), nil
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if r.format(i) == pgvalue.TextFormat {
		dst, err = f.typ.AppendText(dst, shown, &m.server.settings)
	} else {
		dst, err = f.typ.AppendValue(dst, shown, pgvalue.BinaryFormat)
	}
	if err != nil {
		return dst, err
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst, nil
}

// unopened appends the length and the client's form of a value that the session's roles may not see opened: as it is
// stored. What is no envelope is an error to them, as to others: it may be plaintext.
func (m *machine) unopened(dst []byte, i int, r *rows, value []byte, t Treatment) ([]byte, error) {
	c := r.columns[i].Column
	if t == Denied { // since the statement began
		return dst, AccessError(m.roles.names, m.policy.qualified(c), t)
	}
	envelope, err := m.envelope(value, c.Storage, r.binary)
	if err != nil {
		return dst, err
	}
	if _, err := fieldcrypt.ParseHeader(envelope); err != nil {
		return dst, err
	}
	if c.Storage == pgsql.StorageText || !r.binary || r.format(i) == pgvalue.BinaryFormat {
		return pgwire.AppendValue(dst, value, false), nil
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst, err = pgvalue.Bytea.AppendText(dst, envelope, &m.server.settings)
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst, err
}
