package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyaside/keyaside/audit"
	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/hsm"
	"github.com/keyaside/keyaside/keystore"
	"github.com/keyaside/keyaside/keystore/boltstore"
)

// keyring is the half of the program that can reach keys: master key, key store, audit log, and the manager over them.
type keyring struct {
	manager *keystore.Manager
	store   keystore.Store
	master  hsm.Wrapper
	audit   *audit.Log
}

// openKeyring opens all four for the actor who will stand in the audit log. The master key comes last: a fault in the
// files shows before a PIN is used.
func openKeyring(ctx context.Context, c *configs.Config, actor string) (_ *keyring, err error) {
	k := new(keyring)
	defer func() {
		if err != nil {
			_ = k.Close() // the error that stopped the opening tells more
		}
	}()
	if k.audit, err = audit.Open(c.Audit.Path); err != nil {
		return nil, err
	}
	if k.store, err = openStore(c.Keys.Store, c.Keys.Store.Create); err != nil {
		return nil, err
	}
	if k.master, err = openMaster(ctx, c.Keys.Master); err != nil {
		return nil, err
	}
	k.manager, err = keystore.NewManager(keystore.ManagerConfig{
		Store: k.store, Wrapper: k.master, Recorder: recorder{k.audit}, Actor: actor,
		Create:     c.Keys.Create == configs.CreateOnFirstUse,
		CryptoDays: int(c.Keys.Cryptoperiod.Std() / (24 * time.Hour)),
		KEKs:       c.Keys.Cache.Entries, KEKTTL: c.Keys.Cache.TTL.Std(),
	})
	return k, err
}

// Close clears keys in memory and closes what is open; the audit log is open only while it records.
func (k *keyring) Close() error {
	var errs []error
	if k.manager != nil {
		k.manager.Purge()
	}
	if k.master != nil {
		errs = append(errs, k.master.Close())
	}
	if k.store != nil {
		errs = append(errs, k.store.Close())
	}
	return errors.Join(errs...)
}

// openStore opens the key store alone, for reading records without a master key.
func openStore(c configs.Store, create bool) (keystore.Store, error) {
	s, err := boltstore.Open(boltstore.Config{Path: c.Bolt, Create: create})
	if err != nil {
		return nil, fmt.Errorf("keys.store: %w", err)
	}
	return s, nil
}
