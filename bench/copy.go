package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgbench does not COPY, so these loads are driven by pgx: one client, and rows take the place of transactions.

// copyColumns are the columns that are copied, one of them protected.
const copyColumns = "tenant_id, visits, city, email"

// copyBlock is how many rows are made once and then sent again and again: about a read of pgx.
const copyBlock = 1000

// copyRows hands out rows in COPY's text format, in constant memory.
type copyRows struct {
	block, rest []byte
	blocks      int // still to come
}

func newCopyRows(rows int) *copyRows {
	var block bytes.Buffer
	for id := 1; id <= copyBlock; id++ {
		r := row(id)
		fmt.Fprintf(&block, "%v\t%v\t%v\t%v\n", r[1], r[2], r[3], r[4])
	}
	return &copyRows{block: block.Bytes(), blocks: rows / copyBlock}
}

func (c *copyRows) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.blocks == 0 {
			return 0, io.EOF
		}
		c.rest = c.block
		c.blocks--
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// copy runs a load of COPY for one contender.
func (m *measurement) copy(ctx context.Context, c cell, who contender) (outcome, error) {
	conn, err := m.stage.connect(ctx, who)
	if err != nil {
		return outcome{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	begin := time.Now()
	rows, err := m.copyAll(ctx, conn, c.load, who.table(c.load.table))
	if err != nil {
		return outcome{}, fmt.Errorf("COPY: %w", err)
	}
	return outcome{tps: float64(rows) / time.Since(begin).Seconds(), transactions: rows}, nil
}

// copyAll copies all rows in once, or the table out until the time is up, and returns how many rows that were.
func (m *measurement) copyAll(ctx context.Context, conn *pgx.Conn, l load, table string) (rows int, err error) {
	if l.writes {
		tag, err := conn.PgConn().CopyFrom(ctx, newCopyRows(m.clock.copyRows), fmt.Sprintf(l.script, table))
		return int(tag.RowsAffected()), err
	}
	for until := time.Now().Add(time.Duration(m.clock.seconds) * time.Second); time.Now().Before(until); {
		tag, err := conn.PgConn().CopyTo(ctx, io.Discard, fmt.Sprintf(l.script, table))
		if err != nil {
			return 0, err
		}
		rows += int(tag.RowsAffected())
	}
	return rows, nil
}
