package pgproxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

var update = flag.Bool("update", false, "write the golden files anew")

// markers are what every protected value in testdata/twin has in it; nothing else there does.
var markers = []string{"marker", "77370", "2077-", "feedface"}

// TestTwins sends the statements of testdata/twin through the proxy to tables with protected columns, and directly to a
// twin database whose columns have the logical types. Each statement gives the same on both: rows, names, types, tags,
// SQLSTATEs and positions of errors, transaction states. Or the proxy refuses it, and the .refused file beside the
// statements' own says why. No protected value reaches the server.
func TestTwins(t *testing.T) {
	files, err := filepath.Glob("testdata/twin/[0-9]*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no statements: %v", err)
	}
	golden := &refusals{invalid: map[string]string{}}
	var planner *pgsql.Planner // of the first mode's database
	total := 0
	for _, mode := range twinModes {
		tw := newTwins(t, mode)
		if planner == nil {
			planner = tw.planner(t)
		}
		for _, file := range files {
			t.Run(mode.name+"/"+strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
				blocks := readBlocks(t, file)
				total += len(blocks)
				for _, b := range blocks {
					tw.block(t, b, golden)
				}
				tw.endFile(t)
			})
		}
	}
	t.Logf("%d statements", total)
	for _, file := range files {
		golden.check(t, file)
	}
	checkSupport(t, planner, golden)
	golden.checkKnown(t)
}

var twinModes = []twinMode{
	{name: "simple"}, {name: "exec", extended: true}, {name: "prepared", extended: true, prepared: true},
	{name: "domain", extended: true, prepared: true, domain: true},
}

type twinMode struct {
	name               string
	extended, prepared bool
	domain             bool // protected columns have a domain, as keyaside schema makes them
}

// block is one statement of a file, or several in one text, with what the comments before it say.
type block struct {
	file    string
	line    int
	text    string
	params  [][]byte
	hasPar  bool
	known   string  // why the outcome is known to be wrong
	until   int     // the major version of the server from which on it is right; 0: none
	only    string  // the only mode in which it runs
	feature string  // its row in docs/sql-support.md
	rows    *string // what COPY FROM STDIN is given
}

func (b *block) where() string { return fmt.Sprintf("%s:%d", filepath.Base(b.file), b.line) }

// readBlocks reads statements that are divided by empty lines. Comments at the beginning of a block:
//
//	-- params: a | b | NULL     values of $1, …, as text; the block runs in the extended protocol only
//	-- only: simple             the only mode in which it runs
//	-- rows: 1\tacme\n          what COPY FROM STDIN is given, with escapes as in Go; the block runs in simple mode only
//	-- feature: Section / Name  its row in docs/sql-support.md
//	-- known wrong: reason      the proxy's outcome is wrong; the test fails once it is right
//	-- known wrong before 16: … the same with servers of an earlier version
func readBlocks(t *testing.T, file string) []block {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	line := 1
	for _, part := range strings.Split(string(data), "\n\n") {
		b := block{file: file, line: line}
		line += strings.Count(part, "\n") + 2
		rest := strings.TrimSpace(part)
		for strings.HasPrefix(rest, "-- ") {
			var comment string
			comment, rest, _ = strings.Cut(rest, "\n")
			b.directive(comment)
		}
		if b.text = strings.TrimSpace(rest); b.text != "" {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func (b *block) directive(comment string) {
	if v, ok := strings.CutPrefix(comment, "-- params: "); ok {
		b.hasPar = true
		for _, p := range strings.Split(v, " | ") {
			if p == "NULL" {
				b.params = append(b.params, nil)
				continue
			}
			b.params = append(b.params, []byte(p))
		}
	}
	if v, ok := strings.CutPrefix(comment, "-- known wrong: "); ok {
		b.known = v
	}
	if v, ok := strings.CutPrefix(comment, "-- known wrong before "); ok {
		version, why, _ := strings.Cut(v, ": ")
		b.known = why
		b.until, _ = strconv.Atoi(version)
	}
	if v, ok := strings.CutPrefix(comment, "-- rows: "); ok {
		rows, err := strconv.Unquote(`"` + v + `"`)
		if err != nil {
			panic(comment)
		}
		b.rows, b.only = &rows, "simple"
	}
	if v, ok := strings.CutPrefix(comment, "-- feature: "); ok {
		b.feature = v
	}
	if v, ok := strings.CutPrefix(comment, "-- only: "); ok {
		b.only = v
	}
}

// twins are the two databases and a session on each.
type twins struct {
	mode      twinMode
	stack     *stack
	recorder  *recorder
	protected *pgconn.PgConn
	plain     *pgconn.PgConn
	names     int
}

func newTwins(t *testing.T, mode twinMode) *twins {
	t.Helper()
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex", "1", "2", "11111111-1111-1111-1111-111111111111", s.pg.User} {
		s.keys.rotate(t, tenant, 1)
	}
	tw := &twins{mode: mode, stack: s, recorder: recordedStack(t, s)}
	schema, err := os.ReadFile("testdata/twin/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	sealed := regexp.MustCompile(`sealed\((\w+(?:\([0-9,]+\))?(?:\[\])?)\)`)
	storage := "bytea"
	if mode.domain {
		storage = "sealed"
		s.direct(t).exec("create domain sealed as bytea constraint keyaside_envelope check (octet_length(value) >= 28 and substring(value from 1 for 2) = '\\xf54b')")
	}
	s.direct(t).exec(sealed.ReplaceAllString(string(schema), storage))
	twin := s.pg.NewDatabase(t)
	tw.plain = open(t, s.pg.DSN(twin), "").PgConn()
	if _, err := tw.plain.Exec(context.Background(), sealed.ReplaceAllString(string(schema), "$1")).ReadAll(); err != nil {
		t.Fatal(err)
	}
	s.start(t, twinPolicy(), Limits{})
	tw.protected = s.proxied(t).PgConn()
	return tw
}

// planner plans for the protected database as the proxy does.
func (tw *twins) planner(t *testing.T) *pgsql.Planner {
	t.Helper()
	source := NewCatalogSource(CatalogConfig{Upstream: tw.stack.pg.Addr(), User: tw.stack.pg.User, Password: func() (string, error) { return tw.stack.pg.Password, nil }})
	catalog, err := source.Load(t.Context(), tw.stack.database)
	if err != nil {
		t.Fatal(err)
	}
	planner, err := pgsql.NewPlanner(twinPolicy(), catalog, pgsql.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return planner
}

func twinPolicy() *pgsql.Policy {
	p := protectedPolicy()
	p.Tables = append(p.Tables, typedTable(500))
	column := func(table, name, typ string) pgsql.Column {
		i := 100 + len(p.Tables)*10 + len(name)
		base, modifier, _ := strings.Cut(strings.Replace(typ, ")", "", 1), "(")
		modifier, array := strings.CutSuffix(modifier, "[]")
		if array {
			base += "[]"
		}
		return pgsql.Column{Name: name, Field: fmt.Sprintf("%s_%d", table, i), Type: base, Modifier: modifier, Index: i}
	}
	add := func(schema, name string, tenant pgsql.TenantSource, columns ...pgsql.Column) {
		p.Tables = append(p.Tables, pgsql.Table{Schema: schema, Name: name, Tenant: tenant, Columns: columns})
	}
	byID := pgsql.TenantSource{Column: "tenant_id"}
	add("public", "vault", pgsql.TenantSource{Fixed: "acme"}, column("vault", "secret", "text"))
	add("public", "diary", pgsql.TenantSource{Session: "user"}, column("diary", "entry", "text"))
	add("public", "ledger", pgsql.TenantSource{Column: "tenant"}, column("ledger", "memo", "text"))
	add("public", "docs", pgsql.TenantSource{Column: "tenant"}, column("docs", "body", "text"))
	add("public", "codes", pgsql.TenantSource{Column: "tenant"}, column("codes", "pin", "int8"))
	odd := column("odd", "E-Mail", "text")
	second := odd
	second.Name = "select"
	add("Sch é", `Odd "Table"`, pgsql.TenantSource{Column: "Tenant"}, odd, second)
	add("public", "a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234", byID, column("long", "secret", "text"))
	add("public", "people", byID, column("people", "ssn", "text"))
	add("public", "events", byID, column("events", "payload", "jsonb"))
	add("public", "shared", byID, column("shared", "x", "text"))
	add("public", "ddl_parts", byID, column("ddl_parts", "secret", "text"))
	add("public", "ddl_child", pgsql.TenantSource{Fixed: "acme"}, column("ddl_child", "secret", "text"))
	add("public", "ddl_keys", byID, column("ddl_keys", "code", "text"), column("ddl_keys", "code2", "text"))
	add("public", "ddl_later", byID, column("ddl_later", "secret", "text"))
	add("public", "stamped", byID, column("stamped", "a", "text"), column("stamped", "b", "text"), column("stamped", "c", "text"), column("stamped", "d", "text"))
	add("public", "narrow", byID, column("narrow", "v", "varchar(5)"), column("narrow", "num", "numeric(6,2)"), column("narrow", "at", "timestamp(0)"),
		column("narrow", "tags", "varchar(3)[]"), column("narrow", "label", "varchar"))
	add("public", "stock", byID, column("stock", "secret", "text"))
	p.Tables = append(p.Tables, append(searchableTables(), priceTable())...)
	return p
}

// typedTable has a column of each type, whose fields have the indexes from first on.
func typedTable(first int) pgsql.Table {
	t := pgsql.Table{Schema: "public", Name: "typed", Tenant: pgsql.TenantSource{Fixed: "acme"}}
	for _, c := range strings.Fields("t:text v:varchar i2:int2 i4:int4 i8:int8 f4:float4 f8:float8 num:numeric b:bool d:date ts:timestamp " +
		"tz:timestamptz u:uuid j:json jb:jsonb bin:bytea ta:text[] ia:int8[]") {
		name, typ, _ := strings.Cut(c, ":")
		t.Columns = append(t.Columns, pgsql.Column{Name: name, Field: "typed_" + name, Type: typ, Index: first + len(t.Columns)})
	}
	return t
}

// outcome is all that a client sees of a text.
type outcome struct {
	Params  []uint32
	Results []result
	Code    string
	At      int32
	State   byte
	refusal *pgconn.PgError
}

type result struct {
	Fields []field
	Rows   [][]string
	Tag    string
}

type field struct {
	Name     string
	Type     uint32
	Size     int16
	Modifier int32
	Attr     uint16
	Format   int16
}

func (tw *twins) block(t *testing.T, b block, golden *refusals) {
	if b.hasPar && !tw.mode.extended || b.only != "" && b.only != tw.mode.name {
		return
	}
	if b.until > 0 && tw.stack.pg.Major >= b.until {
		b.known = ""
	}
	contained := b.known != "" && tw.plain.TxStatus() == 'I'
	if contained { // what goes wrong must not make the rest go wrong
		tw.both(t, "begin")
	}
	problem := tw.compare(t, b, golden)
	if contained {
		tw.both(t, "rollback")
	}
	golden.outcome(b, problem != "")
	if problem != "" && b.known == "" {
		t.Errorf("%s: %s\n%s", b.where(), b.text, problem)
	}
}

func (tw *twins) both(t *testing.T, sql string) {
	t.Helper()
	for _, c := range []*pgconn.PgConn{tw.protected, tw.plain} {
		if _, err := c.Exec(context.Background(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// compare runs the block on both sides and says what differs; empty if nothing does, or if the statement is refused and
// not known to be wrong.
func (tw *twins) compare(t *testing.T, b block, golden *refusals) string {
	got := tw.run(t, tw.protected, b)
	if m := leaked(tw.recorder.take(), markers...); m != "" {
		return fmt.Sprintf("LEAK: %q arrives at the server", m)
	}
	if got.refusal != nil && !invalidValue(got.Code) {
		golden.add(b, got.refusal, tw.mode)
		tw.abortTwin(t)
		if got.State != tw.plain.TxStatus() {
			return fmt.Sprintf("refused, and the transaction's state is %c, not %c", got.State, tw.plain.TxStatus())
		}
		if b.known != "" {
			return "refused"
		}
		return ""
	}
	if got.refusal != nil {
		golden.invalid[b.where()] = got.Code
	}
	want := tw.run(t, tw.plain, b)
	if !strings.Contains(strings.ToLower(b.text), "order by") {
		sortRows(&got)
		sortRows(&want)
	}
	return gocmp.Diff(want, got, cmpopts.IgnoreUnexported(outcome{}))
}

// invalidValue reports whether a code is of those that the server itself gives for a value that its type can't hold: the
// proxy then gives the same.
func invalidValue(code string) bool {
	return slices.Contains([]string{"22001", "22003", "22007", "22008", "22P02"}, code)
}

func sortRows(o *outcome) {
	for _, r := range o.Results {
		slices.SortFunc(r.Rows, func(x, y []string) int { return cmp.Compare(strings.Join(x, "|"), strings.Join(y, "|")) })
	}
}

// abortTwin makes the twin's transaction fail as the refusal did.
func (tw *twins) abortTwin(t *testing.T) {
	if tw.plain.TxStatus() == 'T' {
		if _, err := tw.plain.Exec(context.Background(), "refused").ReadAll(); err == nil {
			t.Fatal("the twin's transaction was not aborted")
		}
	}
}

func (tw *twins) run(t *testing.T, c *pgconn.PgConn, b block) (o outcome) {
	t.Helper()
	ctx := context.Background()
	var results []*pgconn.Result
	var err error
	switch {
	case b.copies() && !tw.mode.extended:
		results, err = copyBlock(c, b)
	case !tw.mode.extended:
		results, err = c.Exec(ctx, b.text).ReadAll()
	case tw.mode.prepared:
		o.Params, results, err = tw.runPrepared(c, b)
	default:
		r := c.ExecParams(ctx, b.text, b.params, nil, nil, nil).Read()
		results, err = []*pgconn.Result{r}, r.Err
	}
	for _, r := range results {
		if r.Err == nil {
			o.Results = append(o.Results, readResult(r))
		}
	}
	var pgErr *pgconn.PgError
	switch {
	case errors.As(err, &pgErr):
		o.Code, o.At = pgErr.Code, pgErr.Position
		if pgErr.Routine == "keyaside" {
			o.refusal = pgErr
		}
	case err != nil:
		t.Fatalf("%s: %s: %v", b.where(), b.text, err)
	}
	o.State = c.TxStatus()
	return o
}

// runPrepared prepares the text and executes it with results in binary, as drivers with a cache of statements do.
func (tw *twins) runPrepared(c *pgconn.PgConn, b block) ([]uint32, []*pgconn.Result, error) {
	ctx := context.Background()
	tw.names++
	name := fmt.Sprintf("twin %d", tw.names)
	d, err := c.Prepare(ctx, name, b.text, nil)
	if err != nil {
		return nil, nil, err
	}
	formats := []int16{1}
	if strings.HasPrefix(strings.ToLower(b.text), "explain") || strings.HasPrefix(strings.ToLower(b.text), "show") {
		formats = nil
	}
	r := c.ExecPrepared(ctx, name, b.params, nil, formats).Read()
	return d.ParamOIDs, []*pgconn.Result{r}, r.Err
}

func readResult(r *pgconn.Result) result {
	out := result{Tag: r.CommandTag.String()}
	for _, f := range r.FieldDescriptions {
		out.Fields = append(out.Fields, field{f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.TableAttributeNumber, f.Format})
	}
	for _, row := range r.Rows {
		var values []string
		for _, v := range row {
			if v == nil {
				values = append(values, "NULL")
				continue
			}
			values = append(values, fmt.Sprintf("%q", v))
		}
		out.Rows = append(out.Rows, values)
	}
	return out
}

// endFile ends an open transaction and compares all the tables' contents.
func (tw *twins) endFile(t *testing.T) {
	t.Helper()
	tw.both(t, "rollback; reset all; select 1")
	for _, table := range []string{"customers", "orders", "plain", "vault", "diary", "ledger", "docs", "codes", `"Sch é"."Odd ""Table"""`,
		"a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_1234", "members", "invites", "guests", "profiles", "pseudonyms", "people", "staff", "events", "public.shared", "other.shared", "narrow", "stock"} {
		b := block{file: "contents", text: "table " + table}
		if diff := tw.compare(t, b, &refusals{invalid: map[string]string{}}); diff != "" {
			t.Errorf("%s afterwards: %s", table, diff)
		}
	}
	if m := leaked(tw.recorder.take(), markers...); m != "" {
		t.Errorf("LEAK: %q arrives at the server", m)
	}
}

// refusals collects what was refused, for people to read, and which outcomes that are known to be wrong still are.
type refusals struct {
	entries []refusalEntry
	known   []knownEntry
	invalid map[string]string // SQLSTATEs of values that are refused as the server refuses them
}

type refusalEntry struct {
	file         string
	line         int
	text, reason string
}

type knownEntry struct {
	where, text, why string
	wrong            bool
}

func (r *refusals) add(b block, e *pgconn.PgError, mode twinMode) {
	reason := fmt.Sprintf("  %s %s", e.Code, e.Message)
	if e.Position > 0 {
		reason += fmt.Sprintf(" (at %q)", wordAt(b.text, int(e.Position)))
	}
	if e.Hint != "" {
		reason += "\n  hint: " + e.Hint
	}
	for _, old := range r.entries {
		if old.file == b.file && old.line == b.line && (old.reason == reason || mode.domain) { // a domain may change the words: a view casts it
			return
		}
	}
	r.entries = append(r.entries, refusalEntry{b.file, b.line, b.text, reason})
}

// wordAt returns what stands at a position that counts characters from 1.
func wordAt(text string, position int) string {
	rest := []rune(text)[position-1:]
	n := slices.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(" \n,;)", r) })
	if n <= 0 {
		return string(rest[:min(len(rest), 20)])
	}
	return string(rest[:n])
}

func (r *refusals) outcome(b block, wrong bool) {
	if b.known == "" {
		return
	}
	for i := range r.known {
		if r.known[i].where == b.where() {
			r.known[i].wrong = r.known[i].wrong || wrong
			return
		}
	}
	r.known = append(r.known, knownEntry{b.where(), b.text, b.known, wrong})
}

// checkKnown fails for what was known to be wrong and is no more: the comment must go.
func (r *refusals) checkKnown(t *testing.T) {
	for _, k := range r.known {
		if k.wrong {
			t.Logf("known wrong: %s: %s", k.where, k.why)
			continue
		}
		t.Errorf("%s: %s\nis no longer wrong (%s): remove the comment", k.where, k.text, k.why)
	}
}

// check compares what was refused of a file's statements with the golden file beside it.
func (r *refusals) check(t *testing.T, statements string) {
	t.Helper()
	slices.SortStableFunc(r.entries, func(x, y refusalEntry) int { return cmp.Or(cmp.Compare(x.file, y.file), cmp.Compare(x.line, y.line)) })
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What the proxy refuses of %s, and why. Written by go test -run TestTwins -update.\n", filepath.Base(statements))
	last := ""
	for _, e := range r.entries {
		if e.file != statements {
			continue
		}
		if e.text != last {
			fmt.Fprintf(&b, "\n%s\n", e.text)
		}
		last = e.text
		fmt.Fprintln(&b, e.reason)
	}
	file := strings.TrimSuffix(statements, ".sql") + ".refused"
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s differs; run with -update and read the difference:\n%s", file, diff)
	}
}
