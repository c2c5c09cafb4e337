// Package keystore keeps the wrapped keys of every tenant and rules over their life: creation, use, counting, rotation.
//
// Three levels. The master key, in an HSM or KMS behind an hsm.Wrapper, wraps one key-encryption key (KEK) per tenant. The
// KEK wraps, in software, the tenant's data keys (DEKs) of the purposes data and index. A Store holds the wrapped forms; a
// Manager above it creates and opens them.
//
// It defends against a store that others can read (the store holds nothing in the clear), against a wrapped key that was
// altered or moved to another tenant, purpose, id or version (each is bound as associated data, and every key is committed
// to in its record), against two writers that change the same key, against the loss of a key by a crash, and against use of
// a key that its state forbids.
//
// It does not defend against one who can write the store and delete or roll back records: those are visible in the audit
// log, not prevented here. Nor against one who reads the memory of the process: clearing secrets after use is best effort,
// since the runtime may have copied them.
//
// A Manager and every Store are safe for concurrent use, by several processes too.
package keystore
