package main

import (
	"context"
	"errors"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

type customer struct {
	ID       uint    `gorm:"primaryKey"`
	TenantID string  `gorm:"not null;default:acme"`
	Name     string  `gorm:"uniqueIndex"`
	Email    *string `gorm:"size:255"`
	Phone    *string
	Born     *time.Time `gorm:"type:date"`
	Points   *int64
	Orders   []order `gorm:"foreignKey:CustomerID;constraint:OnDelete:CASCADE"`
}

type order struct {
	ID         uint   `gorm:"primaryKey"`
	CustomerID *uint  `gorm:"index"`
	TenantID   string `gorm:"not null;default:acme"`
	Total      string `gorm:"type:numeric(10,2)"`
	Remark     *string
}

func openGORM(dsn string) (*gorm.DB, error) {
	return gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard, TranslateError: true})
}

func gormMigrate(_ context.Context, dsn string) error {
	db, err := openGORM(dsn)
	if err != nil {
		return err
	}
	return db.AutoMigrate(&customer{}, &order{})
}

func gormRun(ctx context.Context, dsn string) error {
	db, err := openGORM(dsn)
	if err != nil {
		return err
	}
	g := &gormScenario{db.WithContext(ctx)}
	return steps(g.create, g.find, g.update, g.upsert, g.associations, g.transactions, g.remove, g.last)
}

type gormScenario struct{ db *gorm.DB }

func (g *gormScenario) create() error {
	born := time.Date(2077, 1, 2, 0, 0, 0, 0, time.UTC)
	ada := customer{Name: "Control Ada", Email: ptr("marker-ada@example.com"), Phone: ptr("marker 1"), Born: &born, Points: ptr(int64(773701))}
	if err := g.db.Create(&ada).Error; err != nil {
		return err
	}
	say("created", ada)
	batch := []customer{{Name: "Bob", Email: ptr("marker-bob@example.com")}, {Name: "Cyd", Phone: ptr("marker 3"), Points: ptr(int64(773703))}}
	if err := g.db.CreateInBatches(&batch, 1).Error; err != nil {
		return err
	}
	say("batch", batch)
	return g.db.Model(&customer{}).Create(map[string]any{"ID": 50, "TenantID": "acme", "Name": "Map", "Email": "marker-map@example.com"}).Error
}

func (g *gormScenario) find() error {
	var first, named customer
	var all, page, some []customer
	var mails []string
	var n int64
	for _, q := range []*gorm.DB{
		g.db.First(&first), g.db.Where("name = ?", "Bob").Take(&named), g.db.Order("id").Find(&all), g.db.Order("id").Limit(1).Offset(1).Find(&page),
		g.db.Where(&customer{Name: "Cyd"}).Or("email IS NOT NULL").Order("id").Find(&some), g.db.Model(&customer{}).Where("email IS NOT NULL").Order("id").Pluck("email", &mails),
		g.db.Model(&customer{}).Where("phone IS NULL").Count(&n),
	} {
		if q.Error != nil {
			return q.Error
		}
	}
	say("first", first)
	say("named", named)
	say("all", all)
	say("page", page)
	say("some", some)
	say("pluck", mails)
	say("count", n)
	return nil
}

func (g *gormScenario) update() error {
	var ada customer
	if err := g.db.First(&ada, "name = ?", "Control Ada").Error; err != nil {
		return err
	}
	ada.Email, ada.Phone = ptr("marker-ada2@example.com"), nil
	for _, q := range []*gorm.DB{
		g.db.Save(&ada),
		g.db.Model(&ada).Update("email", "marker-ada3@example.com"),
		g.db.Model(&ada).Updates(customer{Phone: ptr("marker 11")}),
		g.db.Model(&customer{}).Where("name IN ?", []string{"Bob", "Cyd"}).Updates(map[string]any{"email": "marker-both@example.com", "points": 773709}),
	} {
		if q.Error != nil {
			return q.Error
		}
		say("rows affected", q.RowsAffected)
	}
	var back []customer
	q := g.db.Model(&back).Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "email"}}}).Where("name = ?", "Bob").Update("phone", "marker 12")
	say("returning", back)
	if q.Error != nil {
		return q.Error
	}
	g.db.First(&ada, ada.ID)
	say("updated", ada)
	return nil
}

func (g *gormScenario) upsert() error {
	bob := customer{Name: "Bob", Email: ptr("marker-bob2@example.com")}
	list := []customer{{Name: "Bob", Email: ptr("marker-bob3@example.com")}, {Name: "Dan", Email: ptr("marker-dan@example.com")}}
	onName := []clause.Column{{Name: "name"}}
	for _, q := range []*gorm.DB{
		g.db.Clauses(clause.OnConflict{Columns: onName, DoUpdates: clause.AssignmentColumns([]string{"email"})}).Create(&bob),
		g.db.Clauses(clause.OnConflict{Columns: onName, UpdateAll: true}).Create(&list),
		g.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&customer{Name: "Bob", Email: ptr("marker-nothing@example.com")}),
		g.db.Where(customer{Name: "Eve"}).Attrs(customer{Email: ptr("marker-eve@example.com")}).FirstOrCreate(&customer{}),
		g.db.Where(customer{Name: "Eve"}).Assign(customer{Email: ptr("marker-eve2@example.com")}).FirstOrCreate(&customer{}),
	} {
		if q.Error != nil {
			return q.Error
		}
	}
	return g.show("upserted")
}

func (g *gormScenario) associations() error {
	fay := customer{Name: "Fay", Email: ptr("marker-fay@example.com"), Orders: []order{{Total: "1.50", Remark: ptr("marker first")}, {Total: "2.00", Remark: ptr("marker second")}}}
	if err := g.db.Create(&fay).Error; err != nil {
		return err
	}
	if err := g.db.Model(&fay).Association("Orders").Append(&order{Total: "3.00"}); err != nil {
		return err
	}
	var preloaded []customer
	var joined []struct{ Email, Remark *string }
	for _, q := range []*gorm.DB{
		g.db.Preload("Orders", func(db *gorm.DB) *gorm.DB { return db.Order("orders.id") }).Order("id").Find(&preloaded),
		g.db.Model(&customer{}).Select("customers.email, orders.remark").Joins("left join orders on orders.customer_id = customers.id").Order("customers.id, orders.id").Scan(&joined),
	} {
		if q.Error != nil {
			return q.Error
		}
	}
	say("preloaded", preloaded)
	say("joined", joined)
	var sub []customer
	err := g.db.Where("id IN (?)", g.db.Model(&order{}).Select("customer_id").Where("total > ?", 1)).Find(&sub).Error
	say("subquery", sub)
	return err
}

func (g *gormScenario) transactions() error {
	err := g.db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&customer{Name: "Gil", Email: ptr("marker-gil@example.com")}).Error; err != nil {
			return err
		}
		nested := tx.Transaction(func(tx *gorm.DB) error {
			return tx.Create(&customer{Name: "Bob", Email: ptr("marker-dup@example.com")}).Error
		})
		say("savepoint", errors.Is(nested, gorm.ErrDuplicatedKey))
		var locked customer
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).First(&locked, "name = ?", "Gil").Error
		say("locked", locked)
		return err
	})
	if err != nil {
		return err
	}
	rolledBack := errors.New("rolled back")
	err = g.db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&customer{Name: "Hal", Email: ptr("marker-hal@example.com")}).Error; err != nil {
			return err
		}
		return rolledBack
	})
	say("rolled back", errors.Is(err, rolledBack))
	return nil
}

func (g *gormScenario) remove() error {
	var gone []customer
	for _, q := range []*gorm.DB{
		g.db.Clauses(clause.Returning{}).Where("name = ?", "Cyd").Delete(&gone),
		g.db.Delete(&customer{}, 50),
		g.db.Where("total = ?", 3).Delete(&order{}),
	} {
		if q.Error != nil {
			return q.Error
		}
	}
	say("deleted", gone)
	var batches [][]customer
	var batch []customer
	err := g.db.FindInBatches(&batch, 2, func(*gorm.DB, int) error {
		batches = append(batches, append([]customer(nil), batch...))
		return nil
	}).Error
	say("batches", batches)
	return err
}

func (g *gormScenario) last() error {
	rows, err := g.db.Model(&customer{}).Order("id").Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c customer
		if err := g.db.ScanRows(rows, &c); err != nil {
			return err
		}
		say("row", c)
	}
	return rows.Err()
}

func (g *gormScenario) show(step string) error {
	var all []customer
	err := g.db.Order("id").Find(&all).Error
	say(step, all)
	return err
}
