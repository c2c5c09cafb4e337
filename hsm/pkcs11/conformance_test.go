//go:build cgo

package pkcs11

import (
	"testing"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/hsm/hsmtest"
)

func TestConformance(t *testing.T) {
	cfg, _ := provisioned(t)
	hsmtest.Run(t, func(t *testing.T) hsm.Wrapper { return mustOpen(t, cfg) })
}

func TestConformanceWithTwoSessionsOnly(t *testing.T) {
	cfg, _ := provisioned(t)
	cfg.MaxSessions = 2
	hsmtest.Run(t, func(t *testing.T) hsm.Wrapper { return mustOpen(t, cfg) })
}
