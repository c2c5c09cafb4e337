package pgvalue

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/keyaside/keyaside/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// scalarTypes are all types but arrays; allTypes has those too.
var scalarTypes = []Type{Text, Varchar, Bytea, Bool, Int2, Int4, Int8, Float4, Float8, Numeric, Date, Timestamp, Timestamptz, UUID, JSON, JSONB}

var allTypes = withArrays(scalarTypes)

func withArrays(scalars []Type) []Type {
	list := slices.Clone(scalars)
	for _, t := range scalars {
		list = append(list, t.Array())
	}
	return list
}

// oracle is a session of a real server that judges values by storing them in a column of the logical type.
type oracle struct {
	t       testing.TB
	conn    *pgconn.PgConn
	version int // the server's major version
}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, pgtest.Shared(t).DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(ctx) })
	o := &oracle{t: t, conn: conn}
	if _, err := fmt.Sscan(conn.ParameterStatus("server_version"), &o.version); err != nil {
		t.Fatal(err)
	}
	o.exec("set timezone = 'UTC'")
	for _, typ := range allTypes {
		o.exec(fmt.Sprintf("create temp table %s (v %s)", probe(typ), typ))
	}
	return o
}

func (o *oracle) exec(sql string) {
	o.t.Helper()
	if _, err := o.conn.Exec(context.Background(), sql).ReadAll(); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
}

func probe(typ Type) string { return "probe_" + strings.ReplaceAll(typ.String(), "[]", "_array") }

// verdict is what became of a value: its two output forms, or the SQLSTATE of its refusal.
type verdict struct {
	text, binary string
	code         string
}

func (v verdict) String() string {
	if v.code != "" {
		return "refused " + v.code
	}
	return fmt.Sprintf("%s (binary %s)", clip(v.text), clip(hex.EncodeToString([]byte(v.binary))))
}

func clip(s string) string {
	if len(s) > 200 {
		return fmt.Sprintf("%q… (%d bytes)", s[:200], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// store assigns the value, as a parameter, to a column of the type.
func (o *oracle) store(typ Type, v source) verdict {
	o.t.Helper()
	return o.storeIn(probe(typ), v)
}

func (o *oracle) storeIn(table string, v source) verdict {
	o.t.Helper()
	sql := fmt.Sprintf("insert into %s values ($1) returning v, v", table)
	result := o.conn.ExecParams(context.Background(), sql, [][]byte{v.bytes}, []uint32{v.oid}, []int16{int16(v.format)}, []int16{0, 1}).Read()
	var refused *pgconn.PgError
	switch {
	case errors.As(result.Err, &refused):
		return verdict{code: refused.Code}
	case result.Err != nil:
		o.t.Fatal(result.Err)
	}
	row := result.Rows[0]
	return verdict{text: string(row[0]), binary: string(row[1])}
}

// ours is what this package makes of the value.
func ours(t testing.TB, typ Type, v source, s *Settings) verdict {
	t.Helper()
	return oursModified(t, typ, v, s, NoModifier)
}

func oursModified(t testing.TB, typ Type, v source, s *Settings, m Modifier) verdict {
	t.Helper()
	canonical, err := typ.AppendModified([]byte("kept"), v.bytes, v.format, v.oid, s, m)
	if !strings.HasPrefix(string(canonical), "kept") {
		t.Errorf("%v: dst was not kept", typ)
	}
	if err != nil {
		var refused *Error
		if !errors.As(err, &refused) {
			t.Fatalf("%v: %T is not *Error", typ, err)
		}
		if len(canonical) != len("kept") {
			t.Errorf("%v: dst grew on an error", typ)
		}
		return verdict{code: refused.Code}
	}
	text, err := typ.AppendText(nil, canonical[4:], s)
	if err != nil {
		t.Errorf("%v: %v", typ, err)
	}
	binary, err := typ.AppendValue(nil, canonical[4:], BinaryFormat)
	if err != nil {
		t.Errorf("%v: %v", typ, err)
	}
	return verdict{text: string(text), binary: string(binary)}
}
