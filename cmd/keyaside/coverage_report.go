package main

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// verdictUnreadable is for texts that are no statements: psql's variables in a file, or what the server's statistics have
// made of a constant.
const verdictUnreadable = "unreadable"

// coverageSchema describes coverage for the help.
const coverageSchema = `  database    the database whose tables were read
  role        with --role
  total       {statements, distinct, calls}: distinct ones differ in more than constants; in a file each is called once
  verdicts    {passes, rewritten, refused, unreadable}: as total, with percent of the calls
  reasons     array of {sqlstate, message, hint, statements, distinct, calls, examples}, the most calls first; examples are
              {line, statement}, without constants and comments
  skipped     {psql_commands, copy_lines}, of a file`

// coverage says what the proxy would do with an application's statements.
type coverage struct {
	Database string            `json:"database"`
	Role     string            `json:"role,omitempty"`
	Total    tally             `json:"total"`
	Verdicts map[string]*share `json:"verdicts"`
	Reasons  []*coverageReason `json:"reasons,omitempty"`
	Skipped  *skipped          `json:"skipped,omitempty"`
	seen     map[string]bool   // shapes
	reasons  map[string]*coverageReason
	examples int
}

type tally struct {
	Statements int    `json:"statements"`
	Distinct   int    `json:"distinct"`
	Calls      uint64 `json:"calls"`
}

type share struct {
	tally
	Percent float64 `json:"percent"`
}

type skipped struct {
	Commands  int `json:"psql_commands"`
	CopyLines int `json:"copy_lines"`
}

// coverageReason is a cause of refusals.
type coverageReason struct {
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	tally
	Examples []coverageExample `json:"examples"`
}

type coverageExample struct {
	Line      int    `json:"line,omitempty"`
	Statement string `json:"statement"`
}

func newCoverage(database, role string, examples int) *coverage {
	return &coverage{Database: database, Role: role, Verdicts: map[string]*share{
		verdictPasses: {}, verdictRewritten: {}, verdictRefused: {}, verdictUnreadable: {},
	}, seen: map[string]bool{}, reasons: map[string]*coverageReason{}, examples: examples}
}

func (t *tally) add(s sourceStatement, isNew bool) {
	t.Statements++
	t.Calls += s.calls
	if isNew {
		t.Distinct++
	}
}

// add counts a statement with what the explainer says of it.
func (c *coverage) add(s sourceStatement, v *explanation) {
	shape := pgsql.Shape(s.text)
	key := cmp.Or(shape, s.text)
	isNew := !c.seen[key]
	c.seen[key] = true
	verdict := v.Verdict
	if v.Refusal != nil && v.Refusal.SQLState == "42601" {
		verdict = verdictUnreadable
	}
	c.Total.add(s, isNew)
	c.Verdicts[verdict].add(s, isNew)
	if v.Refusal == nil {
		return
	}
	if !v.Refusal.quotable(s.text) {
		shape = "" // a quote may be missing, so what looks like a word may be a constant
	}
	c.reason(v.Refusal).add(s, isNew, shape, c.examples)
}

func (c *coverage) reason(r *refusalView) *coverageReason {
	key := r.SQLState + r.Message
	if c.reasons[key] == nil {
		c.reasons[key] = &coverageReason{SQLState: r.SQLState, Message: r.Message, Hint: r.Hint}
	}
	return c.reasons[key]
}

func (r *coverageReason) add(s sourceStatement, isNew bool, shape string, most int) {
	r.tally.add(s, isNew)
	if isNew && len(r.Examples) < most {
		r.Examples = append(r.Examples, coverageExample{s.line, cmp.Or(shape, "not shown, since its quotes may not be balanced")})
	}
}

// finish computes the shares and sorts the reasons.
func (c *coverage) finish() {
	for _, v := range c.Verdicts {
		if c.Total.Calls > 0 {
			v.Percent = math.Round(1e4*float64(v.Calls)/float64(c.Total.Calls)) / 100
		}
	}
	c.Reasons = slices.SortedFunc(maps.Values(c.reasons), func(x, y *coverageReason) int {
		return cmp.Or(cmp.Compare(y.Calls, x.Calls), cmp.Compare(y.Statements, x.Statements), cmp.Compare(x.Message, y.Message))
	})
}

// refusedPercent is the share of calls that the proxy would not serve.
func (c *coverage) refusedPercent() float64 {
	return c.Verdicts[verdictRefused].Percent + c.Verdicts[verdictUnreadable].Percent
}
