package drivertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/keyaside/keyaside/keystore"
)

// client is one connection of a Go driver.
type client interface {
	exec(sql string, args ...any) error
	// scan reads exactly one row into dest.
	scan(sql string, args []any, dest ...any) error
	prepare(t *testing.T, sql string) prepared
}

// prepared is a statement that was prepared on a client's connection, if its driver's mode knows such.
type prepared interface {
	exec(args ...any) error
	scan(args []any, dest ...any) error
}

// uses is how often a prepared statement is used.
const uses = 1000

// exercise lets a Go driver do all that is asked of each. Tests of several modes give each its own range of ids.
func (s *stage) exercise(t *testing.T, c client, first int64) {
	s.writeAndRead(t, c, first+100)
	t.Run("transaction that fails in the middle", func(t *testing.T) { s.failInTheMiddle(t, c, first+200) })
	t.Run("refused statement", func(t *testing.T) { s.refusal(t, c, first+300) })
	t.Run("two tenants on one connection", func(t *testing.T) { s.interleave(t, c, first+400) })
	t.Run("prepared statements used 1000 times", func(t *testing.T) { s.repeat(t, c, first+1000) })
}

// writeAndRead inserts, selects, updates and selects each kind of row.
func (s *stage) writeAndRead(t *testing.T, c client, first int64) {
	for _, ch := range s.changes(first, s.control) {
		t.Run(ch.What, func(t *testing.T) {
			check(t, c.exec(insertSQL, ch.Insert.args()...))
			expectRow(t, c, ch.Insert)
			check(t, c.exec(updateSQL, ch.Update.args()...))
			expectRow(t, c, ch.Update)
		})
	}
}

func expectRow(t *testing.T, c client, want row) {
	t.Helper()
	got, err := readRow(c, want.ID)
	check(t, err)
	if d := got.difference(want); d != "" {
		t.Errorf("row %d came back with another %s", want.ID, d)
	}
}

func readRow(c client, id int64) (row, error) {
	var r row
	var born *time.Time
	if err := c.scan(selectSQL, []any{id}, r.dest(&born)...); err != nil {
		return r, err
	}
	if born != nil {
		r.Born = ptr(born.Format(time.DateOnly))
	}
	return r, nil
}

// failInTheMiddle makes the server fail behind a protected insert: nothing of the transaction may stay.
func (s *stage) failInTheMiddle(t *testing.T, c client, id int64) {
	check(t, c.exec("begin"))
	check(t, c.exec(insertSQL, s.fill(row{ID: id, Tenant: "acme", Name: &s.control}).args()...))
	expectCode(t, c.exec(insertSQL, s.fill(row{ID: id, Tenant: "acme", Name: &s.control}).args()...), "23505")
	expectCode(t, c.exec(insertTwo, id+1, "globex", s.word("email of an aborted transaction")), "25P02")
	check(t, c.exec("rollback"))
	expectCount(t, c, id, 0)
	check(t, c.exec(insertTwo, id, "globex", s.word("email after a rollback")))
	expectCount(t, c, id, 1)
}

// refusal asks for what cannot be proved safe: the proxy refuses, the server aborts the transaction.
func (s *stage) refusal(t *testing.T, c client, id int64) {
	refused := []any{s.word("argument of a refused statement")}
	var got int64
	expectCode(t, c.scan(refusedSQL, refused, &got), "0A000")
	check(t, c.exec("begin"))
	check(t, c.exec(insertTwo, id, "acme", s.word("email before a refusal")))
	expectCode(t, c.scan(refusedSQL, refused, &got), "0A000")
	expectCode(t, c.exec(insertTwo, id+1, "acme", s.word("email after a refusal")), "25P02")
	check(t, c.exec("rollback"))
	expectCount(t, c, id, 0)
}

// interleave writes for two tenants in turn, reads both in turn and in one result, and finds that a value which was moved
// to the other tenant's row does not open.
func (s *stage) interleave(t *testing.T, c client, first int64) {
	tenants := []string{"acme", "globex"}
	insert, read := c.prepare(t, insertTwo), c.prepare(t, `select tenant_id, email from customers where id = $1`)
	var emails []string
	for i := range int64(40) {
		emails = append(emails, s.word("email of one of two tenants"))
		check(t, insert.exec(first+i, tenants[i%2], emails[i]))
		var tenant, email string
		check(t, read.scan([]any{first + i/2}, &tenant, &email))
		if tenant != tenants[i/2%2] || email != emails[i/2] {
			t.Fatalf("row %d is not what was written", i/2)
		}
		if i == 20 {
			s.rotate(t, "acme")
		}
	}
	_, err := s.direct().Exec(context.Background(), moveSQL, first)
	check(t, err)
	var tenant, email string
	expectCode(t, read.scan([]any{first + 1}, &tenant, &email), "XX001")
	check(t, read.scan([]any{first}, &tenant, &email))
	if email != emails[0] {
		t.Error("the session does not go on after a value that does not open")
	}
}

// rotate gives a tenant a new data key and lets the proxy forget the old one; what it sealed must still open.
func (s *stage) rotate(t *testing.T, tenant string) {
	t.Helper()
	_, err := s.chain.manager.Rotate(t.Context(), tenant, keystore.PurposeData, "test")
	check(t, err)
	s.chain.forget()
}

func (s *stage) repeat(t *testing.T, c client, first int64) {
	insert, read := c.prepare(t, insertTwo), c.prepare(t, emailSQL)
	email := s.word("email of a prepared statement")
	for i := range int64(uses) {
		check(t, insert.exec(first+i, "acme", email))
	}
	for i := range int64(uses) {
		var got string
		check(t, read.scan([]any{first + i}, &got))
		if got != email {
			t.Fatalf("use %d reads something else", i+1)
		}
	}
}

func expectCount(t *testing.T, c client, id int64, want int) {
	t.Helper()
	var n int
	check(t, c.scan(countSQL, []any{id}, &n))
	if n != want {
		t.Errorf("%d rows with id %d, want %d", n, id, want)
	}
}

// expectCode asserts an error's SQLSTATE, which all Go drivers tell in the same way.
func expectCode(t *testing.T, err error, want string) {
	t.Helper()
	var state interface{ SQLState() string }
	if !errors.As(err, &state) || state.SQLState() != want {
		t.Errorf("got %v, want SQLSTATE %s", err, want)
	}
}
