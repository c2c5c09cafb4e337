package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
)

// checkDatabases looks at every database that clients can reach through the proxy, since the configuration protects a
// table of a configured name in each of them; or at one, if it is named.
func checkDatabases(ctx context.Context, c *configs.Config, only string, f *findings) {
	first := only
	if first == "" {
		first = "postgres" // exists on every server by convention, for logins like this
	}
	conn, err := connectCatalog(ctx, &c.Postgres, first)
	if err != nil {
		what, todo := connectFinding(&c.Postgres, first, err)
		f.error("postgres.catalog", what, todo)
		return
	}
	f.ok("postgres.catalog", fmt.Sprintf("role %s logs in at %s", c.Postgres.Catalog.User, c.Postgres.Upstream))
	checkRoles(ctx, conn, c, f)
	names := []string{only}
	if only == "" {
		names, err = reachableDatabases(ctx, conn)
	}
	conn.Close(ctx)
	if err != nil {
		f.errorOf("postgres.catalog", fmt.Errorf("list databases: %w", err))
		return
	}
	found := make([]bool, len(c.Tables))
	for _, name := range names {
		checkDatabase(ctx, c, name, found, f)
	}
	reportMissingTables(c, names, found, f)
}

func reachableDatabases(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `select datname::text from pg_catalog.pg_database
		where datallowconn and not datistemplate and has_database_privilege(oid, 'CONNECT') order by 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// checkDatabase looks at one database and marks the configured tables that it has.
func checkDatabase(ctx context.Context, c *configs.Config, name string, found []bool, f *findings) {
	object := "database " + name
	conn, err := connectCatalog(ctx, &c.Postgres, name)
	if err != nil {
		what, todo := connectFinding(&c.Postgres, name, err)
		f.error(object, what, todo)
		return
	}
	defer conn.Close(ctx)
	any := false
	for i, t := range c.Tables {
		schema, table, err := t.SchemaAndName()
		if err != nil {
			continue // the configuration is validated
		}
		tc := &tableCheck{conn: conn, database: name, schema: schema, name: table, config: t, fields: c.Fields, tables: c.Tables, found: f}
		there, err := tc.run(ctx)
		if err != nil {
			f.errorOf(tc.object(""), err)
		}
		found[i], any = found[i] || there, any || there
	}
	if any {
		checkEncoding(ctx, conn, object, f)
		checkSettings(ctx, conn, c, object, f)
		checkViews(ctx, c, name, f)
	}
}

// checkEncoding demands UTF8: the canonical plaintext is UTF-8, and the server converts nothing inside of an envelope.
func checkEncoding(ctx context.Context, conn *pgx.Conn, object string, f *findings) {
	var encoding string
	err := conn.QueryRow(ctx, `select pg_catalog.pg_encoding_to_char(encoding)::text from pg_catalog.pg_database
		where datname = current_database()`).Scan(&encoding)
	switch {
	case err != nil:
		f.errorOf(object, fmt.Errorf("read the encoding: %w", err))
	case encoding != "UTF8":
		f.error(object, "has the encoding "+encoding, "move the data to a database with ENCODING 'UTF8'")
	default:
		f.ok(object, "has the encoding UTF8")
	}
}

func reportMissingTables(c *configs.Config, databases []string, found []bool, f *findings) {
	for i, t := range c.Tables {
		if found[i] {
			continue
		}
		where := fmt.Sprintf("in none of %d databases", len(databases))
		if len(databases) == 1 {
			where = "not in database " + databases[0]
		}
		f.error("table "+t.Name, "exists "+where,
			"create it, or correct its name (PostgreSQL folds unquoted names to lower case); a database needs CONNECT for the catalog's role")
	}
}

// sortedColumns are the names of the protected columns.
func sortedColumns(c configs.Columns) []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
