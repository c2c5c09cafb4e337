package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// copiedID is the id of the row that the attacker adds; it is above all of the data set's.
const copiedID = 9_000_001

// attack is what somebody who can write the database does to it, and how it is undone.
type attack struct {
	told, do, undo string
	id             int64 // the row that must not open
}

var attacks = []attack{
	{
		told: "Customer 1 of acme, copied into a row of globex:",
		do: `INSERT INTO customers (id, tenant_id, city, name, email, card, born, note)
			SELECT 9000001, 'globex', city, name, email, card, born, note FROM customers WHERE id = 1`,
		undo: "DELETE FROM customers WHERE id = 9000001",
		id:   copiedID,
	},
	{
		told: "Customer 4, with the ciphertexts of two columns exchanged:",
		do:   "UPDATE customers SET name = email, email = name WHERE id = 4",
		undo: "UPDATE customers SET name = email, email = name WHERE id = 4",
		id:   4,
	},
	{
		told: "Customer 5, with one bit of the name's ciphertext flipped:",
		do:   "UPDATE customers SET name = set_byte(name, length(name) - 1, get_byte(name, length(name) - 1) # 1) WHERE id = 5",
		undo: "UPDATE customers SET name = set_byte(name, length(name) - 1, get_byte(name, length(name) - 1) # 1) WHERE id = 5",
		id:   5,
	},
}

// tamper shows that ciphertext opens only where it was sealed for.
func (st *stage) tamper(ctx context.Context, s *screen) error {
	s.heading("Somebody with write access to the database moves and alters ciphertext")
	conn, err := st.through(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, a := range attacks {
		if err := st.pg.Exec(demoDatabase, a.do); err != nil {
			return err
		}
		refusal, err := readRefused(ctx, conn, a.id)
		if err != nil {
			return err
		}
		if err := st.pg.Exec(demoDatabase, a.undo); err != nil {
			return err
		}
		s.say("%s", a.told)
		s.say("   ERROR %s: %s", refusal.Code, refusal.Message)
	}
	return nil
}

// readRefused reads a row that must not open and returns the error that the application gets.
func readRefused(ctx context.Context, conn *pgx.Conn, id int64) (*pgconn.PgError, error) {
	_, err := readRow(ctx, conn, id)
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refusal, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("customer %d was altered in the database and opened all the same", id)
}
