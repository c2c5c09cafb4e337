package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// shownColumns are the columns of the side-by-side table.
var shownColumns = []string{"name", "email", "card", "born", "note"}

// compare prints the featured customers as the database holds them and as the application sees them.
func (st *stage) compare(ctx context.Context, s *screen) error {
	s.heading("The same rows, in the database and in the application")
	around, err := st.around(ctx)
	if err != nil {
		return err
	}
	defer around.Close(context.WithoutCancel(ctx))
	through, err := st.through(ctx)
	if err != nil {
		return err
	}
	defer through.Close(context.WithoutCancel(ctx))
	rows := [][]string{{"id", "tenant", "column", "the database holds", "the application sees"}}
	for id := int64(1); id <= int64(len(featured)); id++ {
		held, err := readRow(ctx, around, id)
		if err != nil {
			return err
		}
		seen, err := readRow(ctx, through, id)
		if err != nil {
			return err
		}
		rows = append(rows, sideBySide(id, held, seen)...)
	}
	s.table(rows...)
	return nil
}

// readRow reads the shown columns in text format, in which psql would print them; nil is NULL.
func readRow(ctx context.Context, conn *pgx.Conn, id int64) ([][]byte, error) {
	query := fmt.Sprintf("SELECT %s FROM customers WHERE id = $1", strings.Join(shownColumns, ", "))
	result := conn.PgConn().ExecParams(ctx, query, [][]byte{strconv.AppendInt(nil, id, 10)}, nil, nil, nil).Read()
	if result.Err != nil {
		return nil, fmt.Errorf("reading customer %d: %w", id, result.Err)
	}
	if len(result.Rows) != 1 {
		return nil, fmt.Errorf("reading customer %d: %d rows instead of one", id, len(result.Rows))
	}
	return result.Rows[0], nil
}

func sideBySide(id int64, held, seen [][]byte) [][]string {
	var rows [][]string
	for i, column := range shownColumns {
		row := []string{"", "", column, abbreviated(held[i]), shown(seen[i])}
		if i == 0 {
			row[0], row[1] = strconv.FormatInt(id, 10), demoTenants[(id-1)%int64(len(demoTenants))]
		}
		rows = append(rows, row)
	}
	return rows
}

func shown(value []byte) string {
	if value == nil {
		return "NULL"
	}
	return string(value)
}

// abbreviated cuts stored values to a size that fits beside the others.
func abbreviated(value []byte) string {
	const most = 28
	if len(value) <= most {
		return shown(value)
	}
	size := fmt.Sprintf("%d bytes", (len(value)-len(`\x`))/2)
	if !bytes.HasPrefix(value, []byte(`\x`)) {
		size = fmt.Sprintf("%d chars", len(value))
	}
	return fmt.Sprintf("%s… (%s)", value[:most], size)
}

// needle is in every e-mail address of the data set.
const needle = "@example."

// search looks for plaintext in all files of the server.
func (st *stage) search(ctx context.Context, s *screen) error {
	s.heading("A thief copies the server's files")
	if err := st.pg.Exec(demoDatabase, "CHECKPOINT"); err != nil { // so that the tables are in the files
		return err
	}
	size, found, err := searchFiles(ctx, st.pg.DataDir(), []byte(needle))
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%q stands in the clear in %s", needle, strings.Join(found, ", "))
	}
	s.say("Searched %d MB of tables and WAL for %q, part of every e-mail address: not found", size>>20, needle)
	return nil
}

// searchFiles returns the bytes looked at and the files in which what occurs.
func searchFiles(ctx context.Context, dir string, what []byte) (size int, found []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil || !d.Type().IsRegular() {
			return errorOf(err, ctx)
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // the server works on, and removes files
		}
		size += len(text)
		if bytes.Contains(text, what) {
			found = append(found, path)
		}
		return err
	})
	return size, found, err
}

// errorOf prefers the walk's error and forgives files that vanished.
func errorOf(err error, ctx context.Context) error {
	if os.IsNotExist(err) {
		err = nil
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}
