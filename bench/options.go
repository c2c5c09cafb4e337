package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// plan is how often and how long each contender runs in each cell.
type plan struct {
	rounds  int
	seconds int // of one run; pgbench counts in whole seconds
	// copyRows is how many rows a COPY FROM brings: a multiple of copyBlock.
	copyRows int
}

// cell is one load at one number of clients in one protocol: a row of the report.
type cell struct {
	load     load
	clients  int
	protocol string
}

func (c cell) String() string {
	return fmt.Sprintf("%s, %d clients, %s", c.load.name, c.clients, c.protocol)
}

// protocols are pgbench's query modes.
var protocols = []string{"simple", "extended", "prepared"}

// options are the command line. A filter that is empty lets everything through.
type options struct {
	plan
	rows      int
	loads     []string
	clients   []string
	protocols []string
	program   string // path of the keyaside to measure; empty: build it
	output    string // file that receives the report; empty: none
}

// resultsFile is where -write puts the report, from the root of the repository.
const resultsFile = "bench/RESULTS.md"

// minRows leaves the range select a thousand rows to begin at.
const minRows = 2 * rangeRows

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := new(options)
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&o.rounds, "rounds", 5, "how often each contender runs in each cell")
	fs.IntVar(&o.seconds, "seconds", 3, "duration of one run, in seconds")
	fs.IntVar(&o.copyRows, "copy-rows", 1_000_000, "rows of a COPY FROM, a multiple of 1,000")
	fs.IntVar(&o.rows, "rows", 10_000, "rows in each table")
	loads := fs.String("load", "", "loads to run, separated by commas (default all: "+strings.Join(loadNames(), ", ")+")")
	clients := fs.String("clients", "1,8", "numbers of clients, separated by commas")
	modes := fs.String("protocol", strings.Join(protocols, ","), "pgbench query modes, separated by commas")
	quick := fs.Bool("quick", false, "one round of one second, 8 clients, prepared; for a look and for CI")
	write := fs.Bool("write", false, "write the report to "+resultsFile+", too")
	fs.StringVar(&o.program, "keyaside", "", "`program` to measure (default: build it from this source)")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if *quick {
		o.rounds, o.seconds, *clients, *modes, o.copyRows = 1, 1, "8", "prepared", 100_000
	}
	if *write {
		o.output = resultsFile
	}
	o.loads, o.clients, o.protocols = words(*loads), words(*clients), words(*modes)
	return o, o.check(fs.Args())
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func (o *options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q; options begin with a dash", rest[0])
	case o.rounds < 1 || o.seconds < 1:
		return fmt.Errorf("-rounds %d -seconds %d: give 1 or more", o.rounds, o.seconds)
	case o.copyRows < copyBlock || o.copyRows%copyBlock != 0:
		return fmt.Errorf("-copy-rows %d: give a multiple of %d", o.copyRows, copyBlock)
	case o.rows < minRows:
		return fmt.Errorf("-rows %d: give %d or more, since a load reads %d of them", o.rows, minRows, rangeRows)
	case len(o.clients) == 0 || len(o.protocols) == 0:
		return fmt.Errorf("-clients and -protocol name at least one each")
	}
	for _, n := range o.clients {
		if c, err := strconv.Atoi(n); err != nil || c < 1 || c > maxClients {
			return fmt.Errorf("-clients %q: give numbers from 1 to %d", n, maxClients)
		}
	}
	if o.output != "" && !isFile("go.mod") {
		return fmt.Errorf("-write puts the report into %s: run it in the root of the repository", o.output)
	}
	if err := known("-protocol", o.protocols, protocols); err != nil {
		return err
	}
	return known("-load", o.loads, loadNames())
}

func known(name string, given, all []string) error {
	for _, g := range given {
		if !slices.Contains(all, g) {
			return fmt.Errorf("%s %q is not one of %s", name, g, strings.Join(all, ", "))
		}
	}
	return nil
}

// cells lists what is asked for, in the order of the report.
func (o *options) cells(loads []load) []cell {
	var cells []cell
	for _, l := range loads {
		if len(o.loads) > 0 && !slices.Contains(o.loads, l.name) {
			continue
		}
		if l.copies {
			cells = append(cells, cell{l, 1, "simple"})
			continue
		}
		for _, n := range o.clients {
			clients, _ := strconv.Atoi(n) // check has
			for _, p := range o.protocols {
				cells = append(cells, cell{l, clients, p})
			}
		}
	}
	return cells
}
