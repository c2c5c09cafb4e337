package pgproxy

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// CatalogSource reads what tables a database has. Load is called by one goroutine per database at a time.
type CatalogSource interface {
	Load(ctx context.Context, database string) (*pgsql.Catalog, error)
	// Refresh is how old a catalog may become before it is read again in the background; 0 means never.
	Refresh() time.Duration
}

// database plans the statements of all sessions on one database. It is safe for concurrent use.
type database struct {
	name    string
	source  CatalogSource
	policy  *pgsql.Policy
	config  pgsql.Config
	log     *slog.Logger
	current atomic.Pointer[snapshot]
	stale   atomic.Bool // a change was seen: the next statement waits for a new catalog
	flight  singleflight.Group

	refreshing atomic.Bool
}

type snapshot struct {
	planner *pgsql.Planner
	groups  *roleGroups
	loaded  time.Time
}

// planner returns the present planner, or false while the catalog must be read first. A catalog that has reached its age
// is read again in the background.
func (d *database) planner() (*pgsql.Planner, bool) {
	s := d.current.Load()
	if s == nil || d.stale.Load() {
		return nil, false
	}
	if age := d.source.Refresh(); age > 0 && time.Since(s.loaded) >= age && d.refreshing.CompareAndSwap(false, true) {
		go func() {
			defer d.refreshing.Store(false)
			_ = d.refresh(context.Background()) // logged; the old one stays in use
		}()
	}
	return s.planner, true
}

// plannerNow returns the last planner that there is, without waiting for a catalog that is to be read again; false if none
// could be made yet.
func (d *database) plannerNow() (*pgsql.Planner, bool) {
	s := d.current.Load()
	if s == nil {
		return nil, false
	}
	if _, fresh := d.planner(); !fresh && d.refreshing.CompareAndSwap(false, true) {
		go func() {
			defer d.refreshing.Store(false)
			_ = d.refresh(context.Background()) // logged
		}()
	}
	return s.planner, true
}

// groups returns the memberships of roles as they were read last.
func (d *database) groups() *roleGroups {
	if s := d.current.Load(); s != nil {
		return s.groups
	}
	return &roleGroups{}
}

// invalidate makes the next statement wait until the catalog was read again.
func (d *database) invalidate() { d.stale.Store(true) }

// refresh reads the catalog, once for all who ask at the same time. If that fails, the old one stays in use: a plan never
// relies on it for what is sealed, since it names the columns that it writes.
func (d *database) refresh(ctx context.Context) error {
	done := d.flight.DoChan("load", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, d.load(ctx)
	})
	select {
	case r := <-done:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *database) load(ctx context.Context) error {
	d.stale.Store(false) // before reading: a change during the read makes it stale again
	if s := d.current.Load(); s != nil {
		// A failed read is not tried again before the age is reached once more.
		d.current.Store(&snapshot{planner: s.planner, groups: s.groups, loaded: time.Now()})
	}
	catalog, err := d.source.Load(ctx, d.name)
	if err != nil {
		d.log.Error("reading the catalog", "database", d.name, "error", err)
		return err
	}
	planner, err := pgsql.NewPlanner(d.policy, catalog, d.config)
	if err != nil {
		d.log.Error("planning with the catalog", "database", d.name, "error", err)
		return err
	}
	d.current.Store(&snapshot{planner: planner, groups: &roleGroups{catalog.Groups}, loaded: time.Now()})
	return nil
}
