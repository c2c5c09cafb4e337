// Package storetest is the contract of keystore.Store as tests. Every store runs it:
//
//	func TestConformance(t *testing.T) { storetest.Run(t, func(t *testing.T) keystore.Store { … }) }
package storetest

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
)

// Run runs the whole contract. open gives an empty store of its own to each test and sees to its end.
func Run(t *testing.T, open func(t *testing.T) keystore.Store) {
	for _, group := range [][]test{reading, writing, rules, listing, concurrency, ending} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
		}
	}
}

type test struct {
	name string
	run  func(t *testing.T, s keystore.Store)
}

// KEK returns a valid record of a KEK, as a Manager would write it. Its wrapped bytes wrap nothing.
func KEK(id uint64, tenant string, version uint32) keystore.Record {
	r := base(id, tenant, keystore.PurposeKEK, version)
	r.Master = &hsm.Wrapped{
		Ref:       hsm.KeyRef{Provider: "test", Key: "master", Version: "1"},
		Algorithm: "AES-256-GCM",
		Blob:      []byte("wrapped by the master key"),
	}
	return r
}

// DEK returns a valid record of a data key under the KEK with the id parent.
func DEK(id uint64, tenant string, version uint32, parent uint64) keystore.Record {
	r := base(id, tenant, keystore.PurposeData, version)
	r.Parent, r.Wrapped = parent, []byte("wrapped by the KEK")
	return r
}

func base(id uint64, tenant string, purpose keystore.Purpose, version uint32) keystore.Record {
	commitment := sha256.Sum256(binary.BigEndian.AppendUint64(nil, id))
	created := time.Date(2026, 2, 3, 4, 5, 6, 789, time.UTC)
	return keystore.Record{
		ID: id, Tenant: tenant, Purpose: purpose, Version: version, State: keystore.Active, Algorithm: "AES-256", Bits: 256,
		Created: created, Activated: created, Owner: "storetest", CryptoDays: 90, Commitment: commitment[:],
	}
}

// Retire returns r deactivated.
func Retire(r keystore.Record) keystore.Record {
	r.State, r.Retired = keystore.Deactivated, r.Created.Add(time.Hour)
	return r
}

// Destroy returns r destroyed, without its wrapped bytes.
func Destroy(r keystore.Record) keystore.Record {
	r.State, r.Master, r.Wrapped = keystore.Destroyed, nil, nil
	return r
}
