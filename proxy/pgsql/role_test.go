package pgsql

import (
	"testing"

	"github.com/sqlc-dev/oliphant/ast"
)

func TestTextsThatSwitchTheRoleAreFound(t *testing.T) {
	p := newTestPlanner(t)
	for _, text := range []string{
		"set role support", "SET ROLE 'support'", "set session role support", "set local role none", "reset role", "Reset /* x */ Role",
		"set role = support", "set role to default", `set "role" = 'x'`, "set session authorization support", "reset session authorization",
		"set local session authorization default", "set session_authorization = 'x'", "begin; set role x; commit",
		"select set_config('role', $1, true)", "select pg_catalog . set_config('ro' || 'le', 'x', false)", "update pg_settings set setting = 'x' where name = 'role'",
		`set U&"rol\0065" = 'x'`, "do $$ begin set role x; end $$", "select 1; do $$ begin set role x; end $$", "set role 'unterminated",
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

// FuzzMaySwitchRole holds the search for words against the parser: a statement that sets the role is never missed.
func FuzzMaySwitchRole(f *testing.F) {
	for _, s := range []string{"set role x", "SET SESSION AUTHORIZATION 'x'", "reset /* */ role", `set local "role" to x`, "set session_authorization from current",
		"alter role x set role = y", "begin; set role none", `set u&"r\006fle" = 'x'`, "set transaction read only", "do 'set role x'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := MaySwitchRole([]byte(text))
		if _, refusal := (limits{1 << 20, 50, defaultChain, defaultSelects}).check(text); refusal != nil {
			return
		}
		stmts, refusal := parse(text)
		if refusal != nil {
			return
		}
		for _, s := range stmts {
			set, ok := s.GetStmt().GetNode().(*ast.Node_VariableSetStmt)
			if ok && (set.VariableSetStmt.GetName() == "role" || set.VariableSetStmt.GetName() == "session_authorization") && !found {
				t.Errorf("%q sets %s and is not found", text, set.VariableSetStmt.GetName())
			}
		}
	})
}
