package pgproxy

import (
	"bytes"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// SQL's PREPARE and DECLARE share their names with the protocol's statements and portals. What a statement of SQL does to
// them is noted when the server has carried it out, and nothing is sent behind it before: a text behind it may depend on
// it. So the names are exact, in a transaction block that fails as well, which leaves statements prepared.
//
// A cursor may be gone on the server and still be known here, after ROLLBACK TO SAVEPOINT say. Then FETCH fails, and a new
// cursor of the name takes its place. The reverse can happen for cursors that a function opens: their rows pass as they
// are, with their envelopes sealed.

// offerNames sets what the planner must know of the session's names to plan a text. A text that is kept, to be executed
// later, is planned for any names.
func (m *machine) offerNames(text []byte, kept bool) {
	if m.queue.empty() {
		clear(m.changed)
	}
	if m.prepared == nil {
		m.prepared = m.findPrepared // once: a method value allocates
	}
	s := &m.session
	s.Prepared, s.Cursors = nil, false
	if kept || len(m.changed) > 0 || len(m.unprepared) > 0 || len(m.statements) > 1 || len(m.statements) == 1 && m.statements[""] == nil {
		s.Prepared = m.prepared
	}
	if kept && cursorStatement(text) || len(m.changed) > 0 || len(m.portals) > 1 || len(m.portals) == 1 && m.portals[""] == nil {
		s.Cursors = true
	}
}

// cursorStatement reports whether a text may be one DECLARE, FETCH or CLOSE.
func cursorStatement(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\n\r\f\v")
	if len(text) == 0 || bytes.HasPrefix(text, []byte("--")) || bytes.HasPrefix(text, []byte("/*")) || text[0] == ';' {
		return true
	}
	for _, word := range []string{"declare", "fetch", "close"} {
		if len(text) > len(word) && bytes.EqualFold(text[:len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

// findPrepared is the planner's view of the session's named statements.
func (m *machine) findPrepared(name string) *pgsql.Prepared {
	st := m.statements[name]
	if st == nil && m.unprepared[name] {
		return &pgsql.Prepared{Name: name, Refused: true}
	}
	if st == nil || name == "" || len(st.plan.Statements) != 1 {
		return nil
	}
	return &pgsql.Prepared{Name: name, Plan: st.plan, Types: st.oids, Bound: st.plan.Names != nil || st.plan.AddedParams > 0 || st.sealed != nil}
}

// notePrepares keeps the names that a text is to give to statements on protected columns, until they are prepared: should
// they be refused, or fail, a client that goes on to execute them must not send their values to the server, which would
// write them into its log.
func (m *machine) notePrepares(plan *pgsql.Plan) {
	switch {
	case plan == nil:
	case plan.Refusal != nil:
		m.noteUnprepared(plan.Refusal.Prepares...)
	default:
		for i := range plan.Statements {
			if n := plan.Statements[i].Naming; n != nil && n.Prepares != nil && n.Prepares.Plan != nil {
				m.noteUnprepared(n.Prepares.Name)
			}
		}
	}
}

func (m *machine) noteUnprepared(names ...string) {
	for _, name := range names {
		if m.unprepared == nil {
			m.unprepared = map[string]bool{}
		}
		if name != "" && len(m.unprepared) < maxStatements {
			m.unprepared[name] = true
		}
	}
}

// prepareFailed notes the error of a statement: if its name is taken, by a statement that has nothing to do with protected
// columns or it were known, EXECUTE goes to that one.
func (m *machine) prepareFailed(first *pending, code string) {
	if code != codeDuplicateStatement || first == nil || first.script == nil || first.current >= len(first.script.Statements) {
		return
	}
	if n := first.script.Statements[first.current].Naming; n != nil && n.Prepares != nil {
		delete(m.unprepared, n.Prepares.Name)
	}
}

const codeDuplicateStatement = "42P05"

// usesNames reports whether a statement of the plan uses or changes names, so that those must be certain.
func usesNames(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if plan.Statements[i].Naming != nil {
			return true
		}
	}
	return false
}

// executes reports whether a statement of the plan is EXECUTE.
func executes(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if n := plan.Statements[i].Naming; n != nil && n.Executes != "" {
			return true
		}
	}
	return false
}

// changesNames reports whether a statement of the plan prepares, declares or closes.
func changesNames(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if n := plan.Statements[i].Naming; n != nil && n.Executes == "" && n.Fetches == "" {
			return true
		}
	}
	return false
}

// tooManyNames refuses what would make the session keep more names than it may.
func (m *machine) tooManyNames(plan *pgsql.Plan) *Error {
	if len(m.statements)+len(m.portals) < maxStatements || !changesNames(plan) {
		return nil
	}
	return &Error{Code: codeLimitExceeded, Message: "too many prepared statements and cursors on protected tables in this session",
		Hint: "Deallocate statements, and close cursors, that are no longer used."}
}

// nameDone notes what a statement that the server has carried out did to the names.
func (m *machine) nameDone(n *pgsql.Naming) {
	switch {
	case n.Prepares != nil:
		delete(m.unprepared, n.Prepares.Name)
		delete(m.statements, n.Prepares.Name)
		if n.Prepares.Plan != nil {
			m.statements[n.Prepares.Name] = newStatement(n.Prepares.Plan, n.Prepares.Types, nil, 0)
		}
	case n.Declares != nil:
		delete(m.portals, n.Declares.Name)
		if n.Declares.Columns != nil {
			m.portals[n.Declares.Name] = declaredPortal(n.Declares)
		}
	case n.Closes != "":
		delete(m.portals, n.Closes)
	case n.ClosesAll:
		clear(m.portals)
	}
}

// takesNoValues reports whether the server refuses each Bind with values for the statement: the $1 in PREPARE is not the
// protocol's, and a text of several statements is none that can be prepared.
func takesNoValues(st *statement) bool {
	return st.naming().Prepares != nil || len(st.plan.Statements) > 1
}

// bindsValues reports whether a Bind has values.
func bindsValues(body []byte) bool {
	var b pgwire.Bind
	return b.Decode(body) != nil || len(b.Params) > 0
}

// valuesForPrepare is what the server says, too, but of values that it must not see: they are meant for the statement that
// is prepared.
func valuesForPrepare() *Error {
	return &Error{Code: codeProtocolViolation, Message: "Bind has values, but PREPARE takes none",
		Hint: "Pass the values to EXECUTE, or prepare through the protocol."}
}

// executed returns what the name meant that a statement's EXECUTE runs when the statement was planned, and what it means
// now. Only if both are the same do the plan's values fit.
func (m *machine) executed(st *statement) (then, now *statement) {
	if name := st.naming().Executes; name != "" {
		return st.executes, m.statements[name]
	}
	return nil, nil
}

// naming says what the only statement of a text does with names.
func (st *statement) naming() *pgsql.Naming {
	if len(st.plan.Statements) == 1 && st.plan.Statements[0].Naming != nil {
		return st.plan.Statements[0].Naming
	}
	return &noNaming
}

var noNaming pgsql.Naming

// changedMeaning is the refusal of a statement whose names mean something else than when it was prepared or bound.
func (m *machine) changedMeaning(st *statement, fetched *portal, bound bool) *Error {
	if then, now := m.executed(st); then != now {
		return &Error{Code: codeNotSupported, Message: "the statement that EXECUTE names was prepared anew or dropped since this EXECUTE was prepared",
			Hint: "Prepare the EXECUTE again, or bind and execute the statement through the protocol."}
	}
	if bound && m.cursorOf(st) != fetched {
		return &Error{Code: codeNotSupported, Message: "the cursor that FETCH names was opened or closed since this FETCH was bound", Hint: "Bind the FETCH again."}
	}
	return nil
}
