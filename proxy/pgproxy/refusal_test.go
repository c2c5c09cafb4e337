package pgproxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/fieldcrypt"
)

func TestUnprovableStatementIsRefusedInEveryExecMode(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	s.proxied(t).insert(sample(1, "acme"))
	for _, mode := range execModes {
		c := s.proxiedIn(t, mode)
		err := queryError(c, `select id from customers where email = $1`, "marker-refused@example.com")
		if err == nil || err.Code != codeNotSupported {
			t.Fatalf("%s: got %+v", mode, err)
		}
		if !strings.Contains(err.Message, "email") || err.Hint == "" || err.Position == 0 {
			t.Errorf("%s: message %q, hint %q, position %d", mode, err.Message, err.Hint, err.Position)
		}
		if strings.Contains(fmt.Sprintf("%+v", *err), "marker-refused") {
			t.Errorf("%s: the error quotes the value", mode)
		}
		if got := c.value(`select id from customers where id = 1`); got != int64(1) {
			t.Errorf("%s: the session does not go on: %v", mode, got)
		}
	}
}

func TestRefusalAbortsTheTransactionOnTheServerToo(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	for i, mode := range execModes {
		c := s.proxiedIn(t, mode)
		ctx := context.Background()
		tx, err := c.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, `insert into customers (id, tenant_id, email) values ($1, 'acme', $2)`, i, "a@example.com"); err == nil {
			// A literal tenant and a parameter are fine.
		} else {
			t.Fatalf("%s: %v", mode, err)
		}
		if _, err := tx.Exec(ctx, `update customers set email = reverse($1) where id = $2 and tenant_id = 'acme'`, "B@example.com", i); code(err) != codeNotSupported {
			t.Fatalf("%s: got %v", mode, err)
		}
		if _, err := tx.Exec(ctx, `select 1`); code(err) != "25P02" {
			t.Errorf("%s: the transaction is not aborted: %v", mode, err)
		}
		if err := tx.Commit(ctx); !errors.Is(err, pgx.ErrTxCommitRollback) {
			t.Errorf("%s: commit: %v", mode, err)
		}
		if n := s.direct(t).value(`select count(*) from customers where id = $1`, i); n != int64(0) {
			t.Errorf("%s: %v rows were committed", mode, n)
		}
	}
}

func code(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

func TestRefusalInAPipelineComesInOrder(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxied(t)
	batch := &pgx.Batch{}
	batch.Queue(`select 1`)
	batch.Queue(`insert into customers (id, tenant_id, email) values (1, 'acme', 'first@example.com')`)
	batch.Queue(`select lower(email) from customers`)
	batch.Queue(`select 3`)
	br := c.PgConn().Conn()
	_ = br
	c2 := s.proxiedIn(t, "exec")
	results := c2.SendBatch(context.Background(), batch)
	var n int
	if err := results.QueryRow().Scan(&n); err != nil || n != 1 {
		t.Errorf("first: %d, %v", n, err)
	}
	if _, err := results.Exec(); err != nil {
		t.Errorf("second: %v", err)
	}
	if _, err := results.Exec(); code(err) != codeNotSupported {
		t.Errorf("third: %v", err)
	}
	if err := results.Close(); code(err) != codeNotSupported {
		t.Errorf("close: %v", err)
	}
	if n := s.direct(t).value(`select count(*) from customers`); n != int64(0) {
		t.Errorf("the implicit transaction committed %v rows", n)
	}
	if got := c2.value(`select 4`); got != int32(4) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestReadFailureAbortsTheTransactionBlock(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	for i, mode := range execModes {
		t.Run(mode, func(t *testing.T) {
			c := s.proxiedIn(t, mode)
			bad := int64(10 * (i + 1))
			c.insert(sample(bad, "acme"))
			s.direct(t).exec(`update customers set email = set_byte(email, 40, get_byte(email, 40) # 1) where id = $1`, bad)
			ctx := context.Background()
			tx, err := c.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(ctx, `insert into customers (id, tenant_id) values ($1, 'acme')`, bad+1); err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(ctx, `select email from customers where id = $1`, bad); code(err) != codeDataCorrupted {
				t.Fatalf("got %v", err)
			}
			if _, err := tx.Exec(ctx, `select 1`); code(err) != "25P02" {
				t.Errorf("the block goes on: %v", err)
			}
			_ = tx.Rollback(ctx)
			if n := s.direct(t).value(`select count(*) from customers where id = $1`, bad+1); n != int64(0) {
				t.Errorf("%v rows were committed", n)
			}
		})
	}
}

func TestReadFailureRollsBackWhatItsOwnStatementWrote(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "exec")
	c.insert(sample(1, "acme"))
	s.direct(t).exec(`update customers set note = 'not an envelope'`)
	if err := queryError(c, `update customers set name = $1 where id = 1 and tenant_id = 'acme' returning note`, "changed"); err == nil || err.Code != codeDataCorrupted {
		t.Fatalf("got %v", err)
	}
	if got := s.direct(t).value(`select name from customers`); got != "Łukasz" {
		t.Errorf("the update was committed: %v", got)
	}
	if got := c.value(`select 1`); got != int32(1) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestKeyFaultsGiveOneClearErrorAndTheSessionGoesOn(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "exec")
	c.insert(sample(1, "acme"))
	s.keys.cold = true
	if got := c.value(`select email from customers where id = 1`); got != "marker-email-acme@example.com" {
		t.Fatalf("with a cold cache: %v", got)
	}
	for _, fault := range []error{fieldcrypt.ErrUnavailable, fieldcrypt.ErrKeyUnusable, fieldcrypt.ErrNoKey} {
		s.keys.failure = fmt.Errorf("injected: %w", fault)
		if err := queryError(c, `select email from customers where id = 1`); err == nil || err.Code != codeSystemError {
			t.Errorf("%v on reading: %v", fault, err)
		}
		if err := queryError(c, insertCustomer, 2, "acme", nil, "x", nil, nil, nil, nil, nil, nil); err == nil || err.Code != codeSystemError {
			t.Errorf("%v on writing: %v", fault, err)
		}
		s.keys.failure = nil
		if got := c.value(`select email from customers where id = 1`); got != "marker-email-acme@example.com" {
			t.Errorf("after %v: %v", fault, got)
		}
	}
}

func TestInvalidValuesAreRefusedWithTheServersOwnCodes(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "simple_protocol")
	for sql, want := range map[string]string{
		`insert into customers (id, tenant_id, points) values (1, 'acme', 'marker-nan')`:          "22P02",
		`insert into customers (id, tenant_id, points) values (1, 'acme', '9223372036854775808')`: "22003",
		`insert into customers (id, tenant_id, born) values (1, 'acme', '2024-02-31')`:            "22008",
		`insert into customers (id, tenant_id, born) values (1, 'acme', 'marker')`:                "22007",
		`insert into customers (id, tenant_id, ref) values (1, 'acme', 'marker')`:                 "22P02",
		`insert into customers (id, tenant_id, profile) values (1, 'acme', '{"marker":')`:         "22P02",
		`insert into customers (id, tenant_id, email) values (1, '', 'x')`:                        codeInvalidParameter,
	} {
		err := queryError(c, sql)
		if err == nil || err.Code != want {
			t.Errorf("%s: got %v, want %s", sql, err, want)
		} else if strings.Contains(err.Message+err.Detail, "marker") {
			t.Errorf("%s: the error quotes the value: %s", sql, err.Message)
		}
	}
	if n := s.direct(t).value(`select count(*) from customers`); n != int64(0) {
		t.Errorf("%v rows", n)
	}
}
