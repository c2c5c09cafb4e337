package pgproxy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestPreparedStatementsAndCursorsOfSQLFollowTheSessionsTenant runs scripts; what follows the arrow is the SQLSTATE, the
// tenants for which values were sealed, or what the statement returned.
func TestPreparedStatementsAndCursorsOfSQLFollowTheSessionsTenant(t *testing.T) {
	s, sent := newTenantStack(t, AskAfterChange)
	for name, script := range map[string][]string{
		"EXECUTE": {"set app.tenant = 'acme' > ", "prepare n as insert into notes (body) values ($1) > ", "execute n ('marker') > acme", "set app.tenant = 'globex' > ",
			"execute n ('marker') > globex", "reset app.tenant > ", "execute n ('marker') > 22023"},
		"a literal that is prepared": {"set app.tenant = 'acme' > ", "prepare n as insert into notes (body) values ('marker') > 0A000", "execute n > 26000"},
		"FETCH": {"set app.tenant = 'acme' > ", "insert into notes (body) values ('marker') > acme", "begin > ", "declare c cursor for select body from notes limit 2 > ",
			"fetch c > marker", "commit > ", "begin > ", "declare c cursor for select body from notes limit 2 > ", "set local app.tenant = 'globex' > ", "fetch c > 42501", "rollback > "},
		"FETCH may change the tenant on the way": {"set app.tenant = 'acme' > ", "insert into notes (body) values ('marker') > acme",
			"begin; declare c cursor for select body from notes limit 1; fetch c; commit > 0A000"},
	} {
		t.Run(name, func(t *testing.T) {
			s.direct(t).exec("truncate notes")
			c := s.proxiedIn(t, "simple_protocol")
			for _, step := range script {
				statement, want, _ := strings.Cut(step, " > ")
				sent.take()
				got := c.outcome(statement)
				traffic := sent.take()
				if m := leaked(traffic, "marker"); m != "" {
					t.Errorf("%s: LEAK", statement)
				}
				if got == "" {
					got = s.sealedFor(traffic)
				}
				if got != want {
					t.Fatalf("%s: %q, want %q", statement, got, want)
				}
			}
		})
	}
}

// outcome runs a text and returns the SQLSTATE of its error, or the first value that it returns; empty if there is none.
func (c *conn) outcome(text string) string {
	c.t.Helper()
	results, err := c.PgConn().Exec(c.t.Context(), text).ReadAll()
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range results {
		if len(r.Rows) > 0 {
			return string(r.Rows[0][0])
		}
	}
	return ""
}

func TestNamesAreBounded(t *testing.T) {
	m := &machine{statements: map[string]*statement{}, portals: map[string]*portal{}}
	for i := range maxStatements + 10 {
		m.noteUnprepared(fmt.Sprint("name ", i))
	}
	if len(m.unprepared) > maxStatements {
		t.Errorf("%d names are kept", len(m.unprepared))
	}
}
