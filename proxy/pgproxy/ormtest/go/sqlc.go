package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/keyaside/keyaside/proxy/pgproxy/ormtest/go/sqlc/queries"
)

//go:embed sqlc/schema.sql
var sqlcSchema string

func sqlcMigrate(ctx context.Context, dsn string) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sqlcSchema)
	return err
}

func sqlcRun(ctx context.Context, dsn string) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	s := &sqlcScenario{ctx, c, queries.New(c)}
	return steps(s.create, s.update, s.bulk, s.orders, s.transactions, s.last)
}

type sqlcScenario struct {
	ctx  context.Context
	conn *pgx.Conn
	q    *queries.Queries
}

// sayOf prints what a query returned, or passes its error on.
func sayOf[T any](step string, value T, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	say(step, value)
	return nil
}

func (s *sqlcScenario) create() error {
	born := time.Date(2077, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, p := range []queries.CreateCustomerParams{
		{TenantID: "acme", Name: ptr("Control Ada"), Email: ptr("marker-ada@example.com"), Phone: ptr("marker 1"), Born: &born, Points: ptr(int64(773701))},
		{TenantID: "acme", Name: ptr("Bob"), Email: ptr("marker-bob@example.com")},
		{TenantID: "acme", Name: ptr("Cyd"), Phone: ptr("marker 3"), Points: ptr(int64(773703))},
	} {
		made, err := s.q.CreateCustomer(s.ctx, p)
		if err := sayOf("created", made, err); err != nil {
			return err
		}
	}
	got, err := s.q.GetCustomer(s.ctx, 2)
	if err := sayOf("got", got, err); err != nil {
		return err
	}
	contacts, err := s.q.Contacts(s.ctx, []string{"Bob", "Cyd"})
	return sayOf("contacts", contacts, err)
}

func (s *sqlcScenario) update() error {
	n, err := s.q.SetEmail(s.ctx, queries.SetEmailParams{Name: ptr("Bob"), Email: ptr("marker-bob2@example.com")})
	if err := sayOf("set", n, err); err != nil {
		return err
	}
	for _, p := range []queries.PatchCustomerParams{{ID: 1, Email: ptr("marker-ada2@example.com")}, {ID: 1, Phone: ptr("marker 11")}, {ID: 2}} {
		patched, err := s.q.PatchCustomer(s.ctx, p)
		if err := sayOf("patched", patched, err); err != nil {
			return err
		}
	}
	for _, name := range []string{"Bob", "Dan"} {
		up, err := s.q.UpsertCustomer(s.ctx, queries.UpsertCustomerParams{TenantID: "acme", Name: &name, Email: ptr("marker-up@example.com")})
		if err := sayOf("upserted", up, err); err != nil {
			return err
		}
	}
	return nil
}

func (s *sqlcScenario) bulk() error {
	var rows []queries.CopyCustomersParams
	for n := range 20 {
		rows = append(rows, queries.CopyCustomersParams{TenantID: "acme", Name: ptr(fmt.Sprintf("n%d", n)), Email: ptr(fmt.Sprintf("marker-%d@example.com", n)), Points: ptr(int64(7737000 + n))})
	}
	n, err := s.q.CopyCustomers(s.ctx, rows)
	if err := sayOf("copied", n, err); err != nil {
		return err
	}
	batch := s.q.SetPhones(s.ctx, []queries.SetPhonesParams{{ID: 1, Phone: ptr("marker 21")}, {ID: 2, Phone: ptr("marker 22")}, {ID: 3}})
	defer batch.Close()
	batch.Exec(func(_ int, e error) { err = errors.Join(err, e) })
	return err
}

func (s *sqlcScenario) orders() error {
	for n := range 3 {
		err := s.q.AddOrder(s.ctx, queries.AddOrderParams{CustomerID: ptr(int32(1 + n%2)), TenantID: "acme", Total: ptr(fmt.Sprintf("%d.50", n)), Remark: ptr(fmt.Sprintf("marker order %d", n))})
		if err != nil {
			return err
		}
	}
	with, err := s.q.OrdersWithCustomers(s.ctx)
	if err := sayOf("with customers", with, err); err != nil {
		return err
	}
	spenders, err := s.q.Spenders(s.ctx, pgtype.Numeric{Int: big.NewInt(1), Valid: true})
	return sayOf("spenders", spenders, err)
}

func (s *sqlcScenario) transactions() error {
	tx, err := s.conn.Begin(s.ctx)
	if err != nil {
		return err
	}
	_, err = s.q.WithTx(tx).CreateCustomer(s.ctx, queries.CreateCustomerParams{TenantID: "acme", Name: ptr("Hal"), Email: ptr("marker-hal@example.com")})
	if err := errors.Join(err, tx.Rollback(s.ctx)); err != nil {
		return err
	}
	gone, err := s.q.DeleteCustomer(s.ctx, ptr("Dan"))
	return sayOf("deleted", gone, err)
}

func (s *sqlcScenario) last() error {
	all, err := s.q.ListCustomers(s.ctx)
	return sayOf("last", all, err)
}
