package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/configs"
)

const connectTimeout = 10 * time.Second

// connectCatalog logs in to one database with the catalog's role, as the proxy does.
func connectCatalog(ctx context.Context, p *configs.Postgres, database string) (*pgx.Conn, error) {
	host, port, found := cutPort(p.Upstream)
	if !found {
		port = "5432" // a socket's directory alone
	}
	c, err := pgx.ParseConfig("host=" + quoteDSN(host) + " port=" + quoteDSN(port) + " sslmode=disable")
	if err != nil {
		return nil, fmt.Errorf("postgres.upstream %s: not an address", p.Upstream)
	}
	c.User, c.Database, c.Password = p.Catalog.User, database, ""
	if read := catalogPassword(p.Catalog.Password); read != nil {
		if c.Password, err = read(); err != nil {
			return nil, err
		}
	}
	c.ConnectTimeout = connectTimeout
	c.RuntimeParams = map[string]string{"application_name": "keyaside check", "default_transaction_read_only": "on"}
	return pgx.ConnectConfig(ctx, c)
}

// cutPort splits at the last colon, which also serves [::1]:5432 and /var/run/postgresql:5432.
func cutPort(address string) (host, port string, found bool) {
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return address, "", false
	}
	return strings.Trim(address[:i], "[]"), address[i+1:], true
}

// quoteDSN quotes a value of a connection string (PostgreSQL documentation, 34.1.1.1).
func quoteDSN(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

// connectFinding says what an operator can do about a login that fails.
func connectFinding(p *configs.Postgres, database string, err error) (what, todo string) {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		what = fmt.Sprintf("role %s cannot log in to database %s: %s (SQLSTATE %s)", p.Catalog.User, database, pgErr.Message, pgErr.Code)
		switch pgErr.Code {
		case "28P01":
			return what, "correct postgres.catalog.password"
		case "28000":
			return what, "create the role with LOGIN, and allow it in pg_hba.conf"
		case "3D000":
			return what, "name an existing database with --database"
		default:
			return what, "see the server's log"
		}
	}
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT) {
		return "nothing listens at " + p.Upstream, "start the server, or correct postgres.upstream"
	}
	if connectErr, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		err = errors.Unwrap(connectErr) // without the connection's settings in the text
	}
	return fmt.Sprintf("%s cannot be reached: %v", p.Upstream, err), "see that the server runs and the network lets through"
}
