package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/keystore"
)

// loopback reports whether only this machine reaches the address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// checkStore opens the key store and reads every record.
func checkStore(ctx context.Context, c configs.Store, f *findings) {
	if _, err := os.Stat(c.Bolt); errors.Is(err, fs.ErrNotExist) {
		if c.Create {
			f.warn("keys.store", c.Bolt+" does not exist and will be created",
				"right for the first start; afterwards set keys.store.create to false, so that an empty disk is noticed")
		}
		return // otherwise CheckFiles has reported it
	}
	store, err := openStore(c, false)
	if err != nil {
		f.errorOf("keys.store", err)
		return
	}
	defer store.Close()
	keys, tenants := 0, map[string]bool{}
	err = store.List(ctx, "", func(r keystore.Record) bool {
		keys++
		tenants[r.Tenant] = true
		return true
	})
	if err != nil {
		f.errorOf("keys.store", err)
		return
	}
	f.ok("keys.store", fmt.Sprintf("opens; %d keys of %d tenants", keys, len(tenants)))
}

// checkAudit verifies the whole log, if there is one yet.
func checkAudit(path string, f *findings) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		f.ok("audit", path+" does not exist yet and will be created")
		return
	}
	report, err := audit.Verify(path)
	if err = errors.Join(err, report.Err()); err != nil {
		f.errorOf("audit", err)
		return
	}
	f.ok("audit", fmt.Sprintf("is unbroken; %d events", report.Lines))
}
