package pgsql

import (
	"slices"
	"strings"
)

// fill makes the plan of a text for which the template holds. The plan does not keep the text's memory.
func (t *template) fill(text string, literals []literal) *Plan {
	if !t.carries && !t.moves {
		return t.plan
	}
	f := filling{template: t, literals: literals}
	if t.carries {
		f.text = strings.Clone(text) // once, for all values
	}
	return &Plan{Statements: t.plan.Statements, Edits: f.edits(), Params: f.params(), Uses: t.plan.Uses, SwitchesRole: t.plan.SwitchesRole, Effect: t.plan.Effect}
}

// filling is a template being filled for one text.
type filling struct {
	*template
	text     string
	literals []literal
}

// value is that of the i-th literal, or the one of the template's plan if there is none.
func (f *filling) value(i int, old string) string {
	if i < 0 {
		return old
	}
	return f.literals[i].value(f.text)
}

func (f *filling) edits() []Edit {
	edits := slices.Clone(f.plan.Edits)
	sealed := make([]Literal, 0, f.sealed)
	for i := range edits {
		e, p := &edits[i], &f.template.edits[i]
		e.Start, e.End = p.start.in(f.literals), p.end.in(f.literals)
		if e.Literal == nil {
			continue
		}
		l := *e.Literal
		l.Value, l.Tenant.Value = f.value(p.value, l.Value), f.value(p.tenant, l.Tenant.Value)
		sealed = append(sealed, l)
		e.Literal = &sealed[len(sealed)-1]
	}
	return edits
}

// params are the template's, or a copy if a literal is the tenant of one.
func (f *filling) params() []ParamUse {
	params := f.plan.Params
	for i, n := range f.tenants {
		if n < 0 {
			continue
		}
		if &params[0] == &f.plan.Params[0] {
			params = slices.Clone(params)
		}
		params[i].Tenant.Value = f.value(n, "")
	}
	return params
}
