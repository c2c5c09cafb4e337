package main

import "slices"

// aim is a ratio that the proxy is to reach with 8 clients, in every protocol; a COPY has one client.
type aim struct {
	text        string
	loads       []string
	over, under contender
	least       float64
}

const aimClients = 8

var aims = []aim{
	{"unprotected traffic, of direct", []string{"point-select", "insert-1", "insert-3", "range-1", "range-3"}, relayed, direct, 0.40},
	{"protected point select, of relayed", []string{"point-select"}, protected, relayed, 0.85},
	{"protected insert, of relayed", []string{"insert-1", "insert-3"}, protected, relayed, 0.85},
	{"protected insert of 1,000 rows by literals, of direct", []string{"insert-1000"}, protected, direct, 0.50},
	{"COPY FROM with one protected column, of direct", []string{"copyin"}, protected, direct, 0.50},
	{"protected select of 1,000 rows, of direct", []string{"range-1", "range-3"}, protected, direct, 0.60},
}

// verdict is how one cell stands to an aim.
type verdict struct {
	aim    aim
	cell   cell
	ratios []float64 // by round; never empty
}

func (v verdict) got() float64 { return median(v.ratios) }

func (v verdict) met() bool { return v.got() >= v.aim.least }

// judge compares the results that an aim is about with it.
func judge(results []result) []verdict {
	var all []verdict
	for _, a := range aims {
		for i := range results {
			r := &results[i]
			if (r.clients == aimClients || r.load.copies) && slices.Contains(a.loads, r.load.name) {
				all = append(all, verdict{a, r.cell, r.ratios(a.over, a.under)})
			}
		}
	}
	return all
}
