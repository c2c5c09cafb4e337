package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// report is what a measurement found, and where.
type report struct {
	begun     time.Time
	took      time.Duration
	command   string
	plan      plan
	machine   machine
	loadAfter string
	loads     []load
	results   []result
}

const preamble = `# Throughput

Written by ` + "`make bench ARGS=-write`" + `. Client (pgbench), proxy and server share one machine, so a ratio also counts the processor
time that a proxy takes from the other two. Durability is off in the server: inserts show the proxy, not the disk.

- **direct**: pgbench at the server; **copier**: through a relay that copies bytes, a goroutine per direction;
  **relayed**: through Keyaside, on a table without protected columns; **protected**: through Keyaside, on that table's
  twin with the columns protected (rows of three tenants, AES-256-GCM, storage bytea).
- Throughput is in transactions a second, the median over rounds. A ratio is the median over rounds of the ratio within a
  round, in which the contenders take turns. CPU is the processor time of ` + "`keyaside serve`" + ` per transaction.

`

// markdown is the whole report; it reads well in a terminal, too.
func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString(preamble)
	r.writeOrigin(&b)
	r.writeAims(&b)
	for _, l := range r.loads {
		r.writeLoad(&b, l)
	}
	return b.String()
}

func (r *report) writeOrigin(b *strings.Builder) {
	m := r.machine
	t := newGrid("", "")
	t.add("command", "`"+r.command+"`")
	t.add("runs", fmt.Sprintf("%d × %d s for each figure", r.plan.rounds, r.plan.seconds))
	t.add("begun", r.begun.UTC().Format("2006-01-02 15:04 UTC")+", took "+r.took.Round(time.Second).String())
	t.add("commit", m.commit)
	t.add("machine", fmt.Sprintf("%d × %s, %s memory, %s", m.cores, m.cpu, m.memory, m.system))
	t.add("load average", "before "+m.load+"; after "+r.loadAfter)
	t.add("versions", m.server+", "+m.compiler+", master key in "+m.master)
	b.WriteString(t.String())
}

func (r *report) writeAims(b *strings.Builder) {
	verdicts := judge(r.results)
	if len(verdicts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## Aims, at %d clients\n\n", aimClients)
	t := newGrid("aim", "load", "protocol", "least", "measured", "lowest and highest round", "")
	for _, v := range verdicts {
		word := "met"
		if !v.met() {
			word = "**missed**"
		}
		t.add(v.aim.text, v.cell.load.name, v.cell.protocol, fmt.Sprintf("%.2f", v.aim.least), fmt.Sprintf("%.2f", v.got()),
			fmt.Sprintf("%.2f to %.2f", slices.Min(v.ratios), slices.Max(v.ratios)), word)
	}
	b.WriteString(t.String())
}

func (r *report) writeLoad(b *strings.Builder, l load) {
	t := newGrid("clients", "protocol", "direct", "copier", "relayed", "protected", "copier ÷ direct", "relayed ÷ direct",
		"protected ÷ relayed", "protected ÷ direct", "CPU relayed", "CPU protected")
	for i := range r.results {
		res := &r.results[i]
		if res.load.name == l.name {
			t.add(resultCells(res)...)
		}
	}
	if t.empty() {
		return
	}
	fmt.Fprintf(b, "\n## %s (`%s`)\n\n", l.title, l.name)
	b.WriteString(t.String())
	b.WriteString("\n```\n" + shortened(l.text(l.table.protected)) + "```\n")
}

func resultCells(r *result) []string {
	cells := []string{fmt.Sprint(r.clients), r.protocol}
	for c := range contenders {
		cells = append(cells, fmt.Sprintf("%.0f", r.tps(c)))
	}
	for _, pair := range [][2]contender{{copier, direct}, {relayed, direct}, {protected, relayed}, {protected, direct}} {
		cells = append(cells, fmt.Sprintf("%.2f", r.ratio(pair[0], pair[1])))
	}
	return append(cells, cpuCell(r.cpu(relayed)), cpuCell(r.cpu(protected)))
}

func cpuCell(d time.Duration) string {
	if d == 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
}

// grid is a Markdown table with aligned columns.
type grid struct{ lines [][]string }

func newGrid(head ...string) *grid { return &grid{[][]string{head}} }

func (t *grid) add(cells ...string) { t.lines = append(t.lines, cells) }

func (t *grid) empty() bool { return len(t.lines) == 1 }

func (t *grid) String() string {
	widths := make([]int, len(t.lines[0]))
	for _, line := range t.lines {
		for i, c := range line {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		widths[i] = max(w, 3)
		rule[i] = strings.Repeat("-", widths[i])
	}
	var b strings.Builder
	for _, line := range slices.Insert(slices.Clone(t.lines), 1, rule) {
		for i, c := range line {
			fmt.Fprintf(&b, "| %-*s ", widths[i], c)
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// shortened cuts a script that goes on and on in the same way.
func shortened(script string) string {
	const most = 500
	if len(script) <= most {
		return script
	}
	return script[:most/2] + " …\n"
}
