package pgproxy

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A session is treated as the strictest of the role that logged in, its session_user and its current_user. The server is
// asked for the latter two before the session's first statement on protected columns, and again when something may have
// changed them. So SET ROLE never gains anything over the login, and a role that a pooler's login takes on is treated by
// its own rules. What is not noticed is a function that switches the role: the login's rules hold all the same.

// roles is what a machine knows of its session's roles. Policies without rules of access leave it at zero.
type roles struct {
	names      []string    // the login role first
	treatments []Treatment // by the index of the field; nil: all is plaintext
	asked      bool        // names are the server's answer
	stale      bool        // something may have changed them since
	switches   bool        // the session has changed its role, or may have
	unanswered bool        // the last question was not answered
	groups     *roleGroups // with which treatments were found
}

// roleGroups has, for each role, those that it is a member of, directly or not.
type roleGroups struct{ of map[string][]string }

// treatment is how the session is treated for a column. It may be asked for each value.
func (m *machine) treatment(c *pgsql.Column) Treatment {
	if m.roles.treatments == nil {
		return Plaintext
	}
	return m.roles.treatments[c.Index]
}

// authorize returns why the session may not do what the text or the bound statement does, or a reason to wait. plan is nil
// for what has nothing to do with protected columns. Without the text the error has no position.
func (m *machine) authorize(plan *pgsql.Plan, text []byte, out *output) (*Error, error) {
	if !m.policy.ruled {
		return nil, nil
	}
	if plan == nil {
		m.noteSwitch(text != nil && pgsql.MaySwitchRole(text))
		return nil, nil
	}
	if len(plan.Uses) == 0 {
		m.noteSwitch(plan.SwitchesRole)
		return nil, nil
	}
	if plan.SwitchesRole {
		return SwitchError(), nil
	}
	if reason, err := m.knowRoles(out); reason != nil || err != nil {
		return reason, err
	}
	return m.mayUse(plan, text), nil
}

// refuseOr refuses a message of the extended protocol for what authorize has said, or returns what to wait for.
func (m *machine) refuseOr(reason *Error, err error, out *output) error {
	if reason != nil {
		m.refuse(reason, refusedName, out)
		return nil
	}
	return err
}

func (m *machine) noteSwitch(may bool) {
	if may {
		m.roles.switches, m.roles.stale = true, true
	}
}

// knowRoles asks the server for the session's roles, if what is known of them may not hold, and finds their treatments.
func (m *machine) knowRoles(out *output) (*Error, error) {
	r := &m.roles
	if (r.switches || r.stale || !r.asked) && !m.queue.empty() {
		return nil, m.holdForReplies(out) // among what is under way may be what ends a transaction, and with it SET LOCAL
	}
	if r.unanswered {
		r.unanswered = false
		return &Error{Code: codeSystemError, Message: "the server did not say which role the session has, on which access depends", Hint: "Try again."}, nil
	}
	if (!r.asked || r.stale) && m.canAsk() { // in a failed transaction the server runs nothing that could be asked about
		return nil, m.ask(m.roleQuestion(), out)
	}
	if groups := m.groups(); r.groups == nil || r.groups != groups && m.queue.empty() {
		if r.names == nil {
			r.names = []string{m.user}
		}
		r.treatments, r.groups = m.policy.treatments(r.names, groups), groups
	}
	return nil, nil
}

// roleQuestion asks for the session's roles.
func (m *machine) roleQuestion() *question {
	r := &m.roles
	var names []string
	return &question{
		text: "select session_user, current_user", stays: m.policy.ask == AskEachTransaction,
		row: func(values []pgwire.Param) {
			names = []string{m.user}
			for _, v := range values {
				if !slices.Contains(names, string(v.Value)) {
					names = append(names, string(v.Value))
				}
			}
		},
		done: func(answered bool) {
			if answered = answered && names != nil; answered {
				r.names, r.asked, r.stale, r.groups = names, true, false, nil
			}
			r.unanswered = !answered
		},
	}
}

// roleTag notes what the tag of a finished statement says of the session's role. A SELECT or an UPDATE may change it by
// set_config or pg_settings, if no plan knows that it doesn't: what was prepared is not seen again when it is executed.
func (m *machine) roleTag(tag []byte, first *pending) {
	if !m.roles.switches || first != nil && first.asked != nil {
		return
	}
	known := first != nil && first.script != nil && !first.script.Unnamed && !first.script.SwitchesRole
	for _, t := range roleTags {
		if bytes.HasPrefix(tag, t) && !(known && (tag[0] == 'U' || bytes.HasPrefix(tag, []byte("SEL")))) {
			m.roles.stale = true
		}
	}
}

// roleTags begin the tags of statements that may change the role, or bring an earlier one back.
var roleTags = [][]byte{[]byte("SET"), []byte("RESET"), []byte("COMMIT"), []byte("ROLLBACK"), []byte("PREPARE TRANSACTION"),
	[]byte("DISCARD"), []byte("DO"), []byte("CALL"), []byte("SELECT"), []byte("UPDATE")}

// mayUse returns why the session may not do what a plan does; nil if it may.
func (m *machine) mayUse(plan *pgsql.Plan, text []byte) *Error {
	if m.roles.treatments == nil {
		return nil
	}
	for _, u := range plan.Uses {
		if t := m.treatment(u.Column); !t.Allows(u.Kind) {
			e := AccessError(m.roles.names, m.policy.qualified(u.Column), t)
			if text != nil {
				e.Position = characterPosition(text, u.Position(string(text)))
			}
			return e
		}
	}
	return nil
}

const codeInsufficientPrivilege = "42501"

// SwitchError says that what may be done in one text depends on what the text does itself. Sessions raise it where fields
// have rules of access.
func SwitchError() *Error {
	return &Error{Code: codeNotSupported, Message: "a text that changes the session's role cannot use protected columns, whose access depends on it",
		Hint: "Send them as two queries."}
}

// AccessError says what the roles of a session, the login first, may not do with a column that is treated so.
func AccessError(names []string, column string, t Treatment) *Error {
	who := fmt.Sprintf("role %q", names[0])
	for _, name := range names[1:] {
		who += fmt.Sprintf(" as %q", name)
	}
	e := &Error{Code: codeInsufficientPrivilege}
	switch t {
	case Masked:
		e.Message = fmt.Sprintf("%s sees masked values of protected column %s and may not change it", who, column)
		e.Detail = "A masked value could be written back by accident."
		e.Hint = "Leave the column out, or change it as a role that reads its plaintext."
	case Ciphertext:
		e.Message = fmt.Sprintf("%s sees the ciphertext of protected column %s and may neither write nor search it", who, column)
		e.Hint = "Leave out what writes or compares the column."
	default:
		e.Message = fmt.Sprintf("%s may not use protected column %s", who, column)
		e.Hint = "Leave the column out; name the columns that you need instead of writing *."
	}
	return e
}
