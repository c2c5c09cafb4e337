module github.com/keyaside/keyaside/proxy/pgsql/oracle

go 1.26

require (
	github.com/google/go-cmp v0.7.0
	github.com/pganalyze/pg_query_go/v6 v6.2.5
	github.com/sqlc-dev/oliphant v0.2.0
)

require google.golang.org/protobuf v1.36.12 // indirect
