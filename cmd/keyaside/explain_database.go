package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgproxy"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// explainedDatabase reads the catalog of the named database or, without a name, of the only one that clients can reach
// and that has a configured table.
func explainedDatabase(ctx context.Context, c *configs.Config, name string) (string, *pgsql.Catalog, error) {
	if name != "" {
		catalog, err := loadCatalog(ctx, c, name)
		return name, catalog, err
	}
	names, err := catalogDatabases(ctx, c)
	if err != nil {
		return "", nil, err
	}
	var holding []string
	var held *pgsql.Catalog
	for _, name := range names {
		catalog, err := loadCatalog(ctx, c, name)
		if err != nil {
			return "", nil, err
		}
		if holdsTable(c, catalog) {
			holding, held = append(holding, name), catalog
		}
	}
	switch len(holding) {
	case 1:
		return holding[0], held, nil
	case 0:
		return "", nil, errors.New("no database that the catalog's role may connect to has a configured table; see keyaside check, or name one with --database")
	default:
		return "", nil, usageErrorf("several databases have configured tables (%s); name one with --database", strings.Join(holding, ", "))
	}
}

// catalogDatabases lists the databases that clients can reach through the proxy.
func catalogDatabases(ctx context.Context, c *configs.Config) ([]string, error) {
	const first = "postgres" // exists on every server by convention, for logins like this
	conn, err := connectCatalog(ctx, &c.Postgres, first)
	if err != nil {
		return nil, catalogError(&c.Postgres, first, err)
	}
	defer conn.Close(ctx)
	names, err := reachableDatabases(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("list databases: %w; name one with --database", err)
	}
	return names, nil
}

func loadCatalog(ctx context.Context, c *configs.Config, name string) (*pgsql.Catalog, error) {
	catalog, err := newCatalogSource(c).Load(ctx, name)
	if unknown, ok := errors.AsType[*pgproxy.UnknownDatabaseError](err); ok {
		return nil, fmt.Errorf("%w at %s; name an existing one with --database", unknown, c.Postgres.Upstream)
	}
	if err != nil {
		return nil, catalogError(&c.Postgres, name, err)
	}
	return catalog, nil
}

func catalogError(p *configs.Postgres, database string, err error) error {
	what, todo := connectFinding(p, database, err)
	return fmt.Errorf("postgres.catalog: %s; %s", what, todo)
}

func holdsTable(c *configs.Config, catalog *pgsql.Catalog) bool {
	return slices.ContainsFunc(c.Tables, func(t configs.Table) bool {
		schema, table, err := t.SchemaAndName()
		return err == nil && slices.ContainsFunc(catalog.Relations, func(r pgsql.Relation) bool {
			return r.Schema == schema && r.Name == table
		})
	})
}
