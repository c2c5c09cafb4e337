package keycache

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/keystore"
)

// renewReason stands in the audit log where the cache rotates a key.
const renewReason = "message budget used up"

// lowBudget is where the next block is reserved ahead, in the background, so that sealing need not wait for it.
func (c *Cache) lowBudget() uint64 { return c.config.Block / 8 }

// fund sees to it that the key may seal: with what an earlier copy of it had left, else with a block from its record. When
// the record has none left it has the key rotated. false without an error: the key is not the active one any more, and the
// caller starts over.
func (c *Cache) fund(ctx context.Context, key *fieldcrypt.Key) (done bool, err error) {
	key.Grant(c.budgets.take(key.ID()))
	if key.Budget() > c.lowBudget() {
		return true, nil
	}
	granted, err := c.config.Keys.Reserve(ctx, uint64(key.ID()), c.config.Block)
	if errors.Is(err, keystore.ErrExhausted) {
		if _, err = c.config.Keys.Renew(ctx, uint64(key.ID()), renewReason); err == nil {
			return false, nil
		}
	}
	switch {
	case err == nil:
		key.Grant(granted)
		return true, nil
	case errors.Is(err, keystore.ErrUnusable):
		return false, nil // rotated, or suspended, since it was loaded: asking again tells which
	case key.Budget() > 0:
		return true, nil // what is left serves until the next try
	}
	return false, err
}

// budgetsPerEntry is how many more budgets than keys are remembered. One takes about 100 bytes.
const budgetsPerEntry = 4

// budgets remembers what keys that left the cache had still to spend: their messages are reserved, and reserving anew at
// each return would use a key up long before its time. It is bounded; what it forgets is lost, as in a crash.
type budgets struct {
	mu   sync.Mutex
	left *simplelru.LRU[fieldcrypt.KeyID, uint64]
}

func newBudgets(size int) (*budgets, error) {
	left, err := simplelru.NewLRU[fieldcrypt.KeyID, uint64](size, nil)
	return &budgets{left: left}, err
}

// save keeps the budget of an entry that leaves.
func (b *budgets) save(e *entry) { b.keep(e.key) }

// keep takes the key's budget over. Whoever still seals with the key gets ErrBudget and asks for the key again.
func (b *budgets) keep(key *fieldcrypt.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := key.TakeBudget(); n > 0 {
		before, _ := b.left.Peek(key.ID())
		b.left.Add(key.ID(), before+n)
	}
}

// take gives what is left for the key, once.
func (b *budgets) take(id fieldcrypt.KeyID) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, _ := b.left.Peek(id)
	b.left.Remove(id)
	return n
}
