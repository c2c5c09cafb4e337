package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// insertRows is how many customers one INSERT holds.
const insertRows = 50

var customerColumns = []string{"id", "tenant_id", "city", "name", "email", "card", "born", "note"}

// load inserts the data set through the proxy, as an application would.
func (st *stage) load(ctx context.Context, s *screen) error {
	rows := st.rows
	s.heading("An application loads %d customers of %d tenants through keyaside", rows, len(demoTenants))
	conn, err := st.through(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	begin := time.Now()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(customers(rows), insertRows) {
		if err := insertCustomers(ctx, tx, chunk); err != nil {
			return fmt.Errorf("loading customers: %w", err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	took := time.Since(begin)
	s.say("Prepared INSERTs of %d rows: five protected values a row, %.1f s, %.0f rows a second", min(insertRows, rows), took.Seconds(), float64(rows)/took.Seconds())
	return nil
}

func insertCustomers(ctx context.Context, tx pgx.Tx, chunk []customer) error {
	args := make([]any, 0, len(chunk)*len(customerColumns))
	for _, c := range chunk {
		args = append(args, c.ID, c.Tenant, c.City, c.Name, c.Email, c.Card, c.Born, c.Note)
	}
	_, err := tx.Exec(ctx, insertText(len(chunk)), args...) // pgx prepares each text once
	return err
}

// insertText is INSERT INTO customers (…) VALUES ($1, …), … for n rows.
func insertText(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO customers (%s) VALUES ", strings.Join(customerColumns, ", "))
	for i := range n * len(customerColumns) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(customerColumns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteString(")")
	return b.String()
}
