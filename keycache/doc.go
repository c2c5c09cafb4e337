// Package keycache keeps data keys ready for use, so that sealing or opening a value asks neither the key store nor the
// master key. It implements fieldcrypt.KeySource.
//
// Three bounded tables, by key id (opening) and by tenant (sealing; equality), share their keys. A hit reads one slot of an array and
// takes no lock; golang-lru decides behind it who leaves when a table is full. A key that is in use is looked up again in
// the store every Refresh, in the background, while it goes on serving: so a rotation, a suspension or a destruction made
// by another process is seen although nobody told, and a store that can't be reached for a while stops nothing before the
// TTL is over. A key that has not been confirmed for the TTL is a miss, always.
//
// Of many callers that miss the same key one load serves all, and it goes on when the caller that began it gives up. That
// a key does not exist or may not be used is remembered for a short time; that the store or the master key could not be
// reached is not.
//
// It defends against stale keys and against load on the HSM. It does not defend against one who reads the memory of the
// process: secrets are cleared once a key is made of them, and the key itself is left to the garbage collector when it
// leaves, since sessions may still be using it. A caller holds a key no longer than for the message at hand.
//
// All methods are safe for concurrent use.
package keycache
