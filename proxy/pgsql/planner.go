// Package pgsql finds out what a SQL text means for protected columns: which parameters and literals must be sealed,
// which result columns hold sealed values, what must be edited in the text, or why it cannot be proved safe.
//
// It defends against plaintext reaching the server: where a statement names a protected table, each use of a protected
// column is one that is known to be safe or the statement is refused. It does not see dynamic SQL: a name that a function
// or a DO block puts together at run time. What a name without a schema means that several schemas have, it
// asks the caller.
//
// A plan is a pure function of text, catalog and policy. A Planner may be used by many goroutines at once. Texts are read
// as the server reads them with standard_conforming_strings on and client_encoding UTF8; the caller holds sessions to that.
package pgsql

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"unsafe"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/sqlc-dev/oliphant/ast"
)

// Config bounds a Planner. A zero value means the default.
type Config struct {
	CacheEntries   int // plans kept by text, and as many templates of plans; default 4096
	CacheTextBytes int // longest text whose plan is kept, in bytes; default 16 KiB
	MaxTextBytes   int // longest text that is parsed, in bytes; a longer one that may name a protected table is refused; default 16 MiB
	MaxDepth       int // nesting of parentheses, brackets, CASE and BEGIN; default 200
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.CacheEntries, 4096}, {&c.CacheTextBytes, 16 << 10}, {&c.MaxTextBytes, 16 << 20}, {&c.MaxDepth, 200}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// Planner makes plans for one catalog and one policy. When either changes, make a new one.
type Planner struct {
	relations *relations
	filter    *filter
	executes  *filter // finds EXECUTE
	cursors   *filter // finds DECLARE, FETCH, CLOSE
	limits    limits
	cacheText int
	plans     *lru.Cache[string, *Plan]
	named     *lru.Cache[string, *Plan] // plans of texts whose names depend on the session, by the names' meanings and the text
	templates *templates
	large     *templates // of texts that are too long for plans
}

// sessionWords are statements that name no table and yet matter: they end prepared statements, or may take a schema's
// tables out of the policy.
var sessionWords = []string{"deallocate", "discard", "schema"}

// NewPlanner checks policy against catalog and prepares a planner. Both must not change afterwards.
func NewPlanner(policy *Policy, catalog *Catalog, cfg Config) (*Planner, error) {
	cfg = cfg.withDefaults()
	if cfg.CacheEntries < 0 || cfg.CacheTextBytes < 0 || cfg.MaxTextBytes < 0 || cfg.MaxDepth < 0 {
		return nil, fmt.Errorf("planner limits must not be negative: %+v", cfg)
	}
	rs, err := newRelations(policy, catalog)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	plans, err := lru.New[string, *Plan](cfg.CacheEntries)
	if err != nil {
		return nil, fmt.Errorf("plan cache: %w", err)
	}
	named, err := lru.New[string, *Plan](cfg.CacheEntries)
	if err != nil {
		return nil, fmt.Errorf("plan cache: %w", err)
	}
	ts, err := newTemplates(cfg.CacheEntries)
	if err != nil {
		return nil, fmt.Errorf("template cache: %w", err)
	}
	large, err := newTemplates(largeTemplates)
	if err != nil {
		return nil, fmt.Errorf("template cache: %w", err)
	}
	return &Planner{
		relations: rs,
		filter:    newFilter(append(rs.sensitiveNames(), sessionWords...)),
		executes:  newFilter(executeWords),
		cursors:   newFilter(cursorWords),
		limits:    limits{cfg.MaxTextBytes, cfg.MaxDepth, defaultChain, defaultSelects},
		cacheText: cfg.CacheTextBytes,
		plans:     plans,
		named:     named,
		templates: ts,
		large:     large,
	}, nil
}

// Plan returns what text means, or nil if it cannot name anything protected and passes as it is. The text is only read
// during the call; the plan is shared and must not be changed.
//
// Plans are found by their text, or else by what is left of the text without its literals (templates). With children in
// the session, and where the session's names of statements and cursors matter, the plan is made anew each time.
func (p *Planner) Plan(text []byte, session *Session) *Plan {
	if session.Prepared != nil || session.Cursors {
		if plan := p.nameless(text, session); plan != nil {
			return plan
		}
		if plan, ok := p.planNames(text, session); ok {
			return plan
		}
	}
	if len(session.Children) > 0 {
		return p.planAmong(text, session)
	}
	if !p.filter.match(text) {
		return p.unnamed(unsafe.String(unsafe.SliceData(text), len(text)))
	}
	if len(text) > p.cacheText {
		return p.planLarge(text, session)
	}
	if plan := lookUp(p.plans, text); plan != nil {
		return p.forSession(plan, text, session)
	}
	short := len(text) <= p.limits.textBytes
	if short {
		if plan := p.templates.plan(text); plan != nil {
			return plan
		}
	}
	key := string(text)
	plan, a := p.analyse(key, &Session{})
	if short && a != nil && plan.Names == nil {
		p.templates.add(a, plan)
	}
	p.plans.Add(key, plan)
	return p.forSession(plan, text, session)
}

// forSession returns the plan for the session, given that for any.
func (p *Planner) forSession(plan *Plan, text []byte, session *Session) *Plan {
	if plan.Names == nil {
		return plan
	}
	return p.planNamed(text, plan, session.Names)
}

func (p *Planner) planAmong(text []byte, session *Session) *Plan {
	if !p.filter.match(text) && !mentions(session.Children, text) {
		return p.unnamed(unsafe.String(unsafe.SliceData(text), len(text)))
	}
	return p.planText(string(text), session)
}

// Bounds of templates of long texts, which are bulk inserts mostly: what a template of one holds is some ten times as long.
const (
	largeText      = 256 << 10 // bytes
	largeTemplates = 16
)

// planLarge plans a text that is too long to keep. If one of the same shape came before, its template may serve.
func (p *Planner) planLarge(text []byte, session *Session) *Plan {
	if len(text) > largeText || len(text) > p.limits.textBytes {
		return p.planText(string(text), session)
	}
	if plan := p.large.plan(text); plan != nil {
		return plan
	}
	key := string(text)
	plan, a := p.analyse(key, &Session{})
	if plan.Names != nil {
		return p.planText(key, session)
	}
	if a != nil && p.large.recurs(key) {
		p.large.add(a, plan)
	}
	return plan
}

// promoteEvery is how many hits share one promotion in the LRU: a promotion takes the cache's exclusive lock.
const promoteEvery = 32

// lookUp finds a cache's entry without an allocation: the key made of the caller's bytes does not outlive the call.
func lookUp[V any](cache *lru.Cache[string, V], bytes []byte) (found V) {
	key := unsafe.String(unsafe.SliceData(bytes), len(bytes))
	if rand.Uint32()%promoteEvery == 0 {
		found, _ = cache.Get(key)
	} else {
		found, _ = cache.Peek(key)
	}
	return found
}

// Protects returns the protected column behind a relation's OID and a column's number as RowDescription gives them, or nil.
func (p *Planner) Protects(oid uint32, attr int16) *Column {
	r := p.relations.byOID[oid]
	if r == nil {
		return nil
	}
	for i := range r.Columns {
		if r.Columns[i].Number == attr {
			return r.protected[i]
		}
	}
	return nil
}

// planText plans a text that the filter let through.
func (p *Planner) planText(text string, session *Session) *Plan {
	plan, _ := p.analyse(text, session)
	return plan
}

// analyse plans a text and returns the analysis too; nil if the text is refused. It never panics: whatever goes wrong
// while a stranger's statement is analysed refuses that statement.
func (p *Planner) analyse(text string, session *Session) (plan *Plan, a *analysis) {
	var stmts []*ast.RawStmt
	defer func() {
		e := recover()
		var names []string
		if a != nil && a.byPath {
			names = p.relations.namesIn(stmts)
		}
		if e != nil {
			a = nil
		}
		defer func() {
			if plan.Refusal != nil {
				plan.Refusal.CopyIn = beginsCopyIn(text)
			}
		}()
		switch e := e.(type) {
		case nil:
		case refused:
			plan = &Plan{Refusal: e.Refusal}
			plan.Refusal.Prepares = preparedNames(stmts)
		default:
			plan = &Plan{Refusal: &Refusal{Code: codeInternal, Position: -1,
				Message: fmt.Sprintf("statement that may name a protected table could not be analysed (%T)", e),
				Hint:    "This is a fault of the proxy; please report the statement's shape."}}
		}
		plan.Names = names
	}()
	tokens, refusal := p.limits.check(text)
	if refusal != nil {
		return &Plan{Refusal: refusal}, nil
	}
	stmts, refusal = parse(text)
	if refusal != nil {
		return &Plan{Refusal: refusal}, nil
	}
	a = newAnalysis(p.relations, text, tokens)
	a.session, a.children, a.names = *session, slices.Clip(session.Children), session.Names
	a.single = len(stmts) == 1 && templated(stmts[0].GetStmt())
	for _, s := range stmts {
		a.statement(s.GetStmt(), s.GetStmtLocation())
	}
	plan = a.plan()
	plan.Effect = p.effect(text)
	return plan, a
}
