package pgproxy

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

const tenantTables = `create table notes (id serial primary key, body bytea, at timestamptz default '2020-02-02 00:00Z');
	create table papers (id int primary key, tenant text default current_setting('app.tenant'), title bytea);
	create table plain (id int, a text);
	create function become(text) returns text language sql as $$ select set_config('app.tenant', $1, false) $$;
	create function become_here(text) returns text language sql as $$ select set_config('app.tenant', $1, true) $$`

func tenantPolicy() *pgsql.Policy {
	return &pgsql.Policy{Tables: []pgsql.Table{
		{Schema: "public", Name: "notes", Tenant: pgsql.TenantSource{Setting: "app.tenant"},
			Columns: []pgsql.Column{{Name: "body", Field: "note_body", Type: "text"}}},
		{Schema: "public", Name: "papers", Tenant: pgsql.TenantSource{Column: "tenant", Setting: "app.tenant"},
			Columns: []pgsql.Column{{Name: "title", Field: "paper_title", Type: "text", Index: 1}}},
	}}
}

// newTenantStack is a stack whose server side is recorded.
func newTenantStack(t testing.TB, ask Ask) (*stack, *recorder) {
	t.Helper()
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex"} {
		s.keys.rotate(t, tenant, 1)
	}
	s.direct(t).exec(tenantTables)
	r := recordedStack(t, s)
	s.ask = ask
	s.start(t, tenantPolicy(), Limits{})
	return s, r
}

// sealedFor names the tenants whose keys occur in what was sent to the server, in binary or in hexadecimal.
func (s *stack) sealedFor(sent []byte) string {
	var names []string
	for _, tenant := range []string{"acme", "globex"} {
		id := binary.BigEndian.AppendUint64(nil, uint64(s.keys.active[tenant].ID()))
		if bytes.Contains(sent, id) || bytes.Contains(sent, []byte(hex.EncodeToString(id))) {
			names = append(names, tenant)
		}
	}
	return strings.Join(names, " ")
}

// TestTenantIsWhatTheSettingIsWhenTheStatementRuns runs scripts, statement by statement. NOTE stands for a statement that
// writes a note; what it is sealed for, or that it is refused, is what follows the arrow.
func TestTenantIsWhatTheSettingIsWhenTheStatementRuns(t *testing.T) {
	s, sent := newTenantStack(t, AskAfterChange)
	for name, script := range map[string]string{
		"unset":                         `NOTE > none`,
		"SET":                           `set app.tenant = 'acme'; NOTE > acme; set app.tenant = 'globex'; NOTE > globex; set app.tenant to acme; NOTE > acme`,
		"SET to nothing":                `set app.tenant = 'acme'; NOTE > acme; set app.tenant = ''; NOTE > none`,
		"RESET":                         `set app.tenant = 'acme'; NOTE > acme; reset app.tenant; NOTE > none`,
		"RESET ALL":                     `set app.tenant = 'acme'; NOTE > acme; reset all; NOTE > none`,
		"DISCARD ALL":                   `set app.tenant = 'acme'; NOTE > acme; discard all; NOTE > none`,
		"SET LOCAL ends with COMMIT":    `set app.tenant = 'acme'; begin; set local app.tenant = 'globex'; NOTE > globex; commit; NOTE > acme`,
		"SET LOCAL ends with ROLLBACK":  `begin; set local app.tenant = 'globex'; NOTE > globex; rollback; NOTE > none`,
		"SET LOCAL alone does nothing":  `set local app.tenant = 'globex'; NOTE > none`,
		"ROLLBACK restores":             `set app.tenant = 'acme'; begin; set app.tenant = 'globex'; NOTE > globex; rollback; NOTE > acme`,
		"COMMIT keeps":                  `set app.tenant = 'acme'; begin; set app.tenant = 'globex'; NOTE > globex; commit; NOTE > globex`,
		"ROLLBACK TO restores":          `begin; set app.tenant = 'acme'; savepoint a; set app.tenant = 'globex'; NOTE > globex; rollback to a; NOTE > acme; set local app.tenant = 'globex'; release a; NOTE > globex; commit; NOTE > acme`,
		"AND CHAIN":                     `set app.tenant = 'acme'; begin; set local app.tenant = 'globex'; NOTE > globex; commit and chain; NOTE > acme; rollback`,
		"a failed transaction":          `set app.tenant = 'acme'; begin; set app.tenant = 'globex'; savepoint a; FAIL; NOTE > aborted; rollback to a; NOTE > globex; FAIL; NOTE > aborted; rollback; NOTE > acme`,
		"a failed SET":                  `set app.tenant = 'acme'; begin; NOTE > acme; FAIL; rollback; NOTE > acme`,
		"set_config":                    `select set_config('app.tenant', 'acme', false); NOTE > acme; select pg_catalog.set_config('app.tenant', 'globex', false); NOTE > globex`,
		"set_config, local":             `begin; select set_config('app.tenant', 'acme', true); NOTE > acme; commit; NOTE > none`,
		"set_config, local, alone":      `select set_config('app.tenant', 'acme', true); NOTE > none`,
		"a function":                    `select become('acme'); NOTE > acme; select become('globex') from (values (1)) v(a); NOTE > globex; select * from become('acme'); NOTE > acme`,
		"a function, local":             `begin; select become_here('acme'); NOTE > acme; end; NOTE > none`,
		"DO":                            `do $$begin perform set_config('app.tenant', 'acme', false);end$$; NOTE > acme`,
		"SQL's PREPARE and EXECUTE":     `prepare p as select set_config('app.tenant', $1, false); NOTE > none; execute p('acme'); NOTE > acme; execute p('globex'); NOTE > globex; deallocate p`,
		"a cursor":                      `begin; declare c cursor for select become('acme'); fetch c; NOTE > acme; commit; NOTE > acme`,
		"another setting":               `set app.other = 'acme'; NOTE > none; set app.tenant = 'acme'; set app.other = 'globex'; NOTE > acme`,
		"statements that leave it be":   `set app.tenant = 'acme'; NOTE > acme; select count(*), lower('A') from plain; insert into plain values (1, 'a'); begin; commit; NOTE > acme`,
		"an expression that changes it": `set app.tenant = 'acme'; insert into plain select 1, become('globex'); NOTE > globex; update plain set a = become('acme'); NOTE > acme; delete from plain where a = become('globex') and false; NOTE > acme; delete from plain where become('globex') is null; NOTE > globex`,
	} {
		for _, mode := range execModes {
			t.Run(name+"/"+mode, func(t *testing.T) {
				if name == "DISCARD ALL" && strings.HasPrefix(mode, "cache") {
					t.Skip("the driver does not know that its statements are gone")
				}
				c := s.proxiedIn(t, mode)
				for _, step := range strings.Split(script, "; ") {
					statement, want, _ := strings.Cut(step, " > ")
					sent.take()
					got := c.step(statement)
					if got == "" {
						got = s.sealedFor(sent.take())
					}
					if got != want {
						t.Fatalf("%s: the note is for %q, want %q", step, got, want)
					}
				}
			})
		}
	}
}

// step runs one statement of a script and returns what the proxy says instead of writing a note; empty if it does.
func (c *conn) step(statement string) string {
	c.t.Helper()
	switch statement {
	case "FAIL":
		if queryError(c, "select 1/0") == nil {
			c.t.Fatal("no error")
		}
		return ""
	case "NOTE":
		switch err := queryError(c, "insert into notes (body) values ($1) returning id", "marker of a note"); {
		case err == nil:
			return ""
		case err.Code == codeInvalidParameter && strings.Contains(err.Message, "app.tenant is not set"):
			return "none"
		case err.Code == codeFailedTransaction:
			return "aborted"
		default:
			c.t.Fatal(err)
		}
	}
	c.exec(statement)
	return ""
}

func TestTextInFlightBehindASettingThatMattersWaitsForIt(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	insert := `insert into customers (id, tenant_id, note, born) values (%d, 'acme', 'a\\b', '03/04/2001')`
	for name, c := range map[string]struct {
		pipeline []string
		want     string
	}{
		"standard_conforming_strings": {[]string{"Q|set standard_conforming_strings = off", "Q|" + insert, "Q|set standard_conforming_strings = on"}, ""},
		"in the same segment":         {[]string{"P||set standard_conforming_strings = off", "B|", "E|", "P||" + insert, "B|", "E|", "S", "Q|set standard_conforming_strings = on"}, ""},
		"client_encoding":             {[]string{"Q|set names 'LATIN1'", "Q|" + insert, "Q|set names 'UTF8'"}, ""},
		"DateStyle":                   {[]string{"Q|set datestyle = 'DMY'", "Q|" + insert, "Q|reset datestyle"}, `D "2001-04-03" "a\\\\b"`},
		"DateStyle, same segment":     {[]string{"P||set datestyle = 'DMY'", "B|", "E|", "P||" + insert, "B|", "E|", "S", "Q|reset datestyle"}, `D "2001-04-03" "a\\\\b"`},
		"DateStyle, one text":         {[]string{"Q|set datestyle = 'DMY'; " + insert}, ""},
		"nothing":                     {[]string{"Q|" + insert}, `D "2001-03-04" "a\\\\b"`},
	} {
		t.Run(name, func(t *testing.T) {
			s.direct(t).exec("truncate customers")
			r := openRaw(t, s.address, s.pg.User, s.database, "")
			for i, word := range c.pipeline {
				c.pipeline[i] = strings.ReplaceAll(word, "%d", "1")
			}
			got := strings.Join(r.run(append(c.pipeline, "Q|select born, note from customers")), "\n")
			if c.want == "" && strings.Contains(got, "D \"2001") || !strings.Contains(got, c.want) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// withSetting makes a session in which a parameter names the tenant, besides the column.
func withSetting(t testing.TB, told ...string) func(m *machine) {
	return func(m *machine) {
		policy := protectedPolicy()
		policy.Tables[0].Tenant.Setting = "app.tenant"
		planner, err := pgsql.NewPlanner(policy, offlineCatalog(), pgsql.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if m.policy, err = bindPolicy(policy); err != nil {
			t.Fatal(err)
		}
		m.planner = func() (*pgsql.Planner, bool) { return planner, true }
		if len(told) > 0 {
			m.settings.known = &facts{told}
		}
	}
}

func TestSettingThatNamesTheTenantCostsAPreparedSelectNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	if n := testing.AllocsPerRun(1000, pointSelectOf(t, "someone@example.com", withSetting(t, "acme"))); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestQuestionForTheTenantThatFailsRefusesTheStatement(t *testing.T) {
	for _, ask := range []Ask{AskAfterChange, AskEachTransaction} {
		m := offlineMachine(t, newMemoryKeys())
		withSetting(t)(m)
		m.policy.ask = ask
		query := message('Q', "select id, email from customers\x00")
		var out, shown, back output
		if _, err := m.fromClient(query, &out); !errors.Is(err, errHold) || bytes.Contains(out.bytes(), []byte("customers")) {
			t.Fatalf("%v, %q", err, out.bytes())
		}
		replies := bytes.Clone(askedFails)
		if ask == AskEachTransaction { // the question has no Sync of its own until it fails
			if _, err := m.fromServer(replies, &shown, &back); err != nil {
				t.Fatal(err)
			}
			out.reset()
			if _, err := m.fromClient(query, &out); !errors.Is(err, errHold) || !bytes.Equal(out.bytes(), message('S', "")) {
				t.Fatalf("%v, %q", err, out.bytes())
			}
			replies = nil
		}
		if _, err := m.fromServer(append(replies, message('Z', "I")...), &shown, &back); err != nil || len(shown.bytes()) > 0 {
			t.Fatalf("%v, shown %q", err, shown.bytes())
		}
		out.reset()
		if _, err := m.fromClient(query, &out); err != nil || !bytes.Contains(out.bytes(), []byte(refusedText)) {
			t.Fatalf("%v, %q", err, out.bytes())
		}
		failed := append(message('E', "SERROR\x00VERROR\x00C42601\x00Mx\x00\x00"), message('Z', "I")...)
		if _, err := m.fromServer(failed, &shown, &back); err != nil || !bytes.Contains(shown.bytes(), []byte(errUntold.Message)) {
			t.Fatalf("%v, shown %q", err, shown.bytes())
		}
		out.reset()
		if _, err := m.fromClient(query, &out); !errors.Is(err, errHold) || !bytes.Contains(out.bytes(), []byte("current_setting")) {
			t.Fatalf("not asked again: %v, %q", err, out.bytes())
		}
	}
}
