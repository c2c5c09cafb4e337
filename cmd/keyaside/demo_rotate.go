package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/keystore"
)

// rotatedTenant is whose key the demo rotates; customer 1 is one of this tenant's.
const rotatedTenant = "acme"

// rotate gives a tenant a new data key and shows that rows under the old one read as well as a new row.
func (st *stage) rotate(ctx context.Context, s *screen) error {
	s.heading("The key of tenant %s is rotated", rotatedTenant)
	if _, err := st.proxy.Keys.manager.Rotate(ctx, rotatedTenant, keystore.PurposeData, "demo"); err != nil {
		return err
	}
	st.proxy.Cache.PurgeTenant(rotatedTenant) // other proxies would see the change within keys.cache.refresh
	conn, err := st.through(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	newID := int64(st.rows + 1)
	if err := addCustomer(ctx, conn, newID); err != nil {
		return err
	}
	records, err := st.dataKeys(ctx)
	if err != nil {
		return err
	}
	if len(records) != 2 {
		return fmt.Errorf("tenant %s has %d data keys after a rotation instead of 2", rotatedTenant, len(records))
	}
	rows := [][]string{{"version", "key", "state", "rows", "one of them, as the application sees it"}}
	for i, id := range []int64{1, newID} {
		row, err := st.underKey(ctx, conn, records[i], id)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	s.table(rows...)
	return nil
}

// addCustomer inserts one more customer of the rotated tenant through the proxy.
func addCustomer(ctx context.Context, conn *pgx.Conn, id int64) error {
	_, err := conn.Exec(ctx, "INSERT INTO customers (id, tenant_id, name, email, born) VALUES ($1, $2, $3, $4, $5)",
		id, rotatedTenant, "Noor Jansen", "noor.jansen@example.net", birthday(1999, time.July, 12))
	if err != nil {
		return fmt.Errorf("adding a customer: %w", err)
	}
	return nil
}

// dataKeys lists the data keys of the rotated tenant, oldest first.
func (st *stage) dataKeys(ctx context.Context) (records []keystore.Record, err error) {
	err = st.proxy.Keys.manager.List(ctx, rotatedTenant, func(r keystore.Record) bool {
		if r.Purpose == keystore.PurposeData {
			records = append(records, r)
		}
		return true
	})
	return records, err
}

// underKey is one line of the table: a version of the key, how many rows name it in their header, and one of these rows
// read through the proxy.
func (st *stage) underKey(ctx context.Context, through *pgx.Conn, r keystore.Record, id int64) ([]string, error) {
	around, err := st.around(ctx)
	if err != nil {
		return nil, err
	}
	defer around.Close(context.WithoutCancel(ctx))
	key := keystore.FormatID(r.ID)
	var count int
	var isThere bool
	err = around.QueryRow(ctx, `SELECT count(*), coalesce(bool_or(id = $2), false) FROM customers
		WHERE encode(substring(name FROM 5 FOR 8), 'hex') = $1`, key, id).Scan(&count, &isThere)
	if err != nil {
		return nil, err
	}
	if !isThere {
		return nil, fmt.Errorf("customer %d is not under version %d of the key", id, r.Version)
	}
	var name string
	if err := through.QueryRow(ctx, "SELECT name FROM customers WHERE id = $1", id).Scan(&name); err != nil {
		return nil, fmt.Errorf("reading customer %d: %w", id, err)
	}
	version := strconv.FormatUint(uint64(r.Version), 10)
	return []string{version, key, string(r.State), strconv.Itoa(count), fmt.Sprintf("%d %s", id, name)}, nil
}

// invite prints how to try it by hand.
func (st *stage) invite(_ context.Context, s *screen) error {
	s.heading("Try it")
	line := func(port int) string {
		return fmt.Sprintf(`psql "host=127.0.0.1 port=%d dbname=%s user=%s"`, port, demoDatabase, st.pg.User)
	}
	s.say("%s   # through keyaside", line(st.port))
	s.say("%s   # the database itself", line(st.pg.Port))
	s.say("")
	s.say("SELECT id, tenant_id, name, email, card, born, note FROM customers ORDER BY id LIMIT 9;")
	s.say("UPDATE customers SET note = 'it''s new' WHERE id = 2 AND tenant_id = 'globex' RETURNING name;")
	s.say("SELECT * FROM customers WHERE note LIKE '%%new%%';   # refused: not without the plaintext")
	s.say("")
	s.say("# Every use of a key is in the audit log, whose chain can be verified:")
	s.say("%s audit verify %s", os.Args[0], st.file("audit.jsonl"))
	s.say("")
	if _, err := exec.LookPath("psql"); err != nil {
		s.say("(psql is missing here; Debian and Ubuntu have it in postgresql-client)")
	}
	return nil
}
