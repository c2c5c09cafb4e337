package main

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestUpstreamsAreTakenApartForConnecting(t *testing.T) {
	for address, want := range map[string][3]string{
		"127.0.0.1:5432":           {"127.0.0.1", "5432", "true"},
		"[::1]:5433":               {"::1", "5433", "true"},
		"/var/run/postgresql:5434": {"/var/run/postgresql", "5434", "true"},
		"/var/run/postgresql":      {"/var/run/postgresql", "", "false"},
	} {
		host, port, found := cutPort(address)
		if host != want[0] || port != want[1] || found != (want[2] == "true") {
			t.Errorf("%s is %q, %q, %v; want %v", address, host, port, found, want)
		}
	}
}

func TestQuotedValuesReachTheConnectionAsTheyAre(t *testing.T) {
	for _, host := range []string{"localhost", `/it's here`, `/back\slash`, "/a b"} {
		c, err := pgx.ParseConfig("host=" + quoteDSN(host) + " sslmode=disable")
		if err != nil || c.Host != host {
			t.Errorf("%s arrives as %q, %v", host, c.Host, err)
		}
	}
}

func TestOnlyLoopbackAddressesAreTakenForPrivate(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "127.9.9.9:1": true,
		":1": false, "0.0.0.0:1": false, "[::]:1": false, "10.0.0.1:1": false, "db.example:1": false, "nonsense": false,
	} {
		if loopback(address) != want {
			t.Errorf("%s: loopback is %v, want %v", address, !want, want)
		}
	}
}
