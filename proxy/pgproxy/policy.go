package pgproxy

import (
	"fmt"
	"slices"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// boundPolicy joins the policy's fields to their keys' names and to their value conversion. It is immutable.
type boundPolicy struct {
	policy   *pgsql.Policy
	fields   []boundField // by pgsql.Column.Index
	ruled    bool         // a field has rules of access
	settings []string     // the parameters of the session that name tenants, each once
	ask      Ask
}

type boundField struct {
	field    *fieldcrypt.Field
	typ      pgvalue.Type
	modifier pgvalue.Modifier
	access   *Access // nil: plaintext to all
}

func bindPolicy(policy *pgsql.Policy) (*boundPolicy, error) {
	b := &boundPolicy{policy: policy}
	for _, t := range policy.Tables {
		if s := t.Tenant.Setting; s != "" && !slices.Contains(b.settings, s) {
			b.settings = append(b.settings, s)
		}
		for i := range t.Columns {
			if err := b.add(&t.Columns[i]); err != nil {
				return nil, fmt.Errorf("table %s.%s, column %s: %w", t.Schema, t.Name, t.Columns[i].Name, err)
			}
		}
	}
	return b, nil
}

func (b *boundPolicy) add(c *pgsql.Column) error {
	typ, err := pgvalue.ParseType(c.Type)
	if err != nil {
		return err
	}
	modifier, err := pgvalue.ParseModifier(typ, c.Modifier)
	if err != nil {
		return err
	}
	field, err := newField(c)
	if err != nil {
		return err
	}
	for len(b.fields) <= c.Index {
		b.fields = append(b.fields, boundField{})
	}
	if known := b.fields[c.Index]; known.field != nil {
		if known.field.ID() != c.Field || known.typ != typ || known.modifier != modifier || known.field.Domain() != field.Domain() {
			return fmt.Errorf("field %s (%s) has the index %d of field %s (%s)", c.Field, typ, c.Index, known.field.ID(), known.typ)
		}
		return nil
	}
	b.fields[c.Index] = boundField{field: field, typ: typ, modifier: modifier}
	return nil
}

func newField(c *pgsql.Column) (*fieldcrypt.Field, error) {
	field, err := fieldcrypt.NewField(c.Field, c.Index)
	if err != nil || c.Domain == "" {
		return field, err
	}
	return field.WithEquality(c.Domain)
}

func (b *boundPolicy) field(c *pgsql.Column) *boundField { return &b.fields[c.Index] }
