package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestMedianIsTheMiddleOrTheMeanOfBoth(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{4}, 4}, {[]float64{9, 1, 5}, 5}, {[]float64{8, 2, 100, 4}, 6}} {
		if got := median(c.values); got != c.want {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
}

func samples(tps ...float64) []sample {
	var s []sample
	for _, v := range tps {
		s = append(s, sample{tps: v})
	}
	return s
}

// In the second round the machine was ten times slower for everybody, in the third it stopped in the middle.
func TestRatioComparesWithinARound(t *testing.T) {
	var r result
	r.samples[direct] = samples(1000, 100, 1000)
	r.samples[relayed] = samples(500, 50, 10)
	if got := r.ratio(relayed, direct); got != 0.5 {
		t.Errorf("got %v, want 0.5", got)
	}
}

func TestProcessorTimeIsTheMedianRun(t *testing.T) {
	var r result
	r.samples[protected] = []sample{{cpu: 5 * time.Microsecond}, {cpu: 90 * time.Microsecond}, {cpu: 7 * time.Microsecond}}
	if got := r.cpu(protected); got != 7*time.Microsecond {
		t.Errorf("got %v", got)
	}
}

// fixed makes a result of one round.
func fixed(name string, clients int, tps [contenders]float64) result {
	r := result{cell: cell{load{name: name}, clients, "simple"}}
	for c, v := range tps {
		r.samples[c] = samples(v)
	}
	return r
}

func TestAimsAreJudgedAtEightClients(t *testing.T) {
	verdicts := judge([]result{
		fixed("range-3", 1, [contenders]float64{100, 1, 1, 1}),
		fixed("range-3", 8, [contenders]float64{100, 90, 50, 59}),
		fixed("insert-3", 8, [contenders]float64{100, 90, 40, 34}),
	})
	var got []string
	for _, v := range verdicts {
		got = append(got, strings.Join([]string{v.aim.text, v.cell.load.name, map[bool]string{true: "met", false: "missed"}[v.met()]}, "|"))
	}
	want := []string{
		"unprotected traffic, of direct|range-3|met", "unprotected traffic, of direct|insert-3|met",
		"protected insert, of relayed|insert-3|met", "protected select of 1,000 rows, of direct|range-3|missed",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if last := verdicts[len(verdicts)-1]; math.Abs(last.got()-0.59) > 1e-9 {
		t.Errorf("measured %v, want 0.59", last.got())
	}
}

func TestEveryAimIsAboutLoadsThatExist(t *testing.T) {
	for _, a := range aims {
		if err := known("load", a.loads, loadNames()); err != nil || len(a.loads) == 0 {
			t.Errorf("%s: %v", a.text, err)
		}
	}
}
