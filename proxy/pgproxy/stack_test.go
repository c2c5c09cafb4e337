package pgproxy

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/internal/pgtest"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// memoryKeys is a KeySource whose keys follow from the tenant's name, with switches to inject faults. The real chain of
// cache, store and HSM is put behind the proxy in cmd/keyaside's tests.
type memoryKeys struct {
	mu      sync.Mutex
	keys    map[fieldcrypt.KeyID]*fieldcrypt.Key
	active  map[string]*fieldcrypt.Key
	index   map[string]*fieldcrypt.Key
	cold    bool  // every look-up in the cache misses, so that the session has to wait
	failure error // what fetching gives instead of a key
	fetched int
}

func newMemoryKeys() *memoryKeys {
	return &memoryKeys{keys: make(map[fieldcrypt.KeyID]*fieldcrypt.Key), active: make(map[string]*fieldcrypt.Key), index: make(map[string]*fieldcrypt.Key)}
}

func (k *memoryKeys) rotate(t testing.TB, tenant string, version int) *fieldcrypt.Key {
	t.Helper()
	secret := sha256.Sum256(fmt.Appendf(nil, "%s/%d", tenant, version))
	id := fieldcrypt.KeyID(secret[0])<<56 | fieldcrypt.KeyID(secret[1])<<48 | fieldcrypt.KeyID(version)
	key, err := fieldcrypt.NewKey(id, tenant, secret[:])
	if err != nil {
		t.Fatal(err)
	}
	key.Grant(1 << 30)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[id], k.active[tenant] = key, key
	if k.index[tenant] == nil { // made with the first data key, and never rotated
		secret = sha256.Sum256(fmt.Appendf(nil, "%s/index", tenant))
		id = fieldcrypt.KeyID(secret[0])<<56 | fieldcrypt.KeyID(secret[1])<<48 | 0xFFFF
		if k.index[tenant], err = fieldcrypt.NewIndexKey(id, tenant, secret[:]); err != nil {
			t.Fatal(err)
		}
		k.keys[id] = k.index[tenant]
	}
	return key
}

func (k *memoryKeys) CachedActive(tenant []byte) (*fieldcrypt.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.active[string(tenant)]
	return key, key != nil && !k.cold
}

func (k *memoryKeys) CachedIndex(tenant []byte) (*fieldcrypt.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.index[string(tenant)]
	return key, key != nil && !k.cold
}

func (k *memoryKeys) CachedByID(id fieldcrypt.KeyID) (*fieldcrypt.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.keys[id]
	return key, key != nil && !k.cold
}

func (k *memoryKeys) Active(_ context.Context, tenant string) (*fieldcrypt.Key, error) {
	return k.fetch(func() *fieldcrypt.Key { return k.active[tenant] })
}

func (k *memoryKeys) Index(_ context.Context, tenant string) (*fieldcrypt.Key, error) {
	return k.fetch(func() *fieldcrypt.Key { return k.index[tenant] })
}

func (k *memoryKeys) ByID(_ context.Context, id fieldcrypt.KeyID) (*fieldcrypt.Key, error) {
	return k.fetch(func() *fieldcrypt.Key { return k.keys[id] })
}

func (k *memoryKeys) fetch(find func() *fieldcrypt.Key) (*fieldcrypt.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetched++
	if k.failure != nil {
		return nil, k.failure
	}
	if key := find(); key != nil {
		return key, nil
	}
	return nil, fieldcrypt.ErrNoKey
}

// stack is a proxy in front of a database of its own on a real server.
type stack struct {
	pg       *pgtest.Server
	database string
	keys     *memoryKeys
	server   *Server
	address  string
	upstream string // the server's address; empty: pg's own
	access   map[string]Access
	ask      Ask
}

// protectedTable is the table that most tests use: one column of each logical type, in both storages for text.
const protectedTable = `create table customers (
	id bigint primary key, tenant_id text not null, name text,
	email bytea, note text, photo bytea, points bytea, born bytea, ref bytea, profile bytea)`

func protectedPolicy() *pgsql.Policy {
	return &pgsql.Policy{Tables: []pgsql.Table{{
		Schema: "public", Name: "customers", Tenant: pgsql.TenantSource{Column: "tenant_id"},
		Columns: []pgsql.Column{
			{Name: "email", Field: "customer_email", Type: "text", Index: 0},
			{Name: "note", Field: "customer_note", Type: "text", Storage: pgsql.StorageText, Index: 1},
			{Name: "photo", Field: "customer_photo", Type: "bytea", Index: 2},
			{Name: "points", Field: "customer_points", Type: "int8", Index: 3},
			{Name: "born", Field: "customer_born", Type: "date", Index: 4},
			{Name: "ref", Field: "customer_ref", Type: "uuid", Index: 5},
			{Name: "profile", Field: "customer_profile", Type: "jsonb", Index: 6},
		},
	}}}
}

func newStack(t testing.TB, ddl string, policy *pgsql.Policy) *stack {
	t.Helper()
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex"} {
		s.keys.rotate(t, tenant, 1)
	}
	if ddl != "" {
		s.direct(t).exec(ddl)
	}
	s.start(t, policy, Limits{})
	return s
}

// newBareStack is a stack with a database of its own, without keys, before its proxy is started.
func newBareStack(t testing.TB) *stack {
	t.Helper()
	pg := pgtest.Shared(t)
	return &stack{pg: pg, database: pg.NewDatabase(t), keys: newMemoryKeys()}
}

func (s *stack) start(t testing.TB, policy *pgsql.Policy, limits Limits) {
	t.Helper()
	upstream := s.upstream
	if upstream == "" {
		upstream = fmt.Sprintf("%s:%d", s.pg.Host, s.pg.Port)
	}
	var err error
	s.server, err = NewServer(Config{
		Upstream: upstream, Policy: policy, Keys: s.keys, Limits: limits, Access: s.access, Ask: s.ask,
		Catalog: NewCatalogSource(CatalogConfig{
			Upstream: upstream, User: s.pg.User,
			Password: func() (string, error) { return s.pg.Password, nil },
			Groups:   ruledRoles(s.access),
		}),
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

func (s *stack) proxyDSN() string {
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", s.pg.User, s.address, s.database)
}

// conn is a pgx connection that fails the test by itself.
type conn struct {
	*pgx.Conn
	t testing.TB
}

func (s *stack) direct(t testing.TB) *conn  { return open(t, s.pg.DSN(s.database), "") }
func (s *stack) proxied(t testing.TB) *conn { return open(t, s.proxyDSN(), "") }

// mode is a pgx query execution mode, as in its connection string.
func (s *stack) proxiedIn(t testing.TB, mode string) *conn { return open(t, s.proxyDSN(), mode) }

func open(t testing.TB, dsn, mode string) *conn {
	t.Helper()
	if mode != "" {
		dsn += "&default_query_exec_mode=" + mode
	}
	c, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return &conn{c, t}
}

func (c *conn) exec(sql string, args ...any) {
	c.t.Helper()
	if _, err := c.Exec(context.Background(), sql, args...); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
}

// value reads a single value as the driver's own Go type.
func (c *conn) value(sql string, args ...any) any {
	c.t.Helper()
	rows, err := c.Query(context.Background(), sql, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) (any, error) {
		vs, err := r.Values()
		if err != nil {
			return nil, err
		}
		return vs[0], nil
	})
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return v
}
