package keycache

import (
	"cmp"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/keyaside/keyaside/fieldcrypt"
)

// instant is a point in time as nanoseconds since the cache was made, on the monotonic clock.
type instant int64

// promoteEvery is how much time passes at least between two moves of one entry to the young end of its LRU list. A hit
// in between changes nothing, which is what lets hits go without a lock.
const promoteEvery = instant(time.Second)

// entry is one key on a shelf. A load makes a new entry, so its times never change.
type entry struct {
	hash      uint64 // its place: the key id, or a keyed hash of the tenant
	key       *fieldcrypt.Key
	refreshAt instant // from here on the store is asked again, in the background
	overdueAt instant // from here on it is a miss, unless a refresh was tried since
	expires   instant // from here on it is a miss

	touched  atomic.Int64 // instant of the last promotion
	tryAfter atomic.Int64 // instant before which no other refresh is begun
}

func (e *entry) valid(now instant) bool { return now < e.expires }

// ready reports whether e may serve. A key in use is refreshed behind the hits; one that nobody used since it was due would
// serve its next caller however old, so it is looked up first. Where the store is down, it was tried and e goes on.
func (e *entry) ready(now instant) bool {
	if now < e.overdueAt {
		return now < e.expires
	}
	return now < e.expires && now < instant(e.tryAfter.Load())+e.overdueAt-e.refreshAt
}

// tried notes that the store was asked about e, or is about to be.
func (e *entry) tried(now instant) { e.tryAfter.Store(int64(now + retryAfter)) }

// shelf is a bounded table. The LRU under the mutex is the truth; front is a table of slots before it, read without a
// lock. An entry has one of the slots that follow from its hash, as long as one of them is free, and stays in it until it
// leaves. Every entry in front is in the LRU as well, since both change only under the mutex.
type shelf struct {
	mu      sync.RWMutex
	lru     *simplelru.LRU[uint64, *entry]
	front   []atomic.Pointer[entry] // a power of two long
	dropped func(*entry)            // called under the mutex for each entry that leaves; must not call the shelf
}

// window is how many slots an entry may have. A shelf has four to eight slots per entry, so it happens to hardly any entry
// that all of them are taken; that one is found in the LRU.
const window = 8

func newShelf(entries int, dropped func(*entry)) (*shelf, error) {
	slots := 1 << min(bits.Len(uint(entries))+2, 24)
	s := &shelf{front: make([]atomic.Pointer[entry], max(slots, window)), dropped: dropped}
	var err error
	s.lru, err = simplelru.NewLRU(entries, func(_ uint64, e *entry) {
		s.replace(e, nil)
		s.dropped(e)
	})
	return s, err
}

// slot returns the i-th slot that an entry with the hash may have.
func (s *shelf) slot(hash uint64, i int) *atomic.Pointer[entry] {
	return &s.front[(hash+uint64(i))&uint64(len(s.front)-1)]
}

// replace puts e where old is, in front; an old of nil stands for a free slot. false: there is none. The mutex is held.
func (s *shelf) replace(old, e *entry) bool {
	hash := cmp.Or(old, e).hash
	for i := range window {
		if s.slot(hash, i).CompareAndSwap(old, e) {
			return true
		}
	}
	return false
}

// get never blocks: while another goroutine changes the shelf, an entry without a slot is not found.
func (s *shelf) get(hash uint64) *entry {
	for i := range window {
		if e := s.slot(hash, i).Load(); e != nil && e.hash == hash {
			return e
		}
	}
	if !s.mu.TryRLock() {
		return nil
	}
	defer s.mu.RUnlock()
	e, _ := s.lru.Peek(hash)
	return e
}

// getLocked is get for callers that may wait.
func (s *shelf) getLocked(hash uint64) *entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, _ := s.lru.Peek(hash)
	return e
}

// touch notes that e was used. Once in a while it makes e the youngest, unless another goroutine is changing the shelf.
func (s *shelf) touch(e *entry, now instant) {
	last := e.touched.Load()
	if now-instant(last) < promoteEvery || !e.touched.CompareAndSwap(last, int64(now)) || !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	if current, ok := s.lru.Peek(e.hash); ok && current == e {
		s.lru.Get(e.hash)
	}
}

// put adds e, in place of what has its hash, unless fresh says, under the lock that purging takes too, that e is out of
// date already.
func (s *shelf) put(e *entry, fresh func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !fresh() {
		return false
	}
	old, _ := s.lru.Peek(e.hash)
	s.lru.Add(e.hash, e) // replaces without calling back
	if old == nil || !s.replace(old, e) {
		s.replace(nil, e)
	}
	if old != nil && old.key != e.key {
		s.dropped(old)
	}
	return true
}

// removeIf drops the entries that match.
func (s *shelf) removeIf(match func(*entry) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.lru.Values() {
		if match(e) {
			s.lru.Remove(e.hash)
		}
	}
}

// remove drops e, unless another entry has taken its place.
func (s *shelf) remove(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if current, ok := s.lru.Peek(e.hash); ok && current == e {
		s.lru.Remove(e.hash)
	}
}

func (s *shelf) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lru.Len()
}
