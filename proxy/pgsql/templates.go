package pgsql

import (
	"hash/maphash"
	"sync"
	"unsafe"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVariants is how many templates one skeleton has at most: they differ in guards.
const maxVariants = 8

// templates keeps templates by the skeletons of their texts. It may be used by many goroutines at once.
type templates struct {
	kept *lru.Cache[string, []*template] // lists are never changed, only replaced
	pool sync.Pool                       // of *skeleton

	// seen has the hashes of skeletons for which recurs was asked: to make a template costs as much as to plan.
	seen *lru.Cache[uint64, struct{}]
	seed maphash.Seed

	adding sync.Mutex // held to change kept and count
	count  int        // of templates in kept
	most   int
}

func newTemplates(most int) (*templates, error) {
	ts := &templates{most: most, pool: sync.Pool{New: func() any { return new(skeleton) }}}
	kept, err := lru.NewWithEvict(most, func(_ string, list []*template) { ts.count -= len(list) })
	if err != nil {
		return nil, err
	}
	ts.kept, ts.seed = kept, maphash.MakeSeed()
	ts.seen, err = lru.New[uint64, struct{}](4 * most)
	return ts, err
}

// plan returns the plan of a text by a template that holds for it, or nil. It does not keep the text.
func (ts *templates) plan(text []byte) *Plan {
	s := ts.pool.Get().(*skeleton)
	defer ts.pool.Put(s)
	view := unsafe.String(unsafe.SliceData(text), len(text))
	if !s.take(view) {
		return nil
	}
	for _, t := range lookUp(ts.kept, s.key) {
		if t.holds(view, s.literals) {
			return t.fill(view, s.literals)
		}
	}
	return nil
}

// recurs reports whether it was asked of a text with the same skeleton before.
func (ts *templates) recurs(text string) bool {
	s := ts.pool.Get().(*skeleton)
	defer ts.pool.Put(s)
	if !s.take(text) {
		return false
	}
	seen, _ := ts.seen.ContainsOrAdd(maphash.Bytes(ts.seed, s.key), struct{}{})
	return seen
}

// add makes a template of an analysis and its plan, if it can. The template keeps the analysed text.
func (ts *templates) add(a *analysis, plan *Plan) {
	s := ts.pool.Get().(*skeleton)
	defer ts.pool.Put(s)
	if !a.single || !s.take(a.text) {
		return
	}
	if t := a.template(plan, s.literals); t != nil {
		ts.keep(string(s.key), t)
	}
}

// keep adds a template to those of its skeleton. What is used least makes way.
func (ts *templates) keep(key string, t *template) {
	ts.adding.Lock()
	defer ts.adding.Unlock()
	old, _ := ts.kept.Peek(key)
	list := append([]*template{t}, old[:min(len(old), maxVariants-1)]...)
	ts.count += len(list) - len(old)
	ts.kept.Add(key, list)
	for ts.count > ts.most {
		ts.kept.RemoveOldest()
	}
}
