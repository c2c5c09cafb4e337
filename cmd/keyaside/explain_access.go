package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// accessView is what the role may do with a protected column that the text uses.
type accessView struct {
	Column    string   `json:"column"`
	Field     string   `json:"field"`
	Treatment string   `json:"treatment"`
	Uses      []string `json:"uses"`
	Allowed   bool     `json:"allowed"`
}

// treatment is how the explained role is treated for a column; plaintext without one.
func (e *explainer) treatment(c *pgsql.Column) pgproxy.Treatment {
	a, ruled := e.access[c.Field]
	if !ruled || e.role == "" {
		return pgproxy.Plaintext
	}
	return a.Of(e.role, e.catalog.Groups[e.role])
}

// judge adds what the role may do, and the refusal if it may not do all.
func (e *explainer) judge(v *explanation, plan *pgsql.Plan, text string) {
	if e.role == "" {
		return
	}
	v.Role = e.role
	if plan.SwitchesRole && len(plan.Uses) > 0 && len(e.access) > 0 {
		v.Refusal = viewSessionError(pgproxy.SwitchError(), -1, text)
		return
	}
	defer v.leaveOutTests()
	for _, u := range plan.Uses {
		t := e.treatment(u.Column)
		a := v.accessTo(e.qualified(u.Column), u.Column.Field, t)
		a.Uses = append(a.Uses, u.Kind.String())
		if t.Allows(u.Kind) {
			continue
		}
		a.Allowed = false
		if v.Refusal == nil {
			v.Refusal = viewSessionError(pgproxy.AccessError([]string{e.role}, a.Column, t), u.Position(text), text)
		}
	}
}

// viewSessionError shows an error that a session raises, at a byte offset of the text.
func viewSessionError(e *pgproxy.Error, position int, text string) *refusalView {
	return viewRefusal(&pgsql.Refusal{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, Position: position}, text)
}

// leaveOutTests takes out that a column is named, where it is also returned or compared.
func (v *explanation) leaveOutTests() {
	for i := range v.Access {
		uses := v.Access[i].Uses
		if slices.Contains(uses, pgsql.UseRead.String()) || slices.Contains(uses, pgsql.UseCompare.String()) {
			v.Access[i].Uses = slices.DeleteFunc(uses, func(u string) bool { return u == pgsql.UseTest.String() })
		}
	}
}

// accessTo returns the entry of a column.
func (v *explanation) accessTo(column, field string, t pgproxy.Treatment) *accessView {
	i := slices.IndexFunc(v.Access, func(a accessView) bool { return a.Column == column })
	if i < 0 {
		i = len(v.Access)
		v.Access = append(v.Access, accessView{Column: column, Field: field, Treatment: t.String(), Allowed: true})
	}
	return &v.Access[i]
}

// writeAccess prints one line for each column that the text uses.
func (v *explanation) writeAccess(w *tabwriter.Writer) {
	if v.Role == "" {
		return
	}
	fmt.Fprintf(w, "role %s:\n", v.Role)
	for _, a := range v.Access {
		verdict := "allowed"
		if !a.Allowed {
			verdict = "refused"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", a.Column, a.Treatment, strings.Join(a.Uses, ", "), verdict)
	}
	if len(v.Access) == 0 {
		fmt.Fprintln(w, "  uses no protected column")
	}
}
