package pgsql

import "testing"

func TestFirstPartOfARecursiveQuerySaysNothingOfTheTenantsOfLaterRows(t *testing.T) {
	p := keyPlanner(t)
	for text, accepted := range map[string]bool{
		// The second part gives other tenants than the one that the first is held to.
		"WITH RECURSIVE t (tid) AS (SELECT tenant_id FROM a WHERE tenant_id = 'acme' UNION ALL " +
			"SELECT b.plain FROM t JOIN b ON b.owner = t.tid WHERE b.equal = 'x') SELECT tid FROM t": false,
		"WITH RECURSIVE t (tid) AS (SELECT tenant_id FROM a WHERE tenant_id = 'acme' UNION ALL " +
			"SELECT b.plain FROM t JOIN b ON b.owner = t.tid WHERE b.equal = 'x' AND b.owner = 'acme') SELECT tid FROM t": true,
		// The value is another row's than the tenant's.
		"WITH RECURSIVE t AS (SELECT tenant_id, none FROM a UNION ALL SELECT b.owner, t.none FROM t JOIN b ON b.plain = t.tenant_id) SELECT * FROM t":     false,
		"WITH RECURSIVE t AS (SELECT tenant_id, none FROM a UNION ALL SELECT t.tenant_id, b.none FROM t JOIN b ON b.plain = t.tenant_id) SELECT * FROM t": false,
		"WITH RECURSIVE t AS (SELECT tenant_id, none FROM a UNION ALL SELECT t.tenant_id, t.none FROM t JOIN b ON b.plain = t.tenant_id) SELECT * FROM t": true,
		"WITH RECURSIVE t AS (SELECT tenant_id, none FROM a UNION ALL SELECT b.owner, b.none FROM t JOIN b ON b.plain = t.tenant_id) SELECT * FROM t":     true,
		// Columns that are alike in the first part and not in the second.
		"WITH RECURSIVE t AS (SELECT tenant_id, tenant_id AS root FROM a UNION ALL SELECT b.owner, t.root FROM t JOIN b ON b.plain = t.tenant_id) SELECT * FROM t": true,
	} {
		if plan := p.Plan([]byte(text), &Session{}); (plan.Refusal == nil) != accepted {
			t.Errorf("%s: %+v", text, plan.Refusal)
		}
	}
}
