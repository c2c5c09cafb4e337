package pgproxy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// searcher makes random queries over the tables of testdata/twin whose columns can be searched. What it demands of tenants
// is at random, so that many of its comparisons must be refused; what is not must give what the plain twin gives.
type searcher struct {
	*rand.Rand
	named int
}

// searchedTable is an entry of FROM.
type searchedTable struct {
	alias, tenant string
	columns       []string // of one domain
}

func (s *searcher) pick(words ...string) string { return words[s.IntN(len(words))] }

func (s *searcher) table() (string, searchedTable) {
	s.named++
	a := fmt.Sprintf("t%d", s.named)
	switch s.IntN(8) {
	case 0, 1:
		return "invites " + a, searchedTable{a, a + ".tenant", []string{a + ".email"}}
	case 2:
		return "guests " + a, searchedTable{a, "", []string{a + ".email"}}
	case 3:
		return "(select id, tenant_id, email, backup from members" + s.pick("", " where tenant_id = 'acme'", " where id > 2") + ") " + a,
			searchedTable{a, a + ".tenant_id", []string{a + ".email", a + ".backup"}}
	case 4:
		return "(select id, tenant_id, email from members where id < 4 union all select id, tenant_id, email from members where " + s.pick("id > 3", "tenant_id = 'acme'") + ") " + a,
			searchedTable{a, a + ".tenant_id", []string{a + ".email"}}
	}
	return "members " + a, searchedTable{a, a + ".tenant_id", []string{a + ".email", a + ".backup"}}
}

func (s *searcher) tenant() string { return s.pick("'acme'", "'acme'", "'globex'") }

func (s *searcher) value() string { return s.pick("'marker1'", "'marker2'", "'marker3'", "null") }

func (s *searcher) column(ts []searchedTable) string {
	t := ts[s.IntN(len(ts))]
	return s.pick(t.columns...)
}

// condition is about tenants or about values.
func (s *searcher) condition(ts []searchedTable, depth int) string {
	t, u := ts[s.IntN(len(ts))], ts[s.IntN(len(ts))]
	switch n := s.IntN(14); {
	case n < 4 && t.tenant != "":
		return t.tenant + " = " + s.tenant()
	case n < 6 && t.tenant != "" && u.tenant != "":
		return t.tenant + " = " + u.tenant
	case n < 8:
		return s.column(ts) + s.pick(" = ", " = ", " <> ", " is distinct from ", " is not distinct from ") + s.column(ts)
	case n < 10:
		return s.column(ts) + s.pick(" = ", " = ", " <> ") + s.value()
	case n == 10:
		return s.column(ts) + s.pick(" in (", " not in (") + s.value() + ", " + s.value() + ")"
	case n == 11 && depth > 0:
		return s.exists(ts, depth)
	case n == 12 && t.tenant != "":
		return fmt.Sprintf("(%s, %s) %s (%s, %s)", t.tenant, s.column(ts), s.pick("=", "<>"), s.tenant(), s.value())
	case n == 13 && depth > 0:
		return s.pick("not ", "") + "(" + s.condition(ts, depth-1) + s.pick(" and ", " or ") + s.condition(ts, depth-1) + ")"
	}
	return t.alias + ".id > " + s.pick("1", "2")
}

func (s *searcher) exists(ts []searchedTable, depth int) string {
	from, t := s.table()
	inner := append([]searchedTable{t}, ts...)
	where := s.where(inner, depth-1)
	switch s.IntN(3) {
	case 0:
		return s.pick("", "not ") + "exists (select 1 from " + from + where + ")"
	case 1:
		return s.column(ts) + s.pick(" in ", " not in ", " = ", " <> all ") + "(select " + s.pick("min(null::text)", t.columns[0], t.columns[0]) + " from " + from + where + ")"
	}
	return "2 > (select count(" + s.pick("", "distinct ") + t.columns[0] + ") from " + from + where + ")"
}

func (s *searcher) where(ts []searchedTable, depth int) string {
	var all []string
	for range s.IntN(4) {
		all = append(all, s.condition(ts, depth))
	}
	if len(all) == 0 {
		return ""
	}
	return " where " + strings.Join(all, " and ")
}

func (s *searcher) from() (string, []searchedTable) {
	text, t := s.table()
	ts := []searchedTable{t}
	for range s.IntN(3) {
		right, u := s.table()
		both := append(ts, u)
		kind := s.pick(" join ", " join ", " left join ", " left join ", " right join ", " full join ")
		on := s.condition(both, 0)
		if s.IntN(2) == 0 {
			on += " and " + s.condition(both, 0)
		}
		if s.IntN(6) == 0 {
			kind, on = ", ", ""
		}
		if text += kind + right; on != "" {
			text += " on " + on
		}
		ts = both
	}
	return text, ts
}

func (s *searcher) query() string {
	from, ts := s.from()
	t := ts[0]
	where := s.where(ts, 2)
	tenant := t.tenant
	if tenant == "" {
		tenant = "1"
	}
	ids := t.alias + ".id"
	for _, u := range ts[1:] {
		ids += ", " + u.alias + ".id"
	}
	switch s.IntN(8) {
	case 0:
		return fmt.Sprintf("select %s, count(*) from %s%s group by %s", t.columns[0], from, where, s.pick(t.columns[0], t.columns[0]+", "+tenant))
	case 1:
		return fmt.Sprintf("select distinct %s%s from %s%s", s.pick("", tenant+", "), s.column(ts), from, where)
	case 2:
		return fmt.Sprintf("select count(distinct %s), count(*) filter (where %s) from %s%s", s.column(ts), s.condition(ts, 1), from, where)
	case 3:
		return fmt.Sprintf("select %s, count(*) over (partition by %s%s) from %s%s", ids, s.pick("", tenant+", "), s.column(ts), from, where)
	case 4:
		op := s.pick(" union ", " intersect ", " except ", " union all ")
		other, us := s.from()
		return fmt.Sprintf("select %s from %s%s%sselect %s from %s%s", t.columns[0], from, where, op, us[0].columns[0], other, s.where(us, 1))
	}
	return fmt.Sprintf("select %s, %s from %s%s", ids, s.pick("1", s.condition(ts, 1), s.column(ts)), from, where)
}

// TestRandomSearchesGiveWhatThePlainTwinGives runs random queries with comparisons of protected columns through the proxy
// and on the plain twin, over rows of two tenants with the same values. KEYASIDE_STATEMENTS sets how many.
func TestRandomSearchesGiveWhatThePlainTwinGives(t *testing.T) {
	tw := newTwins(t, twinMode{name: "simple"})
	golden := &refusals{}
	for _, text := range []string{
		`insert into members (id, tenant_id, email, backup) values (1, 'acme', 'marker1', 'marker2'), (2, 'acme', 'marker2', 'marker2'), (3, 'acme', null, 'marker1'),
			(4, 'globex', 'marker1', 'marker2'), (5, 'globex', 'marker3', null), (6, 'globex', 'marker2', 'marker3')`,
		"insert into invites (id, tenant, email) values (1, 'acme', 'marker1'), (2, 'globex', 'marker2'), (3, 'acme', 'marker3'), (4, 'globex', null), (5, 'globex', 'marker1')",
		"insert into guests (id, email) values (1, 'marker1'), (2, 'marker3'), (3, null)",
	} {
		if diff := tw.compare(t, block{file: "random", text: text}, golden); diff != "" {
			t.Fatal(diff)
		}
	}
	seed := uint64(fromEnvironment(t, "KEYASIDE_SEED", 1))
	n := fromEnvironment(t, "KEYASIDE_STATEMENTS", 1500)
	for i := range n {
		s := &searcher{Rand: rand.New(rand.NewPCG(seed+uint64(i), 2))}
		b := block{file: "random", line: i, text: s.query()}
		if diff := tw.compare(t, b, golden); diff != "" {
			t.Errorf("seed %d: %s\n%s", seed+uint64(i), b.text, diff)
		}
	}
	reasons := map[string]int{}
	for _, e := range golden.entries {
		reason, _, _ := strings.Cut(e.reason, " (at")
		reasons[strings.TrimSpace(reason)[:min(60, len(strings.TrimSpace(reason)))]]++
	}
	t.Logf("%d of %d answered", n-len(golden.entries), n)
	if n-len(golden.entries) < n/20 {
		t.Errorf("too few were answered: %v", reasons)
	}
}
