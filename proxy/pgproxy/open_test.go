package pgproxy

import (
	"errors"
	"testing"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A joined row has the columns tenant, email, photo and a second tenant. secondOf tells which of the two columns of
// tenants the photo is held against.
func joinedRows(policy *pgsql.Policy, secondOf int) *rows {
	column := func(i, tenant int) pgsql.ResultColumn {
		return pgsql.ResultColumn{Column: &policy.Tables[0].Columns[i], Tenant: pgsql.TenantRef{Kind: pgsql.TenantResult, Result: tenant, TypeOID: 25}}
	}
	return &rows{columns: []pgsql.ResultColumn{{}, column(0, 0), column(2, secondOf), {}}, formats: make([]pgvalue.Format, 4), binary: true}
}

// joinedRow seals both values for the tenants of their keys, whatever the row's columns of tenants say.
func joinedRow(t testing.TB, first, second string, email, photo *fieldcrypt.Key) []byte {
	t.Helper()
	body := pgwire.AppendValue([]byte{0, 4}, []byte(first), false)
	for i, key := range []*fieldcrypt.Key{email, photo} {
		f, err := fieldcrypt.NewField([]string{"customer_email", "customer_photo"}[i], 2*i)
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := key.Seal(nil, f, []byte("someone@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		body = pgwire.AppendValue(body, envelope, false)
	}
	return message('D', string(pgwire.AppendValue(body, []byte(second), false)))
}

func TestEveryValueOfARowIsHeldAgainstItsOwnTenant(t *testing.T) {
	keys := newMemoryKeys()
	acme, newer, globex := keys.rotate(t, "acme", 1), keys.rotate(t, "acme", 2), keys.rotate(t, "globex", 1)
	for name, c := range map[string]struct {
		secondOf int
		row      []byte
		fails    bool
	}{
		"one tenant": {0, joinedRow(t, "acme", "globex", acme, acme), false},
		"one tenant, before and after a rotation": {0, joinedRow(t, "acme", "globex", acme, newer), false},
		"two tenants, each its own":               {3, joinedRow(t, "acme", "globex", acme, globex), false},
		"the same key under another's column":     {3, joinedRow(t, "acme", "globex", acme, acme), true},
		"another's key behind the right one":      {0, joinedRow(t, "acme", "globex", acme, globex), true},
		"another's key before the right one":      {0, joinedRow(t, "acme", "globex", globex, acme), true},
		"another's key under the first's tenant":  {3, joinedRow(t, "acme", "acme", acme, globex), true},
	} {
		m := offlineMachine(t, keys)
		m.push(pending{request: reqExecute, rows: joinedRows(m.policy.policy, c.secondOf)})
		var out, back output
		if n, err := m.fromServer(c.row, &out, &back); n != len(c.row) || err != nil {
			t.Fatalf("%s: %d, %v", name, n, err)
		}
		if got := out.bytes()[0] == 'E'; got != c.fails || m.server.swallow != c.fails {
			t.Errorf("%s: got %q", name, out.bytes())
		}
	}
}

func TestAKeyThatServedOneRowIsCheckedAgainForTheNext(t *testing.T) {
	keys := newMemoryKeys()
	acme := keys.rotate(t, "acme", 1)
	m := offlineMachine(t, keys)
	m.push(pending{request: reqExecute, rows: joinedRows(m.policy.policy, 0)})
	good := joinedRow(t, "acme", "", acme, acme)
	var out, back output
	if n, err := m.fromServer(append(good, joinedRow(t, "globex", "", acme, acme)...), &out, &back); n <= len(good) || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	size, _ := pgwire.MessageSize(out.bytes())
	if out.bytes()[0] != 'D' || out.bytes()[size] != 'E' {
		t.Errorf("another tenant's row after a good one: got %q", out.bytes())
	}
}

func TestAKeyThatIsPurgedInTheMiddleOfABatchServesNoOtherRow(t *testing.T) {
	keys := newMemoryKeys()
	acme := keys.rotate(t, "acme", 1)
	m := offlineMachine(t, keys)
	m.push(pending{request: reqExecute, rows: joinedRows(m.policy.policy, 0)})
	row := joinedRow(t, "acme", "", acme, acme)
	var out, back output
	if _, err := m.fromServer(row, &out, &back); err != nil {
		t.Fatal(err)
	}
	keys.cold = true
	var wait *keyRequest
	if n, err := m.fromServer(row, &out, &back); n != 0 || !errors.As(err, &wait) || wait.id != acme.ID() {
		t.Errorf("%d, %v: want a request for the key", n, err)
	}
}

func BenchmarkOpenRowOfTwo(b *testing.B) {
	keys := newMemoryKeys()
	acme := keys.rotate(b, "acme", 1)
	m := offlineMachine(b, keys)
	in := joinedRow(b, "acme", "", acme, acme)
	m.push(pending{request: reqExecute, rows: joinedRows(m.policy.policy, 0)})
	var out, back output
	b.ReportAllocs()
	for b.Loop() {
		out.reset()
		if _, err := m.fromServer(in, &out, &back); err != nil {
			b.Fatal(err)
		}
	}
}
