package drivertest

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// place is where a value could have been written down.
type place struct {
	name  string
	files []string
	// open is true where what stands in unprotected columns must be found, so that a search that sees nothing fails.
	open bool
}

// places lists all files of the server, by what they hold, and those of the proxy.
func (s *stage) places() []place {
	s.t.Helper()
	check(s.t, s.pg.Exec(s.database, "checkpoint"))
	table := s.relationFiles("customers")
	var wal, rest []string
	for _, path := range s.filesUnder(s.pg.DataDir()) {
		switch {
		case strings.Contains(path, "/pg_wal/"):
			wal = append(wal, path)
		case !slices.Contains(table, path):
			rest = append(rest, path)
		}
	}
	places := []place{
		{name: "the table", files: table, open: true},
		{name: "the WAL", files: wal, open: true},
		{name: "the server's log", files: []string{s.pg.LogPath()}, open: true},
		{name: "another file of the server", files: rest},
	}
	if s.chain != nil {
		places = append(places,
			place{name: "the key store", files: []string{s.chain.store}},
			place{name: "the audit log", files: []string{s.chain.log}},
			place{name: "the token", files: s.filesUnder(s.chain.token)},
			place{name: "the proxy's log", files: []string{s.log}})
	}
	return places
}

func (s *stage) filesUnder(dir string) []string {
	s.t.Helper()
	var files []string
	check(s.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() { // files come and go under a running server
			files = append(files, path)
		}
		return nil
	}))
	if len(files) == 0 {
		s.t.Errorf("%s has no files", dir)
	}
	return files
}

// relationFiles lists the files of a table, its TOAST table and their indexes, with all forks and segments.
func (s *stage) relationFiles(table string) []string {
	s.t.Helper()
	rows, err := s.direct().Query(context.Background(), `
		with t as (select oid, reltoastrelid from pg_class where oid = $1::regclass),
		     r as (select oid from t union select reltoastrelid from t
		           union select indexrelid from pg_index, t where indrelid in (t.oid, t.reltoastrelid))
		select pg_relation_filepath(oid) from r where oid <> 0`, table)
	check(s.t, err)
	paths, err := pgx.CollectRows(rows, pgx.RowTo[string])
	check(s.t, err)
	var files []string
	for _, p := range paths {
		for _, pattern := range []string{"", ".*", "_*"} {
			found, err := filepath.Glob(filepath.Join(s.pg.DataDir(), p) + pattern)
			check(s.t, err)
			files = append(files, found...)
		}
	}
	if len(files) < 4 {
		s.t.Fatalf("the table has only the files %q", files)
	}
	return files
}

// leaks searches a place for marks.
func (s *stage) leaks(p place, marks []mark) map[finding]bool {
	s.t.Helper()
	scan, found := newScanner(marks), make(map[finding]bool)
	for _, f := range p.files {
		check(s.t, scan.file(f, found))
	}
	return found
}

// assertNoLeak fails the test if a protected value was written down anywhere, or if the search is blind.
func (s *stage) assertNoLeak() {
	s.t.Helper()
	if len(s.marks) < 20 {
		s.t.Errorf("only %d values to look for", len(s.marks))
	}
	s.chain.assertUsed(s.t)
	sought := slices.Concat(s.marks, s.controls)
	for _, p := range s.places() {
		seen := false
		for f := range s.leaks(p, sought) {
			if f.what == s.controls[0].what {
				seen = true
				continue
			}
			s.t.Errorf("LEAK: %s stands in %s as %s", f.what, p.name, f.form)
		}
		if p.open && !seen {
			s.t.Errorf("the search of %s is blind: the value of the unprotected column is not found", p.name)
		}
	}
}
