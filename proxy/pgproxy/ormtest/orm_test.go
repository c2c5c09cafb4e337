package ormtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// mapper is one program: migrate and run are what it is called with, the database is in DATABASE_URL.
type mapper struct {
	name    string
	folder  string
	program []string // the interpreter found by tool, then its arguments
	tool    func(t *testing.T, need string) string
	need    string // what the interpreter must have, for tool
}

var mappers = []mapper{
	{"GORM", "go", []string{"run", ".", "gorm"}, goTool, ""},
	{"bun", "go", []string{"run", ".", "bun"}, goTool, ""},
	{"sqlc", "go", []string{"run", ".", "sqlc"}, goTool, ""},
	{"Sequelize", "node", []string{"sequelize.js"}, node, "sequelize"},
	{"TypeORM", "node", []string{"typeorm.js"}, node, "typeorm"},
	{"Knex", "node", []string{"knex.js"}, node, "knex"},
	{"Drizzle", "node", []string{"drizzle.js"}, node, "drizzle-orm"},
	{"SQLAlchemy", "python", []string{"-B", "alchemy.py"}, python, "sqlalchemy"},
	{"Django", "python", []string{"-B", "djangoorm.py"}, python, "django"},
}

// policies are the ways in which the tenant of a row is known. The application's code is the same under all of them.
var policies = map[string]struct {
	tenant  string // of each table
	setting string // of the database
}{
	"one tenant":              {tenant: "{fixed: acme}"},
	"a tenant per connection": {tenant: "{column: tenant_id, setting: app.tenant_id}", setting: "app.tenant_id = 'acme'"},
}

const config = `
postgres: {upstream: "set by the environment", catalog: {user: "set by the environment", refresh: 1s}}
keys:
  store: {bolt: keys.db, create: true}
  master: {file: {path: master.age, passphrase: {env: PASSPHRASE}}}
audit: {path: audit.jsonl}
fields:
  email: {type: "varchar(255)"}
  phone: {type: text}
  born: {type: date}
  points: {type: int8}
  remark: {type: text}
tables:
  - name: customers
    tenant: %[1]s
    columns:
      email: {field: email, storage: text}
      phone: {field: phone, storage: text}
      born: {field: born}
      points: {field: points}
  - name: orders
    tenant: %[1]s
    columns:
      remark: {field: remark, storage: text}
`

// afterMigration is what an operator does between the migration and the first value: columns whose type can't hold an
// envelope get one that can.
const afterMigration = `
alter table customers alter column born type bytea using null, alter column points drop default, alter column points type bytea using null`

// marker stands in each protected text; dates are of the year 2077 and numbers begin with 77370.
const marker = "marker"

func TestMappersSeeWhatTheySeeWithoutProtection(t *testing.T) {
	for name, p := range policies {
		for _, m := range mappers {
			t.Run(m.name+"/"+name, func(t *testing.T) {
				s := newStage(t, fmt.Sprintf(config, p.tenant))
				m.run(t, s.twin, "migrate")
				m.run(t, s.dsn(), "migrate")
				prepare := afterMigration
				if p.setting != "" {
					prepare += "; alter database " + s.database + " set " + p.setting
				}
				if _, err := s.direct(t).Exec(t.Context(), prepare); err != nil {
					t.Fatal(err)
				}
				time.Sleep(1100 * time.Millisecond) // the catalog is read again
				want := m.run(t, s.twin, "run")
				got := m.run(t, s.dsn(), "run")
				if diff := gocmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
					t.Errorf("what it prints differs (- direct, + proxy):\n%s", diff)
				}
				if n := strings.Count(want, marker); n < 20 {
					t.Errorf("it printed only %d protected values:\n%s", n, want)
				}
				s.assertSealed(t)
			})
		}
	}
}

func (m *mapper) run(t *testing.T, dsn, phase string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.tool(t, m.need), append(slices.Clip(m.program), phase)...)
	cmd.Dir = m.folder
	cmd.Env = append(os.Environ(), "DATABASE_URL="+dsn, "TZ=UTC", "PGSSLMODE=disable")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s\n%s", m.name, phase, err, &stdout, tail(stderr.String()))
	}
	return stdout.String()
}

func tail(text string) string {
	const most = 4000
	return text[max(0, len(text)-most):]
}

// assertSealed looks at the tables around the proxy, and at all that the server wrote down of the protected database.
func (s *stage) assertSealed(t *testing.T) {
	t.Helper()
	c := s.direct(t)
	var values, open int
	err := c.QueryRow(t.Context(), `
		with v(v) as (select email from customers union all select phone from customers union all select remark from orders),
		     b(b) as (select born from customers union all select points from customers)
		select (select count(v) from v) + (select count(b) from b),
		       (select count(*) from v where v not like 'ks1.%') + (select count(*) from b where substring(b from 1 for 2) <> '\xf54b')`).Scan(&values, &open)
	if err != nil || values < 3 || open > 0 {
		t.Errorf("%d protected values are stored, %d of them not sealed: %v", values, open, err)
	}
	log, err := os.ReadFile(s.pg.LogPath())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(log, []byte("Control")) {
		t.Error("the server's log is blind: an unprotected value is not found in it")
	}
	for _, m := range []string{marker, "2077-", "77370"} {
		if i := bytes.Index(log, []byte(m)); i >= 0 {
			t.Errorf("LEAK: %q stands in the server's log: …%s", m, log[max(0, i-300):i+20])
		}
	}
}
