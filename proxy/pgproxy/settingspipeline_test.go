package pgproxy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// ownedNotes notes for each row what the server takes for the session's tenant when it stores it.
const ownedNotes = `create table notes (id serial primary key, body bytea, owner text default coalesce(current_setting('app.tenant', true), ''));
	create table plain (id int);
	create function become(text) returns text language sql as $$ select set_config('app.tenant', $1, false) $$`

const (
	whose      = `owner, coalesce(current_setting('app.tenant', true), '')`
	writeNote  = `insert into notes (body) values ($1) returning body, ` + whose
	readNotes  = `select body, ` + whose + ` from notes where id > 0 and owner = coalesce(current_setting('app.tenant', true), '') order by id`
	anyNotes   = `select body, ` + whose + ` from notes order by id`
	setByParam = `select set_config('app.tenant', $1, false)`
)

// tenantPipelines are attacks on the proxy's knowledge of the tenant. In each, whatever is stored and shown has to be the
// tenant's whose the session is at that moment, by what the server says. & stands for a semicolon within a text.
var tenantPipelines = []string{
	`Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker');Q|set app.tenant = 'globex';Q|insert into notes (body) values ('marker')`,
	`P||set app.tenant = 'acme';B|;E|;P||` + writeNote + `;B|||marker;E|;P||set app.tenant = 'globex';B|;E|;P||` + writeNote + `;B|||marker;E|;S`,
	`P|w|` + writeNote + `;P|c|` + setByParam + `;S;B||c|acme;E|;B||w|marker;E|;B||c|globex;E|;B||w|marker;E|;S`,
	`P|w|` + writeNote + `;P|c|` + setByParam + `;S;B||c|acme;E|;B|p|w|marker;B||c|globex;E|;E|p;S`,
	`Q|set app.tenant = 'acme';P|w|insert into notes (body) values ('marker');S;B||w;E|;S;Q|set app.tenant = 'globex';B||w;E|;S`,
	`Q|begin;Q|set local app.tenant = 'acme';P||` + writeNote + `;B|||marker;E|;S;Q|commit;P||` + writeNote + `;B|||marker;E|;S`,
	`P||select set_config('app.tenant', 'acme', true);B|;E|;P||` + writeNote + `;B|||marker;E|;S;P||` + writeNote + `;B|||marker;E|;S`,
	`Q|set app.tenant = 'acme';Q|begin;Q|set app.tenant = 'globex';Q|select 1/0;Q|rollback;Q|insert into notes (body) values ('marker')`,
	`Q|set app.tenant = 'acme';P||begin;B|;E|;P||set app.tenant = 'globex';B|;E|;P||rollback;B|;E|;P||` + writeNote + `;B|||marker;E|;S`,
	`Q|set app.tenant = 'acme';P||` + writeNote + `;B|||marker;E|;S;P|r|` + readNotes + `;B|p|r;S;Q|set app.tenant = 'globex';P|r2|` + anyNotes + `;B|p|r2;E|p;S`,
	`Q|set app.tenant = 'acme';P||` + writeNote + `;B|||marker;E|;B|||marker;E|;S;Q|begin;P|r|` + anyNotes + `;B|p|r;E|p|1;S;Q|set app.tenant = 'globex';E|p|1;S;Q|commit`,
	`Q|prepare sq as select set_config('app.tenant', 'globex', false);Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker');B||sq;E|;P||` + writeNote + `;B|||marker;E|;S`,
	`Q|begin;Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker');Q|declare c cursor for select become('globex');E|c;P||` + writeNote + `;B|||marker;E|;S;Q|commit`,
	`Q|set app.tenant = 'acme'& insert into notes (body) values ('marker');Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker')`,
	`Q|set app.tenant = 'acme';Q|begin& insert into notes (body) values ('marker')& commit;Q|set app.tenant = 'globex';Q|begin& insert into notes (body) values ('marker')& commit`,
	`Q|set app.tenant = 'acme';Q|prepare w as insert into notes (body) values ('marker');Q|execute w;Q|set app.tenant = 'globex';Q|execute w;Q|insert into notes (body) values ('marker')`,
	`Q|set app.tenant = 'acme';Q|copy notes (body) from stdin;d|marker;c;Q|set app.tenant = 'globex';Q|copy notes (body) from stdin;d|marker;c;Q|copy notes (body) to stdout`,
	`Q|begin;Q|set local app.tenant = 'acme';P||copy notes (body) from stdin;B|;E|;d|marker;c;S;Q|commit;P||copy notes (body) from stdin;B|;E|;S;d|marker;c;S`,
	`P||set app.tenant = 'acme';B|;E|;P||copy notes (body) from stdin;B|;E|;d|marker;c;P||set app.tenant = 'globex';B|;E|;P||copy notes (body) from stdin;B|;E|;d|marker;c;S`,
	`P|c|copy notes (body) from stdin;S;Q|set app.tenant = 'acme';B||c;E|;d|marker;c;S;B|p|c;Q|set app.tenant = 'globex';B||c;E|;d|marker;c;S`,
	`Q|set app.tenant = 'acme';Q|prepare w (text) as insert into notes (body) values ($1);Q|execute w('marker');Q|set app.tenant = 'globex';Q|execute w('marker');P||execute w('marker');S;Q|set app.tenant = 'acme';B|;E|;S`,
	`Q|set app.tenant = 'acme';Q|prepare w (text) as insert into notes (body) values ($1);P|x|execute w('marker');S;Q|set app.tenant = 'globex';B||x;E|;S;Q|execute w('marker')`,
	`Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker'), ('marker');Q|begin;Q|declare c cursor for ` + anyNotes + `;Q|fetch 1 from c;Q|set app.tenant = 'globex';Q|fetch 1 from c;Q|commit`,
	`Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker'), ('marker');Q|begin;P||declare c cursor for ` + anyNotes + `;B|;E|;P||fetch 1 from c;B|;E|;P||set app.tenant = 'globex';B|;E|;P||fetch 1 from c;B|;E|;S;Q|commit`,
	`Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker'), ('marker');Q|begin;Q|declare c cursor for ` + anyNotes + `;E|c|1;Q|set app.tenant = 'globex';E|c|1;S;Q|commit`,
	`Q|set app.tenant = 'acme';Q|update pg_settings set setting = 'globex' where name = 'app.tenant';Q|insert into notes (body) values ('marker')`,
	`Q|set app.tenant = 'acme';P||select 1/0;B|;E|;S;P||` + writeNote + `;B|||marker;E|;S`,
	`P||set app.tenant = 'acme';B|;E|;P||select 1/0;B|;E|;P||` + writeNote + `;B|||marker;E|;S;P||` + writeNote + `;B|||marker;E|;S;Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker')`,
	`Q|set app.tenant = 'acme';P||copy plain from stdin;B|;E|;S;d|1;c;S;P||` + writeNote + `;B|||marker;E|;S`,
	`Q|set app.tenant = 'acme';P||` + writeNote + `;B|||marker;E|;H;P||select set_config('app.tenant', 'globex', false);B|;E|;H;P||` + writeNote + `;B|||marker;E|;H;S`,
	`Q|set app.tenant = 'acme';Q|insert into notes (body) values ('marker'), ('marker 2') returning ` + `body, ` + whose + `;Q|begin;Q|commit and chain;Q|set app.tenant = 'globex';Q|rollback and chain;Q|insert into notes (body) values ('marker');Q|commit`,
}

func newOwnedStack(t testing.TB, ask Ask) (*stack, *recorder) {
	t.Helper()
	s := newUnstartedOwnedStack(t)
	r := recordedStack(t, s)
	s.ask = ask
	s.start(t, ownedPolicy(), Limits{})
	return s, r
}

// newUnstartedOwnedStack is a stack with the notes, before its proxy is started.
func newUnstartedOwnedStack(t testing.TB) *stack {
	t.Helper()
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex"} {
		s.keys.rotate(t, tenant, 1)
	}
	s.direct(t).exec(ownedNotes)
	return s
}

func ownedPolicy() *pgsql.Policy {
	return &pgsql.Policy{Tables: []pgsql.Table{{Schema: "public", Name: "notes", Tenant: pgsql.TenantSource{Setting: "app.tenant"},
		Columns: []pgsql.Column{{Name: "body", Field: "note_body", Type: "text"}}}}}
}

// disowned runs a pipeline and returns what is wrong about whose rows were stored and shown, and how many were.
func (s *stack) disowned(t *testing.T, direct *conn, sent *recorder, pipeline []string) (wrong string, stored, shown int) {
	t.Helper()
	r := openRaw(t, s.address, s.pg.User, s.database, "")
	defer r.c.Close()
	for i, word := range pipeline {
		if pipeline[i] = strings.ReplaceAll(word, "&", ";"); word == "d|marker" {
			pipeline[i] += "\n"
		}
	}
	answers := r.run(pipeline)
	if last := answers[len(answers)-1]; strings.HasPrefix(last, "no answer") {
		return last, 0, 0
	}
	for _, a := range answers {
		if v := strings.SplitN(a, " \"", 3); strings.HasPrefix(a, `D "marker`) && len(v) == 3 {
			owner, tenant, _ := strings.Cut(v[2], `" "`)
			if shown++; owner+`"` != tenant && owner != tenant {
				wrong += "shown: " + a + "\n"
			}
		}
	}
	rows, _ := direct.Query(context.Background(), `select body, owner from notes`)
	var body []byte
	var owner string
	_, err := pgx.ForEachRow(rows, []any{&body, &owner}, func() error {
		if got := s.sealedFor(body); got != owner {
			wrong += fmt.Sprintf("stored for %q in a row of %q\n", got, owner)
		}
		stored++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if leaked(sent.take(), "marker") != "" {
		wrong += "LEAK: a protected value arrives at the server\n"
	}
	direct.exec("truncate notes")
	return wrong, stored, shown
}

func TestPipelinesStoreAndShowOnlyWhatIsTheTenants(t *testing.T) {
	for _, ask := range []Ask{AskAfterChange, AskEachTransaction, AskEachStatement} {
		s, sent := newOwnedStack(t, ask)
		direct := s.direct(t)
		for _, pipeline := range tenantPipelines {
			wrong, stored, _ := s.disowned(t, direct, sent, strings.Split(pipeline, ";"))
			// What cannot be sent in a question's transaction is refused there (mixes).
			refused := ask == AskEachTransaction && s.pg.Major >= 18 && (strings.Contains(pipeline, "copy ") || strings.Contains(pipeline, "& "))
			if wrong != "" || stored == 0 && !refused && !strings.Contains(pipeline, "B|p|w") {
				t.Errorf("ask %d: %s\n%d rows; %s", ask, pipeline, stored, wrong)
			}
		}
	}
}

func TestRandomPipelinesStoreAndShowOnlyWhatIsTheTenants(t *testing.T) {
	stored, shown := 0, 0
	first := uint64(fromEnvironment(t, "KEYASIDE_SEED", 1))
	n := uint64(fromEnvironment(t, "KEYASIDE_PIPELINES", randomPipelines))
	for _, ask := range []Ask{AskAfterChange, AskEachTransaction} {
		s, sent := newOwnedStack(t, ask)
		direct := s.direct(t)
		for seed := first; seed < first+n; seed++ {
			pipeline := randomTenantPipeline(rand.New(rand.NewPCG(seed, 1)))
			wrong, a, b := s.disowned(t, direct, sent, pipeline)
			if wrong != "" {
				t.Fatalf("ask %d, seed %d:\n%s\n%s", ask, seed, strings.Join(pipeline, "\n"), wrong)
			}
			stored, shown = stored+a, shown+b
		}
	}
	t.Logf("%d rows stored, %d shown", stored, shown)
	if stored < int(n) || shown < int(n) {
		t.Errorf("only %d rows were stored and %d shown", stored, shown)
	}
}

func randomTenantPipeline(r *rand.Rand) []string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	changes := func() string {
		return pick("set app.tenant = 'acme'", "set app.tenant = 'globex'", "set local app.tenant = 'acme'", "set local app.tenant = 'globex'",
			"select set_config('app.tenant', 'acme', true)", "select become('globex')", "do $$begin perform become('acme')$$", "begin", "begin", "commit", "rollback",
			"savepoint a", "rollback to a", "reset app.tenant", "commit and chain", "select 1/0", "prepare q as select become('globex')", "execute q")
	}
	var words []string
	segment := func() {
		switch r.IntN(9) {
		case 0, 1:
			words = append(words, "P||"+changes(), "B|", "E|")
		case 2:
			words = append(words, "P||"+setByParam, "B|||"+pick("acme", "globex", ""), "E|")
		case 3, 4:
			words = append(words, "P||"+writeNote, "B|||marker", "E|")
		case 5:
			words = append(words, "P||"+pick(readNotes, readNotes, anyNotes), "B|", "E|"+pick("", "", "|1"))
		case 6:
			words = append(words, "B||w|marker", "E|")
		case 7:
			words = append(words, "B|p|"+pick("l", "w|marker", "r"), "B||c|"+pick("acme", "globex"), "E|", "E|p")
		default:
			words = append(words, pick("H", "S", "S", "D|S|w"))
		}
	}
	words = append(words, "P|w|"+writeNote, "P|c|"+setByParam, "P|r|"+readNotes, "S", "Q|"+pick("set app.tenant = 'acme'", "set app.tenant = 'globex'", "select 1"),
		"P|l|insert into notes (body) values ('marker')", "S")
	for range 4 + r.IntN(14) {
		if r.IntN(3) == 0 {
			words = append(words, "S", "Q|"+pick(changes(), changes(), "insert into notes (body) values ('marker')", readNotes, "insert into notes (body) values ('marker') returning body, "+whose))
			continue
		}
		segment()
		if r.IntN(2) == 0 {
			words = append(words, "S")
		}
	}
	return append(words, "S")
}
