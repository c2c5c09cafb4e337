package pgproxy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A table's name without a schema means what the session's search path makes of it. The path may be set by SET, by a
// function, by the role, and is taken back by a rollback; so it is not followed but asked for, name by name, and only for
// names that several schemas have and that are not protected alike in all.

// namesFor is how long an answer is used, as long as nothing was sent that may change it. Another session may create or
// drop a table that the path finds.
const namesFor = time.Second

// resolution is what is known of the meaning of names, besides the session's own record of it.
type resolution struct {
	planner *pgsql.Planner // whose catalog asked for them
	asked   time.Time
	failed  bool // the last question was not answered
}

// planNamed plans a text, and asks the server first what the names in it mean, if the plan depends on that.
func (m *machine) planNamed(planner *pgsql.Planner, text []byte, out *output) (*pgsql.Plan, error) {
	plan := planner.Plan(text, &m.session)
	if plan == nil || plan.Names == nil {
		return plan, nil
	}
	known, err := m.knowNames(planner, plan.Names, out)
	if err != nil || !known {
		return plan, err
	}
	return planner.Plan(text, &m.session), nil
}

// knowNames reports whether the session knows what the names mean, or returns errHold until it does. In a failed
// transaction, and where the server does not answer, they stay unknown.
func (m *machine) knowNames(planner *pgsql.Planner, names []string, out *output) (bool, error) {
	r := &m.resolution
	if r.planner != planner || time.Since(r.asked) > namesFor {
		m.forgetNames()
		r.planner = planner
	}
	missing := slices.DeleteFunc(slices.Clone(names), func(n string) bool { _, known := m.session.Names[n]; return known })
	switch {
	case len(missing) == 0:
		return true, nil
	case r.failed || !m.canAsk():
		r.failed = false
		return false, nil
	}
	return false, m.ask(m.nameQuestion(missing), out)
}

// nameQuestion asks what names mean. Everything in it is named with its schema: a search path may put another before
// pg_catalog.
func (m *machine) nameQuestion(names []string) *question {
	var rows strings.Builder
	for i := range names {
		fmt.Fprintf(&rows, ", ($%d::pg_catalog.text)", i+1)
	}
	return &question{
		text: `select v.n, c.oid::pg_catalog.text,
 c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() and c.relkind operator(pg_catalog.=) 'r'::pg_catalog."char"
  and not exists (select from pg_catalog.pg_inherits i where i.inhrelid operator(pg_catalog.=) c.oid)
from (values ` + rows.String()[2:] + `) v(n)
left join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) pg_catalog.to_regclass(pg_catalog.quote_ident(v.n))::pg_catalog.oid`,
		params: names,
		row:    m.nameAnswer,
		done: func(answered bool) {
			m.resolution.failed = !answered
			m.resolution.asked = time.Now()
		},
	}
}

func (m *machine) nameAnswer(values []pgwire.Param) {
	if len(values) != 3 {
		return
	}
	if m.session.Names == nil {
		m.session.Names = make(map[string]pgsql.Name)
	}
	var meaning pgsql.Name
	if _, err := fmt.Sscan(string(values[1].Value), &meaning.OID); err == nil {
		meaning.Temporary = string(values[2].Value) == "t"
	}
	m.session.Names[string(values[0].Value)] = meaning
}

// forgetNames is called when something is sent, or has failed, after which names may mean something else.
func (m *machine) forgetNames() {
	if len(m.session.Names) > 0 {
		m.session.Names = nil // not cleared: a statement under way may still hold it
	}
}

// noteUnsettling forgets names when a message is sent that may change what they mean: by what it executes, or as the end
// of a transaction in which that was done.
func (m *machine) noteUnsettling(p *pending) {
	s := &m.client.segment
	switch p.request {
	case reqQuery, reqExecute, reqFunctionCall:
		if p.asked == nil && p.refusal == nil && unsettles(p.script) {
			s.unsettled = true
			m.forgetNames()
		}
	case reqSync:
		if s.unsettled {
			m.forgetNames()
		}
	}
}

func unsettles(plan *pgsql.Plan) bool {
	return plan == nil || slices.ContainsFunc(plan.Statements, func(s pgsql.Statement) bool { return s.Unsettles })
}

// meanings returns what the names of a plan mean now, in their order.
func (m *machine) meanings(names []string) []pgsql.Name {
	var all []pgsql.Name
	for _, n := range names {
		all = append(all, m.session.Names[n])
	}
	return all
}

// stillMeant checks at Bind that the names of a prepared statement mean what they meant when it was planned: the server
// looks them up anew when the search path has changed.
func (m *machine) stillMeant(st *statement, out *output) error {
	if st.plan.Names == nil {
		return nil
	}
	planner, ok := m.planner()
	if !ok {
		return errPlanner
	}
	known, err := m.knowNames(planner, st.plan.Names, out)
	switch {
	case err != nil:
		return err
	case !known || !slices.Equal(st.meanings, m.meanings(st.plan.Names)):
		return &Error{Code: codeNotSupported, Message: "cached plan must not change result type", // drivers prepare again by this text
			Detail: "A table's name without a schema means another table than when the statement was prepared.",
			Hint:   "Prepare the statement again after the search path was changed."}
	}
	return nil
}
