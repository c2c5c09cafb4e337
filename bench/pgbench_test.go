package main

import (
	"slices"
	"strings"
	"testing"
)

// summary is what pgbench 15 prints.
const summary = `pgbench (15.18 (Debian 15.18-0+deb12u1))
transaction type: script.sql
scaling factor: 1
query mode: prepared
number of clients: 8
number of threads: 2
maximum number of tries: 1
duration: 1 s
number of transactions actually processed: 44321
number of failed transactions: 0 (0.000%)
latency average = 0.180 ms
initial connection time = 9.120 ms
tps = 44475.123456 (without initial connection time)
`

func TestOutcomeIsThroughputWithoutConnecting(t *testing.T) {
	want := outcome{tps: 44475.123456, transactions: 44321}
	if got, err := parseOutcome([]byte(summary)); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestOutcomeOfOlderPgbenchIsUnderstood(t *testing.T) {
	text := "number of transactions actually processed: 10\ntps = 5.5 (including connections establishing)\n" +
		"tps = 6.5 (excluding connections establishing)\n"
	if got, err := parseOutcome([]byte(text)); err != nil || got != (outcome{6.5, 10}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRunWithoutUsefulOutcomeIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"failed transactions": {strings.Replace(summary, "failed transactions: 0", "failed transactions: 7", 1), "7 transactions failed"},
		"nothing done":        {strings.Replace(summary, "processed: 44321", "processed: 0", 1), "give -seconds more"},
		"cut off":             {summary[:strings.Index(summary, "tps")], "which ends: initial connection time"},
		"not a number":        {strings.Replace(summary, "44475.123456", "1.2.3", 1), "invalid syntax"},
		"empty":               {"", "no result"},
	} {
		if got, err := parseOutcome([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func FuzzOutcomeNeverCountsNothing(f *testing.F) {
	f.Add([]byte(summary))
	f.Add([]byte("tps = 1 (without initial connection time)\nnumber of transactions actually processed: 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if o, err := parseOutcome(text); err == nil && (o.transactions <= 0 || o.tps < 0) {
			t.Errorf("%+v", o)
		}
	})
}

func TestTextsAreLiteralsInSimpleQueriesAndParametersElsewhere(t *testing.T) {
	l := load{script: "VALUES (:tenant)", values: map[string]string{"tenant": "acme", "card": "4111"}}
	if got := l.defines("simple"); !slices.Equal(got, []string{"-D", "tenant='acme'"}) {
		t.Errorf("simple: %q", got)
	}
	if got := l.defines("prepared"); !slices.Equal(got, []string{"-D", "tenant=acme"}) {
		t.Errorf("prepared: %q", got)
	}
}

func TestTwinsDifferInTheTableOnly(t *testing.T) {
	for _, l := range loadsFor(minRows) {
		plain, sealed := l.text(relayed.table(l.table)), l.text(protected.table(l.table))
		if plain == sealed || strings.Replace(plain, l.table.plain, l.table.protected, 1) != sealed {
			t.Errorf("%s:\n%s%s", l.name, plain, sealed)
		}
		if strings.Contains(plain, l.table.protected) {
			t.Errorf("%s names the protected table in the plain twin's script, so the proxy would parse it", l.name)
		}
	}
}
