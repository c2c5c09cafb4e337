package pgproxy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A run-time parameter of the session can name the tenant. It is changed by SET, set_config, functions, startup options,
// defaults of roles and databases; a rollback takes that back, and the end of a transaction ends SET LOCAL. So it is not
// followed but asked for, and asked for again when something was sent after which it may be another. What was told holds
// until then, so a session that sets its tenant and then works does not ask for each statement.

// facts are the values of the policy's settings as the server has told them, in the order of boundPolicy.settings; empty
// means that there is none. They are not changed once they are made.
type facts struct{ values []string }

func (f *facts) equal(g *facts) bool {
	return f == g || f != nil && g != nil && slices.Equal(f.values, g.values)
}

// sessionSettings is what is known of the session's parameters.
type sessionSettings struct {
	known *facts // nil until the server was asked
	dirty bool   // known may not hold any more
	// changed is set while a transaction is open in which parameters may have been changed: its end may take that back.
	changed bool
	// unreported is set while parameters may have been changed that the server reports with the next ReadyForQuery only.
	unreported bool
	// prepared is set once SQL may have prepared a statement that changes parameters: one that the proxy does not know of.
	prepared bool
	failed   bool // the server did not answer the question
	used     bool // the message at hand is sealed for a tenant that a parameter names
}

// Ask says when the server is asked anew for the parameters that name tenants.
type Ask uint8

const (
	// AskAfterChange asks when something was sent that may have changed them.
	AskAfterChange Ask = iota
	// AskEachTransaction asks in each transaction, too: a pooler may have given it another connection to the server.
	AskEachTransaction
	// AskEachStatement asks before each statement that needs to know, for databases whose triggers, views or operators
	// change a tenant's parameter.
	AskEachStatement
)

// asking is returned where a message can't be handled before the server has answered a question.
type asking struct{ *question }

func (a *asking) Error() string { return "the server must be asked first" }

// facts returns what the policy's settings are for what is sent next, or a reason to wait, or the error for the client.
func (m *machine) facts() (*facts, error) {
	if c := m.client.rows; c != nil { // the statement under way was sent with these
		if c.facts == nil {
			return nil, errUntold
		}
		return c.facts, nil
	}
	if s := &m.settings; s.known != nil && !s.dirty {
		return s.known, nil
	}
	return nil, m.askSettings()
}

// settled returns nil once the parameters that the server reports are up to date, else as facts does.
func (m *machine) settled() error {
	if !m.settings.unreported {
		return nil
	}
	return m.askSettings()
}

func (m *machine) askSettings() error {
	switch {
	case m.settings.failed:
		return errUntold
	case m.queue.empty() && !m.canAsk():
		return errAborted
	}
	names := append(slices.Clone(m.policy.settings), reported...)
	var list strings.Builder
	for i := range names {
		fmt.Fprintf(&list, ", pg_catalog.current_setting($%d::pg_catalog.text, true)", i+1)
	}
	return &asking{&question{
		text: "select " + list.String()[2:], params: names, stays: m.policy.ask == AskEachTransaction,
		row: m.settingsAnswer,
		done: func(answered bool) {
			m.settings.failed = !answered
		},
	}}
}

// reported are the parameters that the server reports and the proxy heeds.
var reported = []string{"client_encoding", "standard_conforming_strings", "DateStyle", "TimeZone"}

// setsReported matches a text that may change one of them.
var setsReported = regexp.MustCompile(`(?i)client_encoding|conforming_strings|datestyle|time\s*zone|names|reset\s+all|discard|set_config`)

func (m *machine) settingsAnswer(values []pgwire.Param) {
	n := len(m.policy.settings)
	if len(values) != n+len(reported) {
		return
	}
	told := &facts{values: make([]string, n)}
	for i := range told.values {
		told.values[i] = string(values[i].Value) // of NULL: empty
	}
	if !told.equal(m.settings.known) {
		m.settings.known = told
	}
	m.settings.dirty, m.settings.unreported = false, false
	for i, name := range reported {
		m.report(name, string(values[n+i].Value))
	}
}

// report takes the value of a parameter.
func (m *machine) report(name, value string) {
	s := &m.server
	switch name {
	case "server_version":
		s.major, _ = strconv.Atoi(value[:len(value)-len(strings.TrimLeft(value, "0123456789"))])
	case "client_encoding":
		s.encoding = value
	case "standard_conforming_strings":
		s.escapes = value != "on"
	case "DateStyle":
		s.settings.DateStyle = value
	case "TimeZone":
		// A zone that this machine does not know leaves nil: what depends on it is then refused, not guessed.
		s.settings.Location, _ = time.LoadLocation(value)
	}
}

// setting returns the value of one of the policy's settings.
func (m *machine) setting(f *facts, name string) string {
	if i := slices.Index(m.policy.settings, name); i >= 0 && f != nil {
		return f.values[i]
	}
	return ""
}

// noteEffect gives a message that is sent what is known while it is carried out, and notes what it may change.
func (m *machine) noteEffect(p *pending) {
	s := &m.settings
	if !s.dirty {
		p.facts = s.known
	}
	if p.asked != nil || p.silent {
		return
	}
	inBlock := m.server.status == 'T' && m.queue.syncs == 0
	switch p.request {
	case reqQuery, reqExecute:
		if p.script != nil && p.refusal == nil {
			m.mayChange(p.script.Effect)
		}
		if m.policy.ask == AskEachStatement {
			s.dirty = true
		}
	case reqFunctionCall:
		m.mayChange(pgsql.Changes)
	}
	if p.request.ready() && !inBlock && (s.changed || m.policy.ask == AskEachTransaction) {
		s.dirty = true // a transaction ends here, unless one has begun
	}
}

func (m *machine) mayChange(effect pgsql.Effect) {
	s := &m.settings
	switch effect {
	case pgsql.Prepares:
		s.prepared = true
		fallthrough
	case pgsql.Changes:
		s.dirty, s.changed, s.unreported = true, true, true
	case pgsql.Restores:
		s.dirty, s.unreported = s.dirty || s.changed, s.unreported || s.changed
	}
}

// settingsReady notes a ReadyForQuery: all that the server reports has been reported before it.
func (m *machine) settingsReady(hidden bool) {
	s, all := &m.settings, m.queue.empty()
	s.unreported = s.unreported && !all
	s.failed = s.failed && hidden
	if m.server.status != 'I' {
		return
	}
	s.dirty = s.dirty || s.changed || m.policy.ask == AskEachTransaction
	s.changed = s.changed && !all
}

// mayChangeUnseen reports whether a statement or portal that the proxy does not know of may change parameters. Unnamed ones
// are the protocol's, which are known if they may.
func (m *machine) mayChangeUnseen(name []byte) bool {
	return len(name) > 0 && len(m.policy.settings) > 0
}

// bySetting reports whether reading the columns takes to know a setting.
func bySetting(columns []pgsql.ResultColumn) bool {
	return slices.ContainsFunc(columns, func(c pgsql.ResultColumn) bool {
		return c.Column != nil && (c.Tenant.Kind == pgsql.TenantSetting || c.Tenant.Claims != nil && c.Tenant.Claims.Setting != "")
	})
}

func readsBySetting(plan *pgsql.Plan) bool {
	return slices.ContainsFunc(plan.Statements, func(s pgsql.Statement) bool { return bySetting(s.Columns) || copiesBySetting(s.Copy) })
}

// copiesBySetting reports whether the data of a COPY takes to know a setting.
func copiesBySetting(c *pgsql.Copy) bool {
	return c != nil && slices.ContainsFunc(c.Columns, func(c pgsql.CopyColumn) bool { return bySetting([]pgsql.ResultColumn{c.ResultColumn}) })
}

// fetchesBySetting is readsBySetting, also for cursors that are open or that the plan declares.
func (m *machine) fetchesBySetting(plan *pgsql.Plan) bool {
	if slices.ContainsFunc(m.fetched(plan), func(p *portal) bool { return p.statement.bySetting }) {
		return true
	}
	return readsBySetting(plan) || slices.ContainsFunc(plan.Statements, func(s pgsql.Statement) bool {
		return s.Naming != nil && s.Naming.Declares != nil && bySetting(s.Naming.Declares.Columns)
	})
}

// changesOnTheWay refuses a text of several statements one of which may change what another needs to know.
func (m *machine) changesOnTheWay(text []byte, plan *pgsql.Plan) *Error {
	if len(plan.Statements) < 2 || plan.Effect == pgsql.Keeps || !plan.Protected() {
		return nil
	}
	needs := m.settings.used || m.fetchesBySetting(plan)
	changes := plan.Effect >= pgsql.Changes || m.settings.changed
	if needs && changes || plan.Effect >= pgsql.Changes && setsReported.Match(text) {
		return &Error{Code: codeNotSupported,
			Message: "this text changes parameters of the session on which its statements on protected tables may depend",
			Hint:    "Send the statements one by one."}
	}
	return nil
}

// sealedForAnother checks that what was sealed for the tenant that a parameter named then is used while it names it still.
func (m *machine) sealedForAnother(sealed *facts) error {
	if sealed == nil {
		return nil
	}
	f, err := m.facts()
	if err != nil {
		return err
	}
	if !f.equal(sealed) {
		return &Error{Code: codeNotSupported, Message: "the session's tenant is not the one for which the statement's values were sealed",
			Hint: "Prepare and bind the statement again after the tenant was changed, and pass values as parameters."}
	}
	return nil
}

var (
	errUntold = &Error{Code: codeConnectionFailure, Message: "the server did not tell the proxy the session's tenant",
		Hint: "Run the statement again."}
	errAborted = &Error{Code: codeFailedTransaction, Message: "current transaction is aborted, commands ignored until end of transaction block"}
)
