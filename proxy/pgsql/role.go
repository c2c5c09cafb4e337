package pgsql

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// roleWords are in every text that changes the session's role, unless a function does so that it calls.
var roleWords = newFilter([]string{"role", "authorization", "set_config", "pg_settings"})

// MaySwitchRole reports whether a text that names nothing protected may give the session another role: by SET ROLE, SET
// SESSION AUTHORIZATION and their other spellings, also in the body of DO. It takes more texts for such than are, and misses
// what a function does.
func MaySwitchRole(text []byte) bool {
	if !roleWords.match(text) {
		return false
	}
	lx := lexer{text: string(text)}
	previous := ""
	for t := lx.next(); t.kind != 0; t = lx.next() {
		word := strings.ToLower(strings.Trim(lx.text[t.start:t.end], `"'`))
		if (previous == "" || previous == ";") && word == "do" {
			return true // the words are in its body
		}
		switch word {
		case "set_config", "pg_settings":
			return true
		case "role", "session_authorization", "authorization":
			if settingWords[previous] {
				return true
			}
		}
		if t.kind == tokQuoted && strings.HasPrefix(word, `u&`) {
			return true
		}
		previous = word
	}
	return lx.err != ""
}

// settingWords stand before the name of a setting.
var settingWords = map[string]bool{"set": true, "local": true, "session": true, "reset": true}

// setting notes a SET or RESET of the role.
func (a *analysis) setting(s *ast.VariableSetStmt) {
	switch s.GetName() {
	case "role", "session_authorization":
		a.switchesRole = true
	}
}
