package pgsql

import "testing"

func TestTextsThatSwitchTheRoleAreFound(t *testing.T) {
	p := newTestPlanner(t)
	for _, text := range []string{
		"set role support", "SET ROLE 'support'", "set session role support", "set local role none", "reset role", "Reset /* x */ Role",
		"set role = support", "set role to default", `set "role" = 'x'`, "set session authorization support", "reset session authorization",
		"set local session authorization default", "set session_authorization = 'x'", "begin; set role x; commit",
		"select set_config('role', $1, true)", "select pg_catalog . set_config('ro' || 'le', 'x', false)", "update pg_settings set setting = 'x' where name = 'role'",
		`set U&"rol\0065" = 'x'`, "set role 'unterminated",
	} {
		plan := p.Plan([]byte(text), &Session{})
		unnamed := plan == nil || plan.Unnamed
		if !unnamed && plan.Refusal == nil && !plan.SwitchesRole || unnamed && !MaySwitchRole([]byte(text)) {
			t.Errorf("%s: is not found", text)
		}
	}
	for _, text := range []string{"select 1", "select role from users", "insert into users (role) values ('session')", "create role support",
		"select 'set' || role from users", "update users set name = role", "commit"} {
		if MaySwitchRole([]byte(text)) {
			t.Errorf("%s: is taken for one", text)
		}
	}
	for text, want := range map[string]bool{
		"select email, set_config('role', 'x', true) from customers where id = 1": true,
		"set role x; select email from customers":                                 true,
		"select id, now() from customers":                                         false,
	} {
		if plan := p.Plan([]byte(text), &Session{}); plan == nil || plan.SwitchesRole != want {
			t.Errorf("%s: planned as %+v", text, plan)
		}
	}
}
