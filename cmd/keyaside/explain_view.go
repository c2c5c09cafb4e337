package main

import (
	"strings"

	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// Verdicts on a statement.
const (
	verdictPasses    = "passes"    // the server gets it, and the client its rows, byte for byte
	verdictRewritten = "rewritten" // values are sealed or opened, or the text changes
	verdictRefused   = "refused"   // nothing of it runs
)

// explainSchema describes explanation for the help.
const explainSchema = `  database      the database whose tables were read
  verdict       passes, rewritten or refused
  statements    array of {statement, verdict, writes, columns, copied}; none if the text is refused or names nothing protected.
                columns: array of {result, source, hidden, opened, shown}; none if rows pass as they are. shown is masked
                or ciphertext, where the role does not get what is opened. copied: array of {field, hidden, sealed, opened,
                shown}, the fields of the rows of a COPY with which something is done
  parameters    array of {parameter, sealed}: those whose values are sealed
  literals      array of {position, statement, sealed}: constants that are sealed. position counts characters from 1
  role, access  with --role: array of {column, field, treatment, uses, allowed}; treatment is plaintext, masked,
                ciphertext or denied, uses are test, read, insert, update and compare; read and compare include test
  server_text   what the server gets; '\xf54b…' and 'ks1.…' stand for sealed values
  refusal       {sqlstate, message, detail, hint, position, line, column}; position and column count characters from 1
sealed and opened are {column, field, type, storage, tenant}, where tenant is {from, value, parameter, result, also}: from
is configuration, statement, session, setting, parameter or result, and also lists what must name the same tenant if it
names one. Numbers of statements, parameters and result columns count from 1.`

// explanation is a plan for a person or a tool. No part of it has the value of a literal that is sealed.
type explanation struct {
	Database   string          `json:"database"`
	Role       string          `json:"role,omitempty"`
	Verdict    string          `json:"verdict"`
	Statements []statementView `json:"statements,omitempty"`
	Parameters []paramView     `json:"parameters,omitempty"`
	Literals   []literalView   `json:"literals,omitempty"`
	Access     []accessView    `json:"access,omitempty"`
	ServerText string          `json:"server_text,omitempty"`
	Refusal    *refusalView    `json:"refusal,omitempty"`
}

type statementView struct {
	Statement int          `json:"statement"`
	Verdict   string       `json:"verdict"`
	Writes    bool         `json:"writes"`
	Columns   []resultView `json:"columns,omitempty"`
	Copied    []copyView   `json:"copied,omitempty"`
}

// resultView is a column of the rows as the server returns them.
type resultView struct {
	Result int            `json:"result"`
	Source string         `json:"source,omitempty"` // the table's column, where it is known
	Hidden bool           `json:"hidden,omitempty"`
	Opened *protectedView `json:"opened,omitempty"`
	Shown  string         `json:"shown,omitempty"` // masked or ciphertext, to the role
}

type paramView struct {
	Parameter int           `json:"parameter"`
	Sealed    protectedView `json:"sealed"`
}

type literalView struct {
	Position  int           `json:"position"`
	Statement int           `json:"statement,omitempty"`
	Sealed    protectedView `json:"sealed"`
}

// protectedView is a value of a protected column.
type protectedView struct {
	Column  string     `json:"column"`
	Field   string     `json:"field"`
	Type    string     `json:"type"`
	Storage string     `json:"storage"`
	Tenant  tenantView `json:"tenant"`
}

// tenantView says where the tenant of a value comes from; the member that From names is set.
type tenantView struct {
	From      string `json:"from"`
	Value     string `json:"value,omitempty"` // of the configuration or the statement; of the session: user or database; a setting's name
	Parameter int    `json:"parameter,omitempty"`
	Result    int    `json:"result,omitempty"`
	// Also are further sources: what they give, if anything, must be the same.
	Also []tenantView `json:"also,omitempty"`
}

// view plans a text.
func (e *explainer) view(text string) *explanation {
	plan := e.planner.Plan([]byte(text), &pgsql.Session{})
	v := &explanation{Database: e.database, Verdict: verdictPasses, ServerText: text}
	if plan == nil || plan.Unnamed {
		v.Role = e.role
		return v
	}
	if v.Refusal = e.refusal(plan, text); v.Refusal == nil {
		e.judge(v, plan, text)
	}
	if v.Refusal != nil {
		v.Verdict, v.ServerText = verdictRefused, ""
		return v
	}
	e.planned(v, plan, text)
	return v
}

func (e *explainer) refusal(plan *pgsql.Plan, text string) *refusalView {
	if plan.Refusal == nil {
		return nil
	}
	return viewRefusal(plan.Refusal, text)
}

func (e *explainer) planned(v *explanation, plan *pgsql.Plan, text string) {
	if plan.Protected() {
		v.Verdict = verdictRewritten
	}
	v.ServerText = serverText(text, plan.Edits)
	for _, p := range plan.Params {
		if p.Param == 0 {
			continue // a constant of the text
		}
		v.Parameters = append(v.Parameters, paramView{p.Param, e.protected(p.Column, p.Tenant)})
	}
	touched := e.edits(v, plan, text)
	for i := range plan.Statements {
		s := e.statement(i+1, &plan.Statements[i])
		// Parameters come with single statements.
		if s.Columns != nil || len(s.Copied) > 0 || len(plan.Params) > 0 || touched[i+1] {
			s.Verdict = verdictRewritten
		}
		v.Statements = append(v.Statements, s)
	}
}

// edits lists the literals that are sealed. It returns the numbers of the statements whose text changes.
func (e *explainer) edits(v *explanation, plan *pgsql.Plan, text string) (touched map[int]bool) {
	touched = map[int]bool{}
	last, position := 0, 1
	for _, edit := range plan.Edits {
		n := plan.StatementAt(edit.Start) + 1
		touched[n] = true
		position += characters(text[last:edit.Start])
		last = edit.Start
		if l := edit.Literal; l != nil {
			v.Literals = append(v.Literals, literalView{position, n, e.protected(l.Column, l.Tenant)})
		}
	}
	return touched
}

func (e *explainer) statement(number int, s *pgsql.Statement) statementView {
	v := statementView{Statement: number, Verdict: verdictPasses, Writes: s.Writes, Copied: e.copied(s.Copy)}
	for i := range s.Columns {
		c := &s.Columns[i]
		result := resultView{Result: i + 1, Hidden: c.Hidden, Source: e.attribute(c.Relation, c.Attr)}
		if c.Column != nil {
			if t := e.treatment(c.Column); t != pgproxy.Plaintext {
				result.Shown = t.String()
			}
			opened := e.protected(c.Column, c.Tenant)
			result.Opened = &opened
			if result.Source == "" {
				result.Source = opened.Column
			}
		}
		v.Columns = append(v.Columns, result)
	}
	return v
}

// attribute names a column by the numbers that the server gives it; empty if it has none.
func (e *explainer) attribute(oid uint32, number int16) string {
	for i := range e.catalog.Relations {
		r := &e.catalog.Relations[i]
		for j := range r.Columns {
			if r.OID == oid && r.Columns[j].Number == number {
				return r.Schema + "." + r.Name + "." + r.Columns[j].Name
			}
		}
	}
	return ""
}

func (e *explainer) protected(c *pgsql.Column, tenant pgsql.TenantRef) protectedView {
	v := protectedView{Column: e.qualified(c), Field: c.Field, Type: c.Type, Storage: "bytea", Tenant: viewTenant(tenant)}
	if c.Storage == pgsql.StorageText {
		v.Storage = "text"
	}
	return v
}

// qualified finds the table of a plan's column, which is one of the policy's.
func (e *explainer) qualified(c *pgsql.Column) string {
	for _, t := range e.policy.Tables {
		for i := range t.Columns {
			if &t.Columns[i] == c {
				return t.Schema + "." + t.Name + "." + c.Name
			}
		}
	}
	return c.Name
}

func viewTenant(t pgsql.TenantRef) tenantView {
	v := viewSource(t)
	if c := t.Claims; c != nil {
		for _, also := range []tenantView{{From: "configuration", Value: c.Fixed}, {From: "session", Value: c.Session}, {From: "setting", Value: c.Setting}} {
			if also.Value != "" {
				v.Also = append(v.Also, also)
			}
		}
	}
	return v
}

// viewSource is viewTenant without what must agree.
func viewSource(t pgsql.TenantRef) tenantView {
	switch t.Kind {
	case pgsql.TenantParam:
		return tenantView{From: "parameter", Parameter: t.Param}
	case pgsql.TenantResult:
		return tenantView{From: "result", Result: t.Result + 1}
	case pgsql.TenantSession:
		return tenantView{From: "session", Value: t.Value}
	case pgsql.TenantSetting:
		return tenantView{From: "setting", Value: t.Value}
	}
	if t.TypeOID != 0 { // only a constant in the text has a type
		return tenantView{From: "statement", Value: t.Value}
	}
	return tenantView{From: "configuration", Value: t.Value}
}

// serverText makes the plan's edits, with placeholders for what is sealed.
func serverText(text string, edits []pgsql.Edit) string {
	var out strings.Builder
	last := 0
	for _, e := range edits {
		out.WriteString(text[last:e.Start])
		switch {
		case e.Literal == nil:
			out.WriteString(e.Text)
		case e.Literal.Column.Storage == pgsql.StorageText:
			out.WriteString(`'ks1.…'`)
		default:
			out.WriteString(`'\xf54b…'`)
		}
		if e.Literal != nil {
			out.WriteString(e.Text)
		}
		last = e.End
	}
	out.WriteString(text[last:])
	return out.String()
}
