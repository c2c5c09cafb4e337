package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// sample is one run of one contender in one cell.
type sample struct {
	tps float64
	// cpu is the processor time that keyaside spent per transaction; 0 for contenders that go around it, and where the
	// system doesn't tell. It hardly depends on what else the machine does.
	cpu time.Duration
}

// result holds the samples of one cell, by contender and round.
type result struct {
	cell
	samples [contenders][]sample
}

// measurement takes samples.
type measurement struct {
	stage    *stage
	driver   pgbench
	clock    plan
	progress io.Writer
}

// take goes over all cells in each round, rather than over all rounds in each cell: a disturbance of the machine that
// lasts a minute then touches one sample of several cells and not the median of one.
func (m *measurement) take(ctx context.Context, cells []cell) ([]result, error) {
	results := make([]result, len(cells))
	for i, c := range cells {
		results[i].cell = c
	}
	for round := range m.clock.rounds {
		for i := range results {
			fmt.Fprintf(m.progress, "round %d of %d: %v\n", round+1, m.clock.rounds, results[i].cell)
			if err := m.round(ctx, &results[i], round); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// round runs each contender once. Each round begins with another one, so that none always follows the same.
func (m *measurement) round(ctx context.Context, r *result, round int) error {
	for i := range contenders {
		c := (i + contender(round)) % contenders
		s, err := m.sample(ctx, r.cell, c)
		if err != nil {
			return fmt.Errorf("%s, %v: %w", c, r.cell, m.stage.proxy.explain(err))
		}
		r.samples[c] = append(r.samples[c], s)
	}
	return nil
}

func (m *measurement) sample(ctx context.Context, c cell, who contender) (sample, error) {
	st := m.stage
	if c.load.writes {
		if err := st.pg.Exec(database, "TRUNCATE "+c.load.table.plain+", "+c.load.table.protected); err != nil {
			return sample{}, err
		}
	}
	pid := st.proxy.cmd.Process.Pid
	before, known := processorTime(pid)
	drive := func() (outcome, error) {
		return m.driver.run(ctx, drive{cell: c, table: who.table(c.load.table), port: st.port(who), seconds: m.clock.seconds, folder: st.dir})
	}
	if c.load.copies {
		drive = func() (outcome, error) { return m.copy(ctx, c, who) }
	}
	got, err := drive()
	if err != nil {
		return sample{}, err
	}
	s := sample{tps: got.tps}
	if after, ok := processorTime(pid); ok && known && (who == relayed || who == protected) {
		s.cpu = (after - before) / time.Duration(got.transactions)
	}
	return s, nil
}
