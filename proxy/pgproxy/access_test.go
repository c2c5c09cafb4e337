package pgproxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/mask"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// ruledRoles lists the roles that rules of access name.
func ruledRoles(access map[string]Access) []string {
	var names []string
	for _, a := range access {
		for role := range a.Roles {
			names = append(names, role)
		}
	}
	return names
}

// roleStack is a stack with roles of its own: names on the server are shared by all its databases.
type roleStack struct {
	*stack
	suffix string
}

// newRoleStack makes a login for each of support (masked), analyst (ciphertext), intern (denied), app (no rule) and the
// group crew (masked), and lets all of them do everything with the tables.
func newRoleStack(t *testing.T) *roleStack { return newRoleStackAsking(t, AskAfterChange) }

func newRoleStackAsking(t *testing.T, ask Ask) *roleStack {
	t.Helper()
	s := &roleStack{stack: newBareStack(t)}
	s.ask = ask
	s.suffix = "_" + strings.ReplaceAll(s.database, "-", "_")
	for _, tenant := range []string{"acme", "globex"} {
		s.keys.rotate(t, tenant, 1)
	}
	admin := s.direct(t)
	admin.exec(protectedTable)
	admin.exec("create unique index on customers (id, tenant_id)")
	var names []string
	for _, role := range []string{"support", "analyst", "intern", "app", "crew"} {
		admin.exec("create role " + s.role(role) + " login")
		names = append(names, s.role(role))
	}
	all := strings.Join(names, ", ")
	admin.exec("grant all on customers to " + all)
	t.Cleanup(func() {
		c := open(t, s.pg.DSN(s.database), "")
		c.exec("drop owned by " + all)
		c.exec("drop role " + all)
		_ = c.Close(context.Background())
	})
	treated := func(typ pgvalue.Type, r mask.Rule) Access {
		m, err := mask.New(typ, r)
		if err != nil {
			t.Fatal(err)
		}
		return Access{Mask: m, Roles: map[string]Treatment{
			s.role("support"): Masked, s.role("analyst"): Ciphertext, s.role("intern"): Denied, s.role("crew"): Masked}}
	}
	hidden := "00000000-0000-0000-0000-000000000000"
	s.access = map[string]Access{
		"customer_email":  treated(pgvalue.Text, mask.Rule{Email: true}),
		"customer_note":   treated(pgvalue.Text, mask.Rule{Last: 4}),
		"customer_points": treated(pgvalue.Int8, mask.Rule{Round: 10}),
		"customer_born":   treated(pgvalue.Date, mask.Rule{Year: true}),
		"customer_ref":    treated(pgvalue.UUID, mask.Rule{Constant: &hidden}),
		"customer_photo":  treated(pgvalue.Bytea, mask.Rule{Hidden: true}),
	}
	s.start(t, protectedPolicy(), Limits{})
	return s
}

func (s *roleStack) role(name string) string { return name + s.suffix }

// as connects through the proxy as a role.
func (s *roleStack) as(t testing.TB, role, mode string) *conn {
	t.Helper()
	return open(t, fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", s.role(role), s.address, s.database), mode)
}

func TestMaskedRoleReadsMaskedValuesInEveryExecMode(t *testing.T) {
	s := newRoleStack(t)
	full := sample(1, "acme")
	s.proxied(t).insert(full)
	for _, mode := range execModes {
		c := s.as(t, "support", mode)
		got := c.customer(`select * from customers where id = $1`, 1)
		want := full
		want.Email, want.Photo, want.Points = ptr("m***@example.com"), nil, ptr(int64(-40))
		want.Note = ptr(strings.Repeat("*", len([]rune(*full.Note))-4) + "line")
		want.Born, want.Ref = ptr(time.Date(1987, 1, 1, 0, 0, 0, 0, time.UTC)), ptr("00000000-0000-0000-0000-000000000000")
		if describeCustomer(got) != describeCustomer(want) {
			t.Errorf("%s: got %v\nwant %v", mode, describeCustomer(got), describeCustomer(want))
		}
	}
	if got := s.proxied(t).customer(`select * from customers`); describeCustomer(got) != describeCustomer(full) {
		t.Errorf("a role without a rule: got %v", describeCustomer(got))
	}
	if got := s.as(t, "app", "").customer(`select * from customers`); describeCustomer(got) != describeCustomer(full) {
		t.Errorf("another role without a rule: got %v", describeCustomer(got))
	}
}

func describeCustomer(c customer) string {
	return fmt.Sprint(*c.Email, " ", *c.Note, " ", c.Photo, " ", *c.Points, " ", *c.Born, " ", *c.Ref, " ", *c.Profile)
}

// accessCases are statements with the roles that may run them.
var accessCases = []struct {
	sql                      string
	masked, ciphertext, none bool
}{
	{"select id, tenant_id, name from customers", true, true, true},
	{"select email, born from customers", true, true, false},
	{"select * from customers", true, true, false},
	{"select e from (select email as e, tenant_id from customers) x", true, true, false},
	{"select count(email) from customers", true, true, false},
	{"select id from customers where note is not null", true, true, false},
	{"select 1 where exists (select * from customers)", true, true, false},
	{"insert into customers (id, tenant_id, email) values (next(), 'acme', 'new@example.com')", true, false, false},
	{"insert into customers (id, tenant_id, name) values (next(), 'acme', 'x')", true, true, true},
	{"insert into customers (id, tenant_id, name) values (next(), 'acme', 'x') returning born", true, true, false},
	{"update customers set email = 'x@example.com' where tenant_id = 'acme'", false, false, false},
	{"update customers set email = null where tenant_id = 'acme'", false, false, false},
	{"update customers set name = 'x' where tenant_id = 'acme'", true, true, true},
	{"update customers set name = 'x' where tenant_id = 'acme' and email is null", true, true, false},
	{"delete from customers where id = -1", true, true, true},
	{"delete from customers where id = -1 returning *", true, true, false},
	{"insert into customers (id, tenant_id, email) values (1, 'acme', 'n@example.com') on conflict (id) do nothing", true, false, false},
	{"insert into customers (id, tenant_id, email) values (1, 'acme', 'n@example.com') on conflict (id, tenant_id) do update set email = excluded.email", false, false, false},
	{"insert into customers (id, tenant_id, name) values (1, 'acme', 'n') on conflict (id, tenant_id) do update set name = excluded.name", true, true, true},
	{"merge into customers c using (values (1, 'acme', 'm@example.com')) s (id, tenant, email) on c.id = s.id and c.tenant_id = s.tenant when matched then update set email = s.email", false, false, false},
	{"merge into customers c using (values (next(), 'acme', 'm@example.com')) s (id, tenant, email) on c.id = s.id and c.tenant_id = s.tenant when not matched then insert (id, tenant_id, email) values (s.id, s.tenant, s.email)", true, false, false},
	{"merge into customers c using (values (1)) s (id) on c.id = s.id when matched then update set name = 'm'", true, true, true},
}

func TestRolesMayDoWhatTheirTreatmentAllows(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	id := 1000
	for _, mode := range execModes {
		for _, role := range []string{"app", "support", "analyst", "intern"} {
			c := s.as(t, role, mode)
			for _, one := range accessCases {
				if strings.HasPrefix(one.sql, "merge") && s.pg.Major < 15 {
					continue
				}
				id++
				sql := strings.ReplaceAll(one.sql, "next()", fmt.Sprint(id))
				may := map[string]bool{"app": true, "support": one.masked, "analyst": one.ciphertext, "intern": one.none}[role]
				err := queryError(c, sql)
				if may != (err == nil) {
					t.Errorf("%s, %s: %s: %v", mode, role, sql, err)
				}
				if err != nil && (err.Code != codeInsufficientPrivilege || err.Hint == "" || err.Position == 0 && mode != "cache_statement") {
					t.Errorf("%s, %s: %s: %+v", mode, role, sql, err)
				}
			}
			_ = c.Close(context.Background())
		}
	}
}

func TestErrorOfADeniedRoleNamesRoleColumnPlaceAndWayOut(t *testing.T) {
	s := newRoleStack(t)
	err := queryError(s.as(t, "intern", "simple_protocol"), "select id, email from customers")
	if want := fmt.Sprintf(`role %q may not use protected column public.customers.email`, s.role("intern")); err == nil || err.Message != want || err.Position != 12 {
		t.Errorf("got %+v, want %s", err, want)
	}
	err = queryError(s.as(t, "intern", ""), "select * from customers")
	if err == nil || err.Position != 8 || !strings.Contains(err.Hint, "instead of writing *") {
		t.Errorf("got %+v", err)
	}
}

func TestRefusalByRoleAbortsTheTransaction(t *testing.T) {
	s := newRoleStack(t)
	for _, mode := range execModes {
		c := s.as(t, "intern", mode)
		c.exec("begin")
		c.exec("insert into customers (id, tenant_id) values (7, 'acme')")
		if err := queryError(c, "select email from customers"); err == nil || err.Code != codeInsufficientPrivilege {
			t.Errorf("%s: %v", mode, err)
		}
		if err := queryError(c, "select 1"); err == nil || err.Code != "25P02" {
			t.Errorf("%s: after the refusal: %v", mode, err)
		}
		c.exec("rollback")
	}
}

func TestCiphertextRoleReadsWhatIsStored(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	direct := s.direct(t)
	for _, mode := range execModes {
		c := s.as(t, "analyst", mode)
		for _, column := range []string{"email", "note", "born"} {
			sql := "select " + column + " from customers"
			if got, want := c.value(sql), direct.value(sql); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s: got %v, want %v", mode, column, got, want)
			}
		}
		if got, want := c.value("select pg_typeof(id)::text || 'x' from customers"), "bigintx"; got != want {
			t.Errorf("got %v", got)
		}
	}
	rows, err := s.as(t, "analyst", "").Query(context.Background(), "select email, note from customers")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if f := rows.FieldDescriptions(); f[0].DataTypeOID != 17 || f[1].DataTypeOID != 25 {
		t.Errorf("columns are described as %d and %d, want the storage types", f[0].DataTypeOID, f[1].DataTypeOID)
	}
}

func TestCiphertextRoleIsNotGivenWhatWasStoredUnsealed(t *testing.T) {
	s := newRoleStack(t)
	s.direct(t).exec(`insert into customers (id, tenant_id, email, note) values (1, 'acme', 'plain', 'plain')`)
	for _, column := range []string{"email", "note"} {
		err := queryError(s.as(t, "analyst", ""), "select "+column+" from customers")
		if err == nil || err.Code != codeDataCorrupted {
			t.Errorf("%s: %v", column, err)
		}
	}
}

func TestMemberIsTreatedAsTheStrictestOfItsGroups(t *testing.T) {
	s := newRoleStack(t)
	admin := s.direct(t)
	admin.exec(fmt.Sprintf("grant %s to %s", s.role("crew"), s.role("app")))
	s.proxied(t).insert(sample(1, "acme"))
	for _, d := range s.server.databases {
		d.invalidate()
	}
	c := s.as(t, "app", "")
	if got := c.value("select email from customers"); got != "m***@example.com" {
		t.Errorf("member of a masked group: %v", got)
	}
	admin.exec(fmt.Sprintf("grant %s to %s", s.role("intern"), s.role("crew")))
	for _, d := range s.server.databases {
		d.invalidate()
	}
	c.exec("select 1 from customers") // waits for the catalog
	if err := queryError(c, "select email from customers"); err == nil || err.Code != codeInsufficientPrivilege {
		t.Errorf("member of a group in a denied group: %v", err)
	}
	if got := s.as(t, "support", "").value("select email from customers"); got != "m***@example.com" {
		t.Errorf("a role with a rule of its own: %v", got)
	}
}

// switches are ways to take a role on and to give it back, in a session of which the login may do both.
var switches = []struct{ begin, end []string }{
	{[]string{"set role %s"}, []string{"reset role"}},
	{[]string{"set session role '%s'"}, []string{"set role none"}},
	{[]string{"SET role TO %s"}, []string{"set role to default"}},
	{[]string{"set session authorization %s"}, []string{"reset session authorization"}},
	{[]string{"select set_config('role', '%s', false)"}, []string{"select set_config('role', 'none', false)"}},
	{[]string{"begin", "set local role %s"}, []string{"commit"}},
	{[]string{"begin", "select set_config('role', '%s', true)"}, []string{"rollback"}},
	{[]string{"begin", "savepoint a", "set role %s"}, []string{"rollback to a", "commit"}},
}

func TestRoleThatIsTakenOnIsTreatedByItsOwnRules(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	const query = "select email from customers where id = 1"
	for _, mode := range []string{"cache_statement", "simple_protocol", "exec"} {
		c := s.proxiedIn(t, mode)
		for _, sw := range switches {
			if got := c.value(query); got != "marker-email-acme@example.com" {
				t.Errorf("%s, before %s: %v", mode, sw.begin, got)
			}
			for _, sql := range sw.begin {
				c.exec(strings.ReplaceAll(sql, "%s", s.role("support")))
			}
			if got := c.value(query); got != "m***@example.com" {
				t.Errorf("%s, after %s: %v", mode, sw.begin, got)
			}
			for _, sql := range sw.end {
				c.exec(sql)
			}
		}
		if got := c.value(query); got != "marker-email-acme@example.com" {
			t.Errorf("%s: in the end: %v", mode, got)
		}
	}
}

func TestDiscardAllGivesTheRoleBack(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	c := s.proxiedIn(t, "exec") // DISCARD ALL drops what other modes have prepared
	c.exec("set role " + s.role("support"))
	if got := c.value("select email from customers"); got != "m***@example.com" {
		t.Errorf("before: %v", got)
	}
	c.exec("discard all")
	if got := c.value("select email from customers"); got != "marker-email-acme@example.com" {
		t.Errorf("after: %v", got)
	}
}

func TestSwitchingToAnotherRoleGainsNothing(t *testing.T) {
	s := newRoleStack(t)
	s.direct(t).exec(fmt.Sprintf("grant %s to %s", s.role("app"), s.role("support")))
	s.proxied(t).insert(sample(1, "acme"))
	c := s.as(t, "support", "")
	c.exec("set role " + s.role("app"))
	if got := c.value("select email from customers"); got != "m***@example.com" {
		t.Errorf("got %v", got)
	}
}

func TestRoleIsAskedForInEachTransactionWhereThatIsConfigured(t *testing.T) {
	for ask, want := range map[Ask]string{AskAfterChange: "marker-email-acme@example.com", AskEachTransaction: "m***@example.com"} {
		s := newRoleStackAsking(t, ask)
		s.direct(t).exec("create function becomes(r text) returns text language sql as $$ select set_config('ro' || 'le', r, false) $$")
		s.proxied(t).insert(sample(1, "acme"))
		for _, mode := range []string{"simple_protocol", "exec", "cache_statement"} {
			c := s.proxiedIn(t, mode)
			if got := c.value("select email from customers"); got != "marker-email-acme@example.com" {
				t.Errorf("%s: before: %v", mode, got)
			}
			c.exec("select becomes($1)", s.role("support"))
			if got := c.value("select email from customers"); got != want {
				t.Errorf("%s: asked by rule %d, after a function has switched the role: %v", mode, ask, got)
			}
		}
	}
}

func TestDefaultRoleOfALoginCounts(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	admin := s.direct(t)
	admin.exec(fmt.Sprintf("grant %s to %s", s.role("support"), s.role("app")))
	admin.exec(fmt.Sprintf("alter role %s set role = %s", s.role("app"), s.role("support")))
	if got := s.as(t, "app", "").value("select email from customers"); got != "m***@example.com" {
		t.Errorf("by ALTER ROLE … SET: %v", got)
	}
	admin.exec(fmt.Sprintf("alter role %s reset role", s.role("app")))
	dsn := fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable&options=-c%%20role%%3D%s", s.role("app"), s.address, s.database, s.role("support"))
	if got := open(t, dsn, "").value("select email from customers"); got != "m***@example.com" {
		t.Errorf("by a startup option: %v", got)
	}
}

func TestRoleInAPipelineIsKnownBeforeTheNextStatementRuns(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	c := s.proxied(t)
	for _, byFunction := range []bool{false, true} {
		b := &pgx.Batch{}
		if byFunction {
			b.Queue("select set_config('role', $1, false)", s.role("support"))
		} else {
			b.Queue("set role " + s.role("support"))
		}
		b.Queue("select email from customers")
		b.Queue("reset role")
		b.Queue("select email from customers")
		results := c.SendBatch(context.Background(), b)
		var got []string
		for i := range 4 {
			if i%2 == 0 {
				if _, err := results.Exec(); err != nil {
					t.Fatal(err)
				}
				continue
			}
			var v string
			if err := results.QueryRow().Scan(&v); err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
		if err := results.Close(); err != nil {
			t.Fatal(err)
		}
		if want := "[m***@example.com marker-email-acme@example.com]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestTextThatSwitchesAndReadsIsRefused(t *testing.T) {
	s := newRoleStack(t)
	c := s.proxiedIn(t, "simple_protocol")
	for _, sql := range []string{
		"set role " + s.role("support") + "; select email from customers",
		"select email, set_config('role', 'x', true) from customers",
	} {
		if err := queryError(c, sql); err == nil || err.Code != codeNotSupported {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestPreparedStatementIsJudgedByTheRoleThatExecutesIt(t *testing.T) {
	s := newRoleStack(t)
	s.proxied(t).insert(sample(1, "acme"))
	c := s.proxied(t)
	ctx := context.Background()
	if _, err := c.Prepare(ctx, "upd", "update customers set email = $1 where tenant_id = 'acme'"); err != nil {
		t.Fatal(err)
	}
	c.exec("upd", "first@example.com")
	c.exec("set role " + s.role("support"))
	var pgErr *pgconn.PgError
	if _, err := c.Exec(ctx, "upd", "second@example.com"); !errors.As(err, &pgErr) || pgErr.Code != codeInsufficientPrivilege {
		t.Errorf("got %v", err)
	}
	c.exec("reset role")
	c.exec("upd", "third@example.com")
	if got := c.value("select email from customers"); got != "third@example.com" {
		t.Errorf("got %v", got)
	}
}

func TestRulesOfAccessAreChecked(t *testing.T) {
	constant := "x"
	m, err := mask.New(pgvalue.Text, mask.Rule{Constant: &constant})
	if err != nil {
		t.Fatal(err)
	}
	for name, rules := range map[string]map[string]Access{
		"unknown field":     {"nothing": {}},
		"role without mask": {"customer_email": {Roles: map[string]Treatment{"a": Masked}}},
		"all without mask":  {"customer_email": {Default: Masked}},
	} {
		b, err := bindPolicy(protectedPolicy())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.rule(rules); err == nil {
			t.Errorf("%s: is accepted", name)
		}
	}
	b, _ := bindPolicy(protectedPolicy())
	if err := b.rule(map[string]Access{"customer_email": {Default: Masked, Mask: m, Roles: map[string]Treatment{"dba": Plaintext}}}); err != nil {
		t.Fatal(err)
	}
	groups := &roleGroups{map[string][]string{"ann": {"dba"}}}
	for roles, want := range map[string]Treatment{"dba": Plaintext, "bob": Masked, "ann": Plaintext, "dba bob": Masked} {
		got := b.treatments(strings.Fields(roles), groups)
		if (got == nil) != (want == Plaintext) || got != nil && got[0] != want {
			t.Errorf("%s: got %v, want %s", roles, got, want)
		}
	}
}

func TestTreatmentsHaveNames(t *testing.T) {
	for _, want := range []Treatment{Plaintext, Masked, Ciphertext, Denied} {
		if got, err := ParseTreatment(want.String()); got != want || err != nil {
			t.Errorf("%s: %v, %v", want, got, err)
		}
	}
	if _, err := ParseTreatment("readable"); err == nil {
		t.Error("an unknown name is accepted")
	}
}

// ruledPointSelects are pointSelect under rules of access, by treatment.
func ruledPointSelects(t testing.TB) map[string]func() {
	t.Helper()
	email, err := mask.New(pgvalue.Text, mask.Rule{Email: true})
	if err != nil {
		t.Fatal(err)
	}
	selects := map[string]func(){}
	for want, treatment := range map[string]Treatment{"someone@example.com": Plaintext, "s***@example.com": Masked, `\xf54b`: Ciphertext} {
		selects[treatment.String()] = pointSelectOf(t, want, func(m *machine) {
			if err := m.policy.rule(map[string]Access{"customer_email": {Default: treatment, Mask: email}}); err != nil {
				t.Fatal(err)
			}
			groups := &roleGroups{}
			m.groups = func() *roleGroups { return groups }
			m.roles.asked, m.roles.names = true, []string{"someone"}
		})
	}
	return selects
}

func TestRulesOfAccessCostAPreparedSelectNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for treatment, run := range ruledPointSelects(t) {
		if n := testing.AllocsPerRun(1000, run); n > 0 {
			t.Errorf("%s: %v allocations", treatment, n)
		}
	}
}

// BenchmarkPointSelectOfRole is BenchmarkPointSelect by treatment.
func BenchmarkPointSelectOfRole(b *testing.B) {
	for treatment, run := range ruledPointSelects(b) {
		b.Run(treatment, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}

func TestQuestionsOfSeveralKindsComeToAnEnd(t *testing.T) {
	s := restrictedTwins(t)
	c := s.proxiedIn(t, "simple_protocol")
	for _, sql := range []string{"select set_config('search_path', 'other', false)", "do $$ begin perform set_config('search_path', 'public', false); end $$",
		"set role none", "begin; set local role none", "commit"} {
		c.exec(sql)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if _, err := c.PgConn().Exec(ctx, "select x from shared where id = 1").ReadAll(); err != nil {
			t.Errorf("after %s: %v", sql, err)
		}
		cancel()
	}
}
