package drivertest

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// job is what the script of another language is to do, and has to print as done. It is the same as exercise.
type job struct {
	DSN    string            `json:"dsn"`
	Direct string            `json:"direct"` // around the proxy
	SQL    map[string]string `json:"sql"`    // with $1, $2, …

	Changes   []change `json:"changes"`
	Duplicate row      `json:"duplicate"` // is inserted twice in one transaction
	Aborted   string   `json:"aborted"`   // e-mails by where they are used
	Recovered string   `json:"recovered"`
	Refused   string   `json:"refused"`
	Tenants   []string `json:"tenants"` // in turn for two tenants
	Repeated  string   `json:"repeated"`
	Uses      int      `json:"uses"`
}

func (s *stage) newJob() job {
	j := job{
		DSN: s.dsn(), Direct: s.pg.DSN(s.database), Uses: uses,
		SQL: map[string]string{
			"insert": insertSQL, "update": updateSQL, "select": selectSQL, "email": emailSQL, "count": countSQL,
			"insertTwo": insertTwo, "refused": refusedSQL, "protected": protectedSQL, "native": nativeSQL, "move": moveSQL,
		},
		Changes:   s.changes(0, s.control),
		Duplicate: s.fill(row{ID: 100, Tenant: "acme", Name: &s.control}),
		Aborted:   s.word("email of an aborted transaction"),
		Recovered: s.word("email after a rollback"),
		Refused:   s.word("argument of a refused statement"),
		Repeated:  s.word("email of a prepared statement"),
	}
	for range 40 {
		j.Tenants = append(j.Tenants, s.word("email of one of two tenants"))
	}
	return j
}

// steps are what a script reports when it is done with each part.
func (j *job) steps() []string {
	var steps []string
	for _, ch := range j.Changes {
		steps = append(steps, ch.What)
	}
	return append(steps, "native types", "transaction that fails in the middle", "refused statement",
		"two tenants on one connection", "prepared statements used 1000 times")
}

// runScript gives the job to a script and asserts that it did all of it, and that another driver reads what it wrote.
func (s *stage) runScript(t *testing.T, name string, args ...string) {
	t.Helper()
	j := s.newJob()
	input, err := json.Marshal(j)
	check(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, tail(stderr.String()))
	}
	if done := strings.Split(strings.TrimSpace(stdout.String()), "\n"); !slices.Equal(done, j.steps()) {
		t.Fatalf("the script did only %q", done)
	}
	c := &pgxClient{Conn: connect(t, s.dsn())}
	for _, ch := range j.Changes {
		s.expectWritten(t, c, ch)
	}
}

// expectWritten reads with pgx what a script wrote. Spellings that JSON leaves open are the script's own.
func (s *stage) expectWritten(t *testing.T, c client, ch change) {
	t.Helper()
	got, err := readRow(c, ch.Update.ID)
	check(t, err)
	want := ch.Update
	want.Profile, got.Profile = compactJSON(t, want.Profile), compactJSON(t, got.Profile)
	if d := got.difference(want); d != "" {
		t.Errorf("%s: pgx reads another %s than the script wrote", ch.What, d)
	}
}

func compactJSON(t *testing.T, text *string) *string {
	t.Helper()
	if text == nil {
		return nil
	}
	var v any
	check(t, json.Unmarshal([]byte(*text), &v))
	compact, err := json.Marshal(v)
	check(t, err)
	return ptr(string(compact))
}

// tail is the end of what a script said, without the megabytes that an assertion may print.
func tail(text string) string {
	const most = 2000
	return text[max(0, len(text)-most):]
}
