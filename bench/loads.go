package main

import (
	"fmt"
	"strings"
)

// load is one pgbench script. In script and values, %s is the table: the protected one or its twin.
type load struct {
	name   string // for -load
	title  string // for the report
	table  twins
	script string
	// values are the script's text variables. A script can't compute a text, so every client writes the same ones.
	values map[string]string
	writes bool // the tables are emptied before each run
	copies bool // the script is a COPY: one client, in the simple protocol, and rows are counted
}

// twins are two tables with the same columns and the same rows, of which the proxy protects one. The plain one has a name
// of its own: the word of a protected table in a statement is what makes the proxy parse it.
type twins struct{ plain, protected string }

var (
	customers = twins{plain: "people", protected: "customers"}     // read by the loads
	arrivals  = twins{plain: "newcomers", protected: "admissions"} // written by the loads
)

// rangeRows is how many rows the range select reads.
const rangeRows = 1000

// writtenValues are as long as those that the tables are filled with. All texts are plain ASCII without quotes, so that
// values puts them into any protocol.
var writtenValues = map[string]string{
	"tenant": "acme",
	"email":  "wilhelmina.oconnor.4711@example.com",
	"card":   "4111111111111111",
	"born":   "1984-11-23",
}

func loadNames() []string {
	var names []string
	for _, l := range loadsFor(minRows) {
		names = append(names, l.name)
	}
	return names
}

// loadsFor returns the loads over tables of the given number of rows, whose ids count from 1.
func loadsFor(rows int) []load {
	return []load{
		{
			name: "point-select", title: "Point select, one protected field", table: customers,
			script: fmt.Sprintf("\\set id random(1, %d)\nSELECT id, city, email FROM %%s WHERE id = :id;\n", rows),
		},
		{
			name: "insert-1", title: "Insert, one protected field", table: arrivals, writes: true, values: writtenValues,
			script: "\\set visits random(1, 1000000000)\n" +
				"INSERT INTO %s (tenant_id, visits, email) VALUES (:tenant, :visits, :email);\n",
		},
		{
			name: "insert-3", title: "Insert, three protected fields", table: arrivals, writes: true, values: writtenValues,
			script: "\\set visits random(1, 1000000000)\n" +
				"INSERT INTO %s (tenant_id, visits, email, card, born) VALUES (:tenant, :visits, :email, :card, :born);\n",
		},
		{
			name: "insert-1000", title: "Insert of 1000 rows by literals, one protected field", table: arrivals, writes: true,
			script: multiInsert(),
		},
		rangeSelect(rows, "range-1", "one protected column", "id, tenant_id, city, email"),
		rangeSelect(rows, "range-3", "three protected columns", "id, tenant_id, email, card, born"),
		{
			name: "copyin", title: "COPY FROM, one protected column, in rows a second", table: arrivals, writes: true, copies: true,
			script: "COPY %s (" + copyColumns + ") FROM STDIN\n",
		},
		{
			name: "copyout", title: "COPY TO, one protected column, in rows a second", table: customers, copies: true,
			script: "COPY %s (" + copyColumns + ") TO STDOUT\n",
		},
	}
}

// multiInsert is one statement with a thousand rows as literals. It is over the size of what the planner keeps, so each is
// planned anew.
func multiInsert() string {
	var b strings.Builder
	b.WriteString("INSERT INTO %s (tenant_id, visits, email) VALUES ")
	for i := range rangeRows {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "('acme', %d, 'wilhelmina.oconnor.%04d@example.com')", i, i)
	}
	b.WriteString(";\n")
	return b.String()
}

func rangeSelect(rows int, name, what, columns string) load {
	return load{
		name: name, title: fmt.Sprintf("Select of %d rows, %s", rangeRows, what), table: customers,
		script: fmt.Sprintf("\\set low random(1, %d)\nSELECT %s FROM %%s WHERE id BETWEEN :low AND :low + %d;\n",
			rows-rangeRows+1, columns, rangeRows-1),
	}
}

// text is the script for one of the twins.
func (l load) text(table string) string { return fmt.Sprintf(l.script, table) }

// defines returns pgbench's -D options. pgbench pastes a variable into the text of a simple query, where it must be a
// literal, and sends it as a parameter in the other protocols.
func (l load) defines(protocol string) []string {
	var args []string
	for name, value := range l.values {
		if protocol == "simple" {
			value = "'" + value + "'"
		}
		if strings.Contains(l.script, ":"+name) {
			args = append(args, "-D", name+"="+value)
		}
	}
	return args
}

// contender is one way to the database.
type contender int

const (
	direct contender = iota
	copier
	relayed
	protected
	contenders
)

func (c contender) String() string {
	return [...]string{"direct", "copier", "relayed", "protected"}[c]
}

// table returns the twin that the contender works on.
func (c contender) table(t twins) string {
	if c == protected {
		return t.protected
	}
	return t.plain
}
