package configs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// edit returns the minimal example with old replaced by new.
func edit(t *testing.T, old, new string) string {
	t.Helper()
	text := readExample(t, "minimal.yaml")
	if !strings.Contains(text, old) {
		t.Fatalf("minimal.yaml has no %q", old)
	}
	return strings.Replace(text, old, new, 1)
}

func TestFaultInTheFileIsReportedWithPlaceAndRemedy(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"unknown key", "upstream:", "upsteam:",
			"k.yaml:8:3: postgres.upsteam: is not a setting; did you mean upstream?"},
		{"unknown section", "audit:", "sounds:",
			"k.yaml:17:1: sounds: is not a setting; known here: audit, fields, keys, log, postgres, tables"},
		{"repeated key", "    user: keyaside", "    user: keyaside\n    user: other",
			`k.yaml:11:5: mapping key "user" already defined at [10:5]; correct the line, and mind its indentation`},
		{"broken YAML", "  upstream: 127.0.0.1:5432", "  upstream: [127",
			"k.yaml:9:3: ',' or ']' must be specified; correct the line, and mind its indentation"},
		{"second document", "audit:", "---\naudit:",
			"k.yaml:18:1: is a second document; keep one configuration per file"},
		{"anchor", "path: audit.jsonl", "path: &a audit.jsonl",
			"k.yaml:18:9: audit.path: uses an anchor, an alias or a tag; write the value out"},
		{"number as text", "user: keyaside", "user: 5",
			"k.yaml:10:11: postgres.catalog.user: must be text; put it in quotes"},
		{"value missing", "user: keyaside", "user:",
			"k.yaml:10:10: postgres.catalog.user: has no value; give it a value, or leave the key out"},
		{"section as value", "catalog:\n    user: keyaside", "catalog: keyaside",
			"k.yaml:9:12: postgres.catalog: must be a section of settings; write its settings below it, indented, as key: value"},
		{"value as section", "path: audit.jsonl", "path: {a: b}",
			"k.yaml:18:10: audit.path: must be a single value; give it a value, or leave the key out"},
		{"list expected", "tables:\n  - name: customers", "tables:\n    name: customers",
			"k.yaml:22:5: tables: must be a list; start each entry with \"- \""},
		{"number as key", "upstream:", "5:",
			"k.yaml:8:3: postgres: has a key that is not plain text; put the key in quotes, and write anchors out"},
		{"fraction as number", "catalog:", "limits: {connections: 1.5}\n  catalog:",
			"k.yaml:9:25: postgres.limits.connections: is not a whole number; write digits alone, without quotes"},
		{"text as truth", "create: true", "create: yes",
			"k.yaml:12:34: keys.store.create: is neither true nor false; write true or false, without quotes"},
		{"duration without unit", "catalog:", "limits: {startup_timeout: 10}\n  catalog:",
			"k.yaml:9:29: postgres.limits.startup_timeout: is not a duration; write a number with a unit, e.g. 30s, 5m, 1h, 365d"},
		{"literal secret", "{env: KEYASIDE_PASSPHRASE}", "hunter2",
			"k.yaml:16:19: keys.master.file.passphrase: is a secret written into the configuration; write {file: PATH}, {env: NAME} or {fd: NUMBER} here, and treat the secret as known to others"},
		{"numeric literal secret", "{env: KEYASIDE_PASSPHRASE}", "1234",
			"k.yaml:16:19: keys.master.file.passphrase: is a secret written into the configuration"},
	} {
		checkFault(t, test.name, edit(t, test.old, test.new), test.want)
	}
}

func TestImpossibleSettingIsReportedWithPlaceAndRemedy(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"required missing", "  upstream: 127.0.0.1:5432\n", "",
			"k.yaml:7:1: postgres.upstream: is missing; name the PostgreSQL server, e.g. 127.0.0.1:5432"},
		{"upstream is the proxy", "5432", "6432",
			"k.yaml:8:3: postgres.upstream: is the proxy's own address; name the PostgreSQL server, or move postgres.listen"},
		{"no port", "127.0.0.1:5432", "127.0.0.1",
			"k.yaml:8:3: postgres.upstream: is not host:port; write e.g. 127.0.0.1:5432 or [::1]:5432, with a port number"},
		{"explicit zero", "catalog:", "limits: {connections: 0}\n  catalog:",
			"k.yaml:9:12: postgres.limits.connections: is out of range; write 1 to 1000000"},
		{"statement above message", "catalog:", "limits: {message_bytes: 1MiB, statement_bytes: 2MiB}\n  catalog:",
			"k.yaml:9:33: postgres.limits.statement_bytes: is out of range; write 1KiB to 1MiB"},
		{"no master key", "    file:\n      path: master.age\n      passphrase: {env: KEYASIDE_PASSPHRASE}\n", "",
			"k.yaml:13:3: keys.master: names no master key; write keys.master.pkcs11"},
		{"two master keys", "master:", "master:\n    pkcs11: {module: m, token: t, pin: {fd: 3}}",
			"k.yaml:13:3: keys.master: names two master keys; keep either pkcs11 or file"},
		{"no PIN", "    file:\n      path: master.age\n      passphrase: {env: KEYASIDE_PASSPHRASE}", "    pkcs11: {module: m, token: t}",
			"k.yaml:14:5: keys.master.pkcs11.pin: is missing; write {file: PATH}, {env: NAME} or {fd: NUMBER}"},
		{"two secret sources", "{env: KEYASIDE_PASSPHRASE}", "{env: A, file: b}",
			"k.yaml:16:7: keys.master.file.passphrase: must have exactly one of file, env and fd; keep one of them"},
		{"empty secret reference", "{env: KEYASIDE_PASSPHRASE}", "{}",
			"k.yaml:16:7: keys.master.file.passphrase: must have exactly one of file, env and fd; keep one of them"},
		{"standard stream", "{env: KEYASIDE_PASSPHRASE}", "{fd: 0}",
			"k.yaml:16:20: keys.master.file.passphrase.fd: is a standard stream or negative; pass the secret on descriptor 3 or above"},
		{"half a day", "store:", "cryptoperiod: 36h\n  store:",
			"k.yaml:12:3: keys.cryptoperiod: is not a number of whole days; write e.g. 365d, or 0d for no end"},
		{"refresh above ttl", "store:", "cache: {ttl: 1m, refresh: 2m}\n  store:",
			"k.yaml:12:20: keys.cache.refresh: is longer than keys.cache.ttl"},
		{"unknown create", "store:", "create: always\n  store:",
			"k.yaml:12:3: keys.create: has an unknown value; write one of on-first-use, explicit"},
		{"unknown type", "{type: text}", "{type: money}",
			"k.yaml:20:20: fields.customer_email.type: is not a type that can be protected; write one of text, varchar, bytea, bool, int2, int4, int8, float4, float8, numeric, date, timestamp, timestamptz, uuid, json, jsonb, or one with [] for its array"},
		{"array of arrays", "{type: text}", `{type: "text[][]"}`,
			"k.yaml:20:20: fields.customer_email.type: is not a type that can be protected; write one of text,"},
		{"bad field id", "customer_email: {type", "Customer: {type",
			"k.yaml:20:3: fields.Customer: is not a field id; use 1 to 255 of a-z"},
		{"unused field", "{type: text}", "{type: text}\n  phone: {type: text}",
			"k.yaml:21:3: fields.phone: is used by no column; bind a column to it in tables, or remove it"},
		{"undefined field", "{field: customer_email}", "{field: customer_mail}",
			"k.yaml:25:15: tables[0].columns.email.field: names a field that is not defined; define it under fields; did you mean customer_email?"},
		{"table twice", "  - name: customers", "  - {name: public.customers, tenant: {fixed: a}, columns: {b: {field: customer_email}}}\n  - name: customers",
			"k.yaml:23:5: tables[1].name: names the table public.customers a second time; put all its columns into one entry"},
		{"column twice", "{field: customer_email}", "{field: customer_email}\n      email: {field: customer_email}",
			`k.yaml:26:7: mapping key "email" already defined at [25:7]`},
		{"no tenant", "    tenant: {column: tenant_id}\n", "",
			"k.yaml:22:5: tables[0].tenant: is missing; write column: NAME, setting: PARAMETER, fixed: TENANT or session: user|database|application_name"},
		{"unset parameter", "{column: tenant_id}", "{setting: app tenant}",
			"k.yaml:23:14: tables[0].tenant.setting: is not the name of a run-time parameter; write letters, digits and underscores with a dot between the parts, such as app.tenant_id"},
		{"two parameters", "{column: tenant_id}", "{session: application_name, setting: app.tenant_id}",
			"k.yaml:23:41: tables[0].tenant.setting: comes on top of session: application_name, a parameter too; keep one of the two"},
		{"foreign rows without a session", "{column: tenant_id}", "{column: tenant_id}\n    on_foreign_tenant: mask",
			"k.yaml:24:5: tables[0].on_foreign_tenant: needs a tenant of the row and one of the session"},
		{"foreign rows without a column", "{column: tenant_id}", "{setting: app.tenant_id}\n    on_foreign_tenant: 'null'",
			"k.yaml:24:5: tables[0].on_foreign_tenant: needs a tenant of the row and one of the session"},
		{"unknown rule for foreign rows", "{column: tenant_id}", "{column: tenant_id}\n    on_foreign_tenant: hide",
			"k.yaml:24:5: tables[0].on_foreign_tenant: has an unknown value; write one of error, mask, null"},
		{"protected tenant", "{column: tenant_id}", "{column: email}",
			"k.yaml:23:14: tables[0].tenant.column: is itself a protected column; name a column that stays readable"},
		{"control character in tenant", "{column: tenant_id}", `{fixed: "a\tb"}`,
			"k.yaml:23:14: tables[0].tenant.fixed: is not a tenant's name"},
		{"unknown session fact", "{column: tenant_id}", "{session: role}",
			"k.yaml:23:14: tables[0].tenant.session: has an unknown value; write one of user, database, application_name"},
		{"unknown storage", "{field: customer_email}", "{field: customer_email, storage: json}",
			"k.yaml:25:38: tables[0].columns.email.storage: has an unknown value; write one of bytea, text"},
		{"three-part name", "name: customers", "name: a.b.c", "k.yaml:22:5: tables[0].name: is not a table's name"},
		{"no tables", "tables:\n  - name: customers\n    tenant: {column: tenant_id}\n    columns:\n      email: {field: customer_email}", "tables:",
			"k.yaml:21:1: tables: is missing; list at least one table with protected columns"},
	} {
		checkFault(t, test.name, edit(t, test.old, test.new), test.want)
	}
}

func checkFault(t *testing.T, name, text, want string) {
	t.Helper()
	_, err := loadText(text)
	if err == nil {
		t.Errorf("%s: loads; want %s", name, want)
		return
	}
	for line := range strings.Lines(err.Error()) {
		if strings.HasPrefix(line, want) {
			return
		}
	}
	t.Errorf("%s:\ngot  %v\nwant %s", name, err, want)
}

func TestAllFaultsAreReportedAtOnceInTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("upstream", "upsteam", "{field:", "{feld:", "path: audit", "pfad: audit").Replace(readExample(t, "minimal.yaml"))
	_, err := loadText(text)
	problems, ok := errors.AsType[Problems](err)
	if !ok || len(problems) != 3 {
		t.Fatalf("got %v, want three problems", err)
	}
	if problems[0].Line != 8 || problems[1].Line != 18 || problems[2].Line != 25 {
		t.Errorf("lines are %d, %d, %d; want 8, 18, 25", problems[0].Line, problems[1].Line, problems[2].Line)
	}
}

// TestEveryTypeLoads: the brackets of an array need quotes between braces, not on a line of their own.
func TestEveryTypeLoads(t *testing.T) {
	for _, typ := range FieldTypes() {
		for _, field := range []string{`{type: "` + typ + `"}`, "\n    type: " + typ} {
			c, err := loadText(edit(t, "{type: text}", field))
			if err != nil {
				t.Errorf("%s: %v", field, err)
			} else if got := c.Fields["customer_email"].Type; got != typ {
				t.Errorf("%s: the type is %s", field, got)
			}
		}
	}
}

func TestTypesWithModifiersLoad(t *testing.T) {
	for typ, want := range map[string][2]string{
		"varchar(20)": {"varchar", "20"}, "numeric(10,2)": {"numeric", "10,2"}, "varchar(5)[]": {"varchar[]", "5"}, "int8": {"int8", ""}, "text[]": {"text[]", ""},
	} {
		c, err := loadText(edit(t, "{type: text}", `{type: "`+typ+`"}`))
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		if name, modifier := c.Fields["customer_email"].Declaration(); name != want[0] || modifier != want[1] {
			t.Errorf("%s: type %s, modifier %q", typ, name, modifier)
		}
	}
	for _, typ := range []string{"varchar(20", "varchar(x)", "nothing(5)", "varchar(5)[][]", "(5)"} {
		if _, err := loadText(edit(t, "{type: text}", `{type: "`+typ+`"}`)); err == nil {
			t.Errorf("%s loads", typ)
		}
	}
}

func TestTwoColumnsMayShareAField(t *testing.T) {
	c, err := loadText(edit(t, "{field: customer_email}", "{field: customer_email}\n      other: {field: customer_email}"))
	if err != nil || len(c.Tables[0].Columns) != 2 {
		t.Errorf("got %v; want two columns", err)
	}
}

func TestMissingConfigurationNamesTheFlag(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.HasSuffix(err.Error(), "none.yaml: does not exist; name the configuration with --config FILE or KEYASIDE_CONFIG") {
		t.Error(err)
	}
}

func TestTableNamesAreTakenApartAsInSQL(t *testing.T) {
	for text, want := range map[string][2]string{
		"t": {"public", "t"}, "s.t": {"s", "t"}, `"a.b"`: {"public", "a.b"}, `"a.b".c`: {"a.b", "c"}, `a."b.c"`: {"a", "b.c"},
		`"say ""x"""`: {"public", `say "x"`}, "Größe.Maß": {"Größe", "Maß"}, `"a".b`: {"a", "b"},
	} {
		schema, name, err := Table{Name: text}.SchemaAndName()
		if err != nil || [2]string{schema, name} != want {
			t.Errorf("%s is %q, %q, %v; want %q", text, schema, name, err, want)
		}
	}
	for _, text := range []string{"", ".", "a.", ".b", "a.b.c", `"`, `"a`, `a"b`, `"a"b`, `""`, `"a".`, strings.Repeat("x", 64)} {
		if schema, name, err := (Table{Name: text}).SchemaAndName(); err == nil {
			t.Errorf("%s is taken for %q, %q; want an error", text, schema, name)
		}
	}
}

func TestHostileTextIsRefusedQuickly(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 100_000), strings.Repeat("[\n", 100_000), strings.Repeat("{a: ", 50_000), strings.Repeat("- ", 100_000),
		strings.Repeat("? ", 50_000), strings.Repeat("[]", 100_000), strings.Repeat("x", maxTextBytes+1),
	} {
		if _, err := loadText(text); err == nil {
			t.Errorf("%.20q... loads", text)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"minimal.yaml", "full.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, seed := range []string{
		"", "postgres: {listen: 1}", "tables: [{name: a, tenant: {fixed: b}}]", "? a\n: b", "a: &x 1\nb: *x", "<<: {a: b}", "--- a\n--- b",
		"keys: {master: {file: {passphrase: |\n  x}}}", "fields: {a: {type: !!str text}}", "log:\n\tlevel: x", "keys:\n  cryptoperiod: 9999999999d",
		"postgres: {limits: {message_bytes: 99999999999GiB, connections: 0x10}}", "\x00", "\xff", "- - - a", "a: 'b", "fields: {~: {type: text}, 1: 2, .inf: 3}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := loadText(text)
		if err == nil {
			if again := c.validate(); again != nil {
				t.Errorf("loaded configuration is not valid: %v", again)
			}
			return
		}
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) == 0 {
			t.Fatalf("error is %T, want Problems", err)
		}
		for _, p := range problems {
			if p.Source == "" || p.What == "" || p.Remedy == "" {
				t.Errorf("problem lacks source, cause or remedy: %+v", p)
			}
		}
	})
}
