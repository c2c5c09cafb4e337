package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/internal/pgtest"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// sealers make an envelope of each kind.
func sealers(t *testing.T) map[pgsql.Search]func(plaintext string) []byte {
	t.Helper()
	secret := bytes.Repeat([]byte{7}, 32)
	data, err := fieldcrypt.NewKey(0xFEDCBA9876543210, "acme", secret)
	check(t, err)
	data.Grant(1 << 20)
	index, err := fieldcrypt.NewIndexKey(0xFFFFFFFFFFFFFFFF, "acme", secret)
	check(t, err)
	f, err := fieldcrypt.NewField("email", 0)
	check(t, err)
	term, err := index.AppendTerm(nil, f, []byte("x"))
	check(t, err)
	must := func(b []byte, err error) []byte { check(t, err); return b }
	return map[pgsql.Search]func(string) []byte{
		pgsql.SearchNone:          func(p string) []byte { return must(data.Seal(nil, f, []byte(p))) },
		pgsql.SearchTerm:          func(p string) []byte { return must(data.SealWithTerm(nil, f, term, []byte(p))) },
		pgsql.SearchDeterministic: func(p string) []byte { return must(index.SealDeterministic(nil, f, []byte(p))) },
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newDatabase connects to an empty database of a real server.
func newDatabase(t *testing.T) *pgx.Conn {
	t.Helper()
	server := pgtest.Shared(t)
	conn, err := pgx.Connect(t.Context(), server.DSN(server.NewDatabase(t)))
	check(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// stored is an envelope as a column of that storage holds it.
func stored(storage pgsql.Storage, envelope []byte) any {
	if storage == pgsql.StorageText {
		return string(fieldcrypt.AppendText(nil, envelope))
	}
	return envelope
}

func TestADomainTakesTheEnvelopesOfItsShapeAndNothingElse(t *testing.T) {
	conn := newDatabase(t)
	ctx := context.Background()
	takes := func(shape envelopeShape, value any) bool {
		_, err := conn.Exec(ctx, fmt.Sprintf("select $1::%s::%s", shape.baseType(), shape.domain()), value)
		if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code == "23514" {
			return false
		}
		check(t, err)
		return true
	}
	seal := sealers(t)
	for _, shape := range allShapes {
		_, err := conn.Exec(ctx, fmt.Sprintf("create domain %s as %s constraint c check (%s)", shape.domain(), shape.baseType(), shape.condition("value")))
		check(t, err)
		for search, make := range seal {
			for _, plaintext := range []string{"", "a", "ab", "abc", "a longer value that fills more than a block"} {
				if got, want := takes(shape, stored(shape.storage, make(plaintext))), search == shape.search; got != want {
					t.Errorf("%s takes a %d-byte value of search %d: %v", shape.domain(), len(plaintext), search, got)
				}
			}
		}
		if !takes(shape, nil) {
			t.Errorf("%s refuses NULL", shape.domain())
		}
		envelope := seal[shape.search]("")
		foreign := [][]byte{{}, []byte("ada@example.com"), bytes.Repeat([]byte("ada@example.com"), 10), envelope[:len(envelope)-1], append([]byte{0}, envelope...), bytes.Clone(envelope)}
		foreign[5][2] += 0x10 // version 2
		for _, value := range foreign {
			if takes(shape, stored(shape.storage, value)) {
				t.Errorf("%s takes %x", shape.domain(), value)
			}
		}
		if shape.storage == pgsql.StorageText {
			text := stored(shape.storage, envelope).(string)
			for _, value := range []string{"", "ada@example.com", text + "=", text + "\n", " " + text, text[:30] + "+" + text[31:], text[:30] + "ä" + text[31:], "KS1" + text[3:], "ks2" + text[3:]} {
				if takes(shape, value) {
					t.Errorf("%s takes %q", shape.domain(), value)
				}
			}
		}
	}
}

func TestTheIndexKeyOfATermIsTheTerm(t *testing.T) {
	conn := newDatabase(t)
	for _, storage := range []pgsql.Storage{pgsql.StorageBytea, pgsql.StorageText} {
		shape := envelopeShape{storage, pgsql.SearchTerm}
		var keys []string
		for _, plaintext := range []string{"", "a", "ab", "abc"} { // all have the same term
			var key string
			check(t, conn.QueryRow(context.Background(), fmt.Sprintf("select %s::text from (select $1::%s as c) as s", shape.indexKey("c"), shape.baseType()),
				stored(storage, sealers(t)[pgsql.SearchTerm](plaintext))).Scan(&key))
			keys = append(keys, key)
		}
		for _, key := range keys {
			if key != keys[0] || len(key) < fieldcrypt.TermTextSize {
				t.Errorf("storage %d: keys %q", storage, keys)
			}
		}
	}
}
