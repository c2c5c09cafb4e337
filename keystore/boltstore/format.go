package boltstore

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/keyaside/keyaside/keystore"
)

// The format, version 1. Four buckets:
//
//	meta     format → "keyaside keystore", schema → "1", id → random text that names this store
//	records  key id (8 bytes, big-endian) → the record as keystore.EncodeRecord writes it
//	index    tenant 00 purpose 00 version (4 bytes, big-endian) → key id
//	active   tenant 00 purpose → key id
//
// Tenants hold no control characters, so 00 ends them and the index is in the order that List promises. The sequence of
// bucket records gives revisions: one counter for the store, so that a revision never comes back.
var (
	bucketMeta    = []byte("meta")
	bucketRecords = []byte("records")
	bucketIndex   = []byte("index")
	bucketActive  = []byte("active")

	metaFormat = []byte("format")
	metaSchema = []byte("schema")
	metaID     = []byte("id")
)

const (
	formatName    = "keyaside keystore"
	schemaVersion = "1"
)

// initialise writes the buckets of an empty store.
func initialise(btx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketMeta, bucketRecords, bucketIndex, bucketActive} {
		if _, err := btx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta := btx.Bucket(bucketMeta)
	for _, kv := range [][2][]byte{{metaFormat, []byte(formatName)}, {metaSchema, []byte(schemaVersion)}, {metaID, []byte(rand.Text())}} {
		if err := meta.Put(kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

// tx is one transaction on a store whose header was checked.
type tx struct {
	id                      string
	records, index, actives *bbolt.Bucket
}

// newTx checks the header. want is the identity that the store must have, "" for any.
func newTx(btx *bbolt.Tx, want string) (*tx, error) {
	meta := btx.Bucket(bucketMeta)
	if meta == nil || string(meta.Get(metaFormat)) != formatName {
		return nil, fmt.Errorf("it is not a Keyaside key store")
	}
	if v := string(meta.Get(metaSchema)); v != schemaVersion {
		return nil, fmt.Errorf("its format has version %.20q, this program knows version %s: use the program that wrote it", v, schemaVersion)
	}
	t := &tx{
		id: string(meta.Get(metaID)), records: btx.Bucket(bucketRecords), index: btx.Bucket(bucketIndex),
		actives: btx.Bucket(bucketActive),
	}
	if t.id == "" || t.records == nil || t.index == nil || t.actives == nil {
		return nil, fmt.Errorf("a part of it is missing: restore it from a backup")
	}
	if want != "" && t.id != want {
		return nil, fmt.Errorf("it was exchanged for another store while this process runs: put the old one back, or restart")
	}
	return t, nil
}

func recordKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func activeKey(tenant string, purpose keystore.Purpose) []byte {
	return append(append([]byte(tenant), 0), purpose...)
}

func indexKey(r keystore.Record) []byte {
	return binary.BigEndian.AppendUint32(append(activeKey(r.Tenant, r.Purpose), 0), r.Version)
}
