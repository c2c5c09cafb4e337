package pgproxy

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/mask"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// TestRestrictedRolesSeeNothingProtected lets an unrestricted role run the statements of testdata/twin, and then roles that
// are masked, that see ciphertext, and that are denied. Whatever they are answered, no protected value is in it; and but
// for those who may see it, no ciphertext either.
func TestRestrictedRolesSeeNothingProtected(t *testing.T) {
	files, err := filepath.Glob("testdata/twin/[0-9]*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no statements: %v", err)
	}
	s := restrictedTwins(t)
	owner := open(t, s.proxyDSN(), "").PgConn()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for _, file := range files {
		for _, b := range readBlocks(t, file) {
			_, _ = execBlock(ctx, owner, b)
			if ctx.Err() != nil {
				t.Fatalf("%s: no answer to %s", b.where(), b.text)
			}
		}
		_, _ = owner.Exec(context.Background(), "rollback").ReadAll()
	}
	for _, treated := range []Treatment{Masked, Ciphertext, Denied} {
		c := s.as(t, treated.String(), "").PgConn()
		answered, refused := 0, 0
		for _, file := range files {
			for _, b := range readBlocks(t, file) {
				results, err := execBlock(ctx, c, b)
				if ctx.Err() != nil {
					t.Fatalf("%s: no answer to %s", b.where(), b.text)
				}
				if pgErr, ok := err.(*pgconn.PgError); ok && pgErr.Code == codeInsufficientPrivilege {
					refused++
				}
				for _, r := range results {
					for _, row := range r.Rows {
						answered++
						checkRestricted(t, treated, b, row)
					}
				}
			}
			_, _ = c.Exec(context.Background(), "rollback; reset all").ReadAll()
		}
		t.Logf("%s: %d rows, %d refusals", treated, answered, refused)
		if answered < 20 || refused < 20 {
			t.Errorf("%s: %d rows and %d refusals: not worth much", treated, answered, refused)
		}
	}
}

func checkRestricted(t *testing.T, treated Treatment, b block, row [][]byte) {
	t.Helper()
	for _, value := range row {
		for _, marker := range markers {
			if bytes.Contains(bytes.ToLower(value), []byte(marker)) && !bytes.Contains(bytes.ToLower(value), []byte("f54b")) {
				t.Errorf("%s: %s: %s\nreturns %q", treated, b.where(), b.text, value)
			}
		}
		sealed := bytes.HasPrefix(value, []byte(`\xf54b`)) || bytes.HasPrefix(value, []byte("ks1."))
		if sealed && treated != Ciphertext {
			t.Errorf("%s: %s: %s\nreturns ciphertext", treated, b.where(), b.text)
		}
	}
}

// restrictedTwins is a stack with the tables of the twins and a login for each treatment.
func restrictedTwins(t *testing.T) *roleStack {
	t.Helper()
	s := &roleStack{stack: newBareStack(t)}
	s.suffix = "_" + s.database
	for _, tenant := range []string{"acme", "globex", "1", "2", "11111111-1111-1111-1111-111111111111", s.pg.User} {
		s.keys.rotate(t, tenant, 1)
	}
	schema, err := os.ReadFile("testdata/twin/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	admin := s.direct(t)
	admin.exec(regexp.MustCompile(`sealed\((\w+(?:\([0-9,]+\))?(?:\[\])?)\)`).ReplaceAllString(string(schema), "bytea"))
	policy := twinPolicy()
	s.access = map[string]Access{}
	for _, table := range policy.Tables {
		for _, c := range table.Columns {
			typ, err := pgvalue.ParseType(c.Type)
			if err != nil {
				t.Fatal(err)
			}
			hidden, err := mask.New(typ, mask.Rule{Hidden: true})
			if err != nil {
				t.Fatal(err)
			}
			s.access[c.Field] = Access{Mask: hidden, Roles: map[string]Treatment{
				s.role("masked"): Masked, s.role("ciphertext"): Ciphertext, s.role("denied"): Denied}}
		}
	}
	for _, treated := range []Treatment{Masked, Ciphertext, Denied} {
		admin.exec("create role " + s.role(treated.String()) + " superuser login")
	}
	t.Cleanup(func() {
		c := open(t, s.pg.DSN(s.database), "")
		for _, treated := range []Treatment{Masked, Ciphertext, Denied} {
			c.exec(fmt.Sprintf("drop owned by %s; drop role %[1]s", s.role(treated.String())))
		}
		_ = c.Close(context.Background())
	})
	s.start(t, policy, Limits{})
	return s
}
