package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestGridIsAlignedMarkdown(t *testing.T) {
	g := newGrid("a", "CPU")
	g.add("long cell", "1.5 µs")
	want := "| a         | CPU    |\n| --------- | ------ |\n| long cell | 1.5 µs |\n"
	if got := g.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if g.String() != want {
		t.Error("printing a grid changed it")
	}
}

func TestReportTellsMissedAimsAndUnknownProcessorTime(t *testing.T) {
	r := report{loads: loadsFor(minRows), results: []result{fixed("range-3", 8, [contenders]float64{1000, 900, 500, 590})},
		plan: plan{rounds: 1, seconds: 2}, took: 90 * time.Second}
	text := r.markdown()
	for _, want := range []string{"**missed**", "| 0.59 ", "| ? ", "1 × 2 s for each figure", "0.59 to 0.59", "BETWEEN :low AND :low + 999;"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "(`insert-1`)") {
		t.Errorf("a load without results has a section:\n%s", text)
	}
}

func TestProcessorTimeAddsUserAndSystem(t *testing.T) {
	stat := "42 (key) aside) S 1 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 9 0 123 0 0"
	if got, ok := parseProcessorTime(stat); !ok || got != 1750*time.Millisecond {
		t.Errorf("got %v, %v", got, ok)
	}
}

func TestProcessorTimeOfThisProcessIsReadable(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the system has no /proc")
	}
	if _, ok := processorTime(os.Getpid()); !ok {
		t.Error("not readable")
	}
}

func FuzzProcessorTimeIsNeverGuessed(f *testing.F) {
	f.Add("42 (x) S 1 42 42 0 -1 4194560 1 0 0 0 150 25 0 0 20 0")
	f.Add("42 (x) S 1")
	f.Fuzz(func(t *testing.T, stat string) {
		if d, ok := parseProcessorTime(stat); ok && len(strings.Fields(stat)) < 14 {
			t.Errorf("%v from %q", d, stat)
		}
	})
}
