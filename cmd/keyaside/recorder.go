package main

import (
	"context"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/keystore"
)

// recorder lets the key manager write to the audit log, of which it knows nothing.
type recorder struct{ log audit.Recorder }

func (r recorder) Record(ctx context.Context, e keystore.Event) error {
	return r.log.Record(ctx, audit.Event(e))
}

// masterName is a master key as people and the audit log read it.
func masterName(provider, key, version string) string { return provider + ":" + key + ":" + version }
