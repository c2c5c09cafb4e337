package pgsql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgcopy"
)

// describeCopy writes what a COPY means for the golden files.
func describeCopy(b *strings.Builder, c *Copy) {
	if c == nil {
		return
	}
	o := &c.Options
	fmt.Fprintf(b, "  %s data", o.Format)
	if o.Format != pgcopy.Binary {
		fmt.Fprintf(b, ", delimiter %q, NULL %q", o.Delimiter, o.Null)
	}
	if o.Format == pgcopy.CSV {
		fmt.Fprintf(b, ", quote %q, escape %q", o.Quote, o.Escape)
	}
	if o.HasDefault {
		fmt.Fprintf(b, ", DEFAULT %q", o.Default)
	}
	b.WriteString([...]string{"", ", header", ", header that must match"}[o.Header] + "\n")
	for i, col := range c.Columns {
		fmt.Fprintf(b, "  %d: %s", i, o.Columns[i])
		if col.Column != nil {
			fmt.Fprintf(b, " %s as %s", col.Column.Field, describeTenant(col.Tenant))
		}
		for _, f := range []struct {
			on   bool
			name string
		}{{col.Hidden, "hidden"}, {col.ForceNull, "force null"}, {col.ForceNotNull, "force not null"}} {
			if f.on {
				b.WriteString(" " + f.name)
			}
		}
		b.WriteByte('\n')
	}
}

func TestTextsThatBeginACopyInAreKnownWithoutBeingParsed(t *testing.T) {
	p := newTestPlanner(t)
	for text, want := range map[string]bool{
		"copy customers from stdin with (bad syntax":       true,
		"copy customers from stdin (encoding 'latin1')":    true,
		"copy customers (id, nothing) from stdin":          true,
		"copy customers from '/tmp/x'":                     false,
		"select lower(email) from customers -- from stdin": false,
	} {
		plan := p.Plan([]byte(text), &Session{})
		if plan == nil || plan.Refusal == nil || plan.Refusal.CopyIn != want {
			t.Errorf("%s: %+v", text, plan)
		}
	}
}
