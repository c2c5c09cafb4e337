package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// copyView is a protected or hidden field in the rows of a COPY.
type copyView struct {
	Field  int            `json:"field"`
	Hidden bool           `json:"hidden,omitempty"`
	Sealed *protectedView `json:"sealed,omitempty"`
	Opened *protectedView `json:"opened,omitempty"`
	Shown  string         `json:"shown,omitempty"` // masked or ciphertext, to the role
}

// copied describes the fields of a COPY with which something is done.
func (e *explainer) copied(c *pgsql.Copy) []copyView {
	if c == nil {
		return nil
	}
	views := []copyView{}
	for i := range c.Columns {
		column := &c.Columns[i]
		v := copyView{Field: i + 1, Hidden: column.Hidden}
		if column.Column != nil {
			value := e.protected(column.Column, column.Tenant)
			if c.In {
				v.Sealed = &value
			} else {
				v.Opened = &value
			}
			if t := e.treatment(column.Column); t != pgproxy.Plaintext && !c.In {
				v.Shown = t.String()
			}
		}
		if column.Hidden || column.Column != nil {
			views = append(views, v)
		}
	}
	return views
}

// write prints a line for the field.
func (c *copyView) write(w *tabwriter.Writer) {
	what := fmt.Sprintf("field %d of each row", c.Field)
	if c.Sealed != nil {
		writeUse(w, what, c.Sealed.Column, c.Sealed, inRow("sealed for the tenant "+c.Sealed.Tenant.text()))
		return
	}
	result := resultView{Hidden: c.Hidden, Opened: c.Opened, Shown: c.Shown}
	column := ""
	if c.Opened != nil {
		column = c.Opened.Column
	}
	writeUse(w, what, column, c.Opened, inRow(result.effect()))
}

// inRow speaks of fields where there are no result columns.
func inRow(effect string) string { return strings.ReplaceAll(effect, "in result column", "in field") }
