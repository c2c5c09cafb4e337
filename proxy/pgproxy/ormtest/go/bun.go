package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

// bun writes values into the text as literals; its own driver sends simple queries.
type bunCustomer struct {
	bun.BaseModel `bun:"table:customers,alias:c" json:"-"`

	ID       int64      `bun:",pk,autoincrement"`
	TenantID string     `bun:",notnull,default:'acme'"`
	Name     string     `bun:",unique"`
	Email    *string    `bun:"type:varchar(255)"`
	Phone    *string    `bun:"type:text"`
	Born     *time.Time `bun:"type:date"`
	Points   *int64     `bun:"type:bigint"`
	Orders   []bunOrder `bun:"rel:has-many,join:id=customer_id"`
}

type bunOrder struct {
	bun.BaseModel `bun:"table:orders,alias:o" json:"-"`

	ID         int64        `bun:",pk,autoincrement"`
	CustomerID *int64       `bun:"customer_id"`
	TenantID   string       `bun:",notnull,default:'acme'"`
	Total      string       `bun:"type:numeric(10,2)"`
	Remark     *string      `bun:"type:text"`
	Customer   *bunCustomer `bun:"rel:belongs-to,join:customer_id=id"`
}

func openBun(dsn string) *bun.DB {
	return bun.NewDB(sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(dsn))), pgdialect.New())
}

func bunMigrate(ctx context.Context, dsn string) error {
	db := openBun(dsn)
	defer db.Close()
	for _, model := range []any{(*bunCustomer)(nil), (*bunOrder)(nil)} {
		if _, err := db.NewCreateTable().Model(model).IfNotExists().Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func bunRun(ctx context.Context, dsn string) error {
	db := openBun(dsn)
	defer db.Close()
	b := &bunScenario{ctx, db}
	return steps(b.create, b.find, b.update, b.upsert, b.relations, b.transactions, b.remove, b.last)
}

type bunScenario struct {
	ctx context.Context
	db  *bun.DB
}

func (b *bunScenario) create() error {
	born := time.Date(2077, 1, 2, 0, 0, 0, 0, time.UTC)
	ada := &bunCustomer{TenantID: "acme", Name: "Control Ada", Email: ptr("marker-ada@example.com"), Phone: ptr("marker's \\ 1"), Born: &born, Points: ptr(int64(773701))}
	if _, err := b.db.NewInsert().Model(ada).Exec(b.ctx); err != nil {
		return err
	}
	say("inserted", ada)
	several := []bunCustomer{{TenantID: "acme", Name: "Bob", Email: ptr("marker-bob@example.com")}, {TenantID: "acme", Name: "Cyd", Phone: ptr("marker 3"), Points: ptr(int64(773703))}}
	_, err := b.db.NewInsert().Model(&several).Returning("*").Exec(b.ctx)
	say("several", several)
	return err
}

func (b *bunScenario) find() error {
	var all, page []bunCustomer
	var one bunCustomer
	var mails []*string
	n, err := b.db.NewSelect().Model(&page).Order("id").Limit(1).Offset(1).ScanAndCount(b.ctx)
	if err != nil {
		return err
	}
	for _, err := range []error{
		b.db.NewSelect().Model(&all).Order("id").Scan(b.ctx),
		b.db.NewSelect().Model(&one).Where("name = ?", "Bob").Scan(b.ctx),
		b.db.NewSelect().Model((*bunCustomer)(nil)).Column("email").Where("name IN (?)", bun.In([]string{"Bob", "Control Ada"})).Order("id").Scan(b.ctx, &mails),
	} {
		if err != nil {
			return err
		}
	}
	say("all", all)
	say("page", []any{page, n})
	say("one", one)
	say("column", mails)
	return nil
}

func (b *bunScenario) update() error {
	ada := &bunCustomer{ID: 1, Email: ptr("marker-ada2@example.com")}
	if _, err := b.db.NewUpdate().Model(ada).Column("email", "phone").WherePK().Exec(b.ctx); err != nil {
		return err
	}
	if _, err := b.db.NewUpdate().Model(ada).OmitZero().Set("points = ?", 773709).WherePK().Returning("*").Exec(b.ctx); err != nil {
		return err
	}
	say("updated", ada)
	_, err := b.db.NewUpdate().Model((*bunCustomer)(nil)).Set("email = ?", "marker-cyd@example.com").Where("name = ?", "Cyd").Exec(b.ctx)
	return err
}

func (b *bunScenario) upsert() error {
	list := []bunCustomer{{TenantID: "acme", Name: "Bob", Email: ptr("marker-bob2@example.com")}, {TenantID: "acme", Name: "Dan", Email: ptr("marker-dan@example.com")}}
	_, err := b.db.NewInsert().Model(&list).On("CONFLICT (name) DO UPDATE").Set("email = EXCLUDED.email").Returning("id, email").Exec(b.ctx)
	say("upserted", list)
	if err != nil {
		return err
	}
	_, err = b.db.NewInsert().Model(&bunCustomer{TenantID: "acme", Name: "Bob"}).On("CONFLICT DO NOTHING").Exec(b.ctx)
	return err
}

func (b *bunScenario) relations() error {
	orders := []bunOrder{{CustomerID: ptr(int64(1)), TenantID: "acme", Total: "1.50", Remark: ptr("marker first")}, {CustomerID: ptr(int64(1)), TenantID: "acme", Total: "2"}}
	if _, err := b.db.NewInsert().Model(&orders).Exec(b.ctx); err != nil {
		return err
	}
	var with []bunCustomer
	var of []bunOrder
	err := steps(
		func() error {
			return b.db.NewSelect().Model(&with).Relation("Orders", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("o.id") }).Order("c.id").Scan(b.ctx)
		},
		func() error { return b.db.NewSelect().Model(&of).Relation("Customer").Order("o.id").Scan(b.ctx) },
	)
	if err != nil {
		return err
	}
	say("has many", with)
	say("belongs to", of)
	var sub []bunCustomer
	recent := b.db.NewSelect().Model((*bunOrder)(nil)).Where("total > 1")
	err = b.db.NewSelect().With("recent", recent).Model(&sub).Where("c.id IN (SELECT customer_id FROM recent)").Scan(b.ctx)
	say("with", sub)
	return err
}

func (b *bunScenario) transactions() error {
	rolledBack := errors.New("rolled back")
	err := b.db.RunInTx(b.ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&bunCustomer{TenantID: "acme", Name: "Hal", Email: ptr("marker-hal@example.com")}).Exec(ctx)
		return errors.Join(rolledBack, err)
	})
	say("rolled back", errors.Is(err, rolledBack))
	return b.db.RunInTx(b.ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&bunCustomer{TenantID: "acme", Name: "Gil", Email: ptr("marker-gil@example.com")}).Exec(ctx)
		return err
	})
}

func (b *bunScenario) remove() error {
	var gone []bunCustomer
	_, err := b.db.NewDelete().Model(&gone).Where("name = ?", "Cyd").Returning("*").Exec(b.ctx)
	say("deleted", gone)
	return err
}

func (b *bunScenario) last() error {
	var all []map[string]any
	err := b.db.NewSelect().Table("customers").Order("id").Scan(b.ctx, &all)
	say("maps", all)
	return err
}
