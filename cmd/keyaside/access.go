package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/mask"
	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// newAccess translates the fields' rules of access, by the id of the field.
func newAccess(c *configs.Config) (map[string]pgproxy.Access, error) {
	all := map[string]pgproxy.Access{}
	for _, id := range slices.Sorted(maps.Keys(c.Fields)) {
		f := c.Fields[id]
		m, err := newMask(f)
		if err != nil {
			return nil, fmt.Errorf("fields.%s.mask: %w", id, err)
		}
		if !f.Access.Ruled() {
			continue
		}
		a := pgproxy.Access{Roles: map[string]pgproxy.Treatment{}, Mask: m}
		if a.Default, err = pgproxy.ParseTreatment(f.Access.Default); err != nil {
			return nil, fmt.Errorf("fields.%s.access: %w", id, err)
		}
		for role, name := range f.Access.Roles {
			if a.Roles[role], err = pgproxy.ParseTreatment(name); err != nil {
				return nil, fmt.Errorf("fields.%s.access: %w", id, err)
			}
		}
		all[id] = a
	}
	return all, nil
}

// newMask makes the mask of a field; nil if it has none.
func newMask(f configs.Field) (*mask.Mask, error) {
	if f.Mask == nil {
		return nil, nil
	}
	name, _ := f.Declaration()
	typ, err := pgvalue.ParseType(name)
	if err != nil {
		return nil, err
	}
	return mask.New(typ, mask.Rule{
		Last: f.Mask.Last, First: f.Mask.First, Email: f.Mask.Email, Year: f.Mask.Year,
		Round: int64(f.Mask.Round), Constant: f.Mask.Constant, Hidden: f.Mask.Hidden,
	})
}

// ruledRoles lists the roles for which a field has a rule, each once.
func ruledRoles(c *configs.Config) []string {
	names := c.RuledRoles()
	slices.Sort(names)
	return slices.Compact(names)
}
