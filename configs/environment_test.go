package configs

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestEverySettingHasItsVariableNamedAfterItsPath(t *testing.T) {
	all := settingsOf(reflect.TypeFor[Config](), "")
	if len(all) < 40 {
		t.Fatalf("found %d settings, want 40 at least: the test does not see them", len(all))
	}
	for _, s := range all {
		if strings.Contains(s.path, ".x.") {
			continue // inside a map, which is given as a whole
		}
		if want := variableName(s.path); s.envOnly != want {
			t.Errorf("%s is set by %s, want %s", s.path, s.envOnly, want)
		}
	}
}

func TestEverySettingCanComeFromTheEnvironmentAlone(t *testing.T) {
	c, err := load("", nil, environment([]string{
		"KEYASIDE_POSTGRES_LISTEN=127.0.0.1:0", "KEYASIDE_POSTGRES_UPSTREAM=db:5432", "KEYASIDE_POSTGRES_MODE=observe",
		"KEYASIDE_POSTGRES_ASK_TENANT=transaction", "KEYASIDE_TABLES_0_ON_FOREIGN_TENANT=null",
		"KEYASIDE_TABLES_0_TENANT_SETTING=app.tenant", "KEYASIDE_TABLES_0_TENANT_COLUMN=t",
		"KEYASIDE_POSTGRES_OBSERVE_EVERY=1m", "KEYASIDE_POSTGRES_OBSERVE_STATEMENTS=9",
		"KEYASIDE_POSTGRES_CATALOG_USER=u", "KEYASIDE_POSTGRES_CATALOG_PASSWORD_ENV=PW", "KEYASIDE_POSTGRES_CATALOG_REFRESH=2m",
		"KEYASIDE_POSTGRES_LIMITS_CONNECTIONS=7", "KEYASIDE_POSTGRES_LIMITS_MESSAGE_BYTES=1MiB",
		"KEYASIDE_POSTGRES_LIMITS_STATEMENT_BYTES=64KiB", "KEYASIDE_POSTGRES_LIMITS_STARTUP_TIMEOUT=3s",
		"KEYASIDE_POSTGRES_LIMITS_DRAIN_TIMEOUT=0s",
		"KEYASIDE_KEYS_STORE_BOLT=k.db", "KEYASIDE_KEYS_STORE_CREATE=true", "KEYASIDE_KEYS_CREATE=explicit",
		"KEYASIDE_KEYS_CRYPTOPERIOD=30d", "KEYASIDE_KEYS_CACHE_ENTRIES=5", "KEYASIDE_KEYS_CACHE_TTL=10m",
		"KEYASIDE_KEYS_CACHE_REFRESH=10s", "KEYASIDE_KEYS_CACHE_NEGATIVE_TTL=1s",
		"KEYASIDE_KEYS_MASTER_PKCS11_MODULE=m.so", "KEYASIDE_KEYS_MASTER_PKCS11_TOKEN=t", "KEYASIDE_KEYS_MASTER_PKCS11_PIN_FD=3",
		"KEYASIDE_AUDIT_PATH=a.jsonl", "KEYASIDE_LOG_LEVEL=debug", "KEYASIDE_LOG_FORMAT=json",
		"KEYASIDE_FIELDS={mail: {type: text}}",
		"KEYASIDE_TABLES=[{name: t, tenant: {fixed: acme}, columns: {a: {field: mail}}}]",
		"KEYASIDE_TABLES_0_NAME=s.t2", "KEYASIDE_TABLES_0_COLUMNS={b: {field: mail, storage: text}}",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Postgres: Postgres{
			Listen: "127.0.0.1:0", Upstream: "db:5432", Mode: ModeObserve, Observe: Observe{Duration(time.Minute), 9}, AskTenant: AskInTransaction,
			Catalog: Catalog{User: "u", Password: &SecretRef{Env: "PW"}, Refresh: Duration(2 * time.Minute)},
			Limits:  Limits{Connections: 7, MessageBytes: 1 << 20, StatementBytes: 64 << 10, StartupTimeout: Duration(3 * time.Second)},
		},
		Keys: Keys{
			Store: Store{Bolt: "k.db", Create: true}, Create: CreateExplicit, Cryptoperiod: Duration(30 * 24 * time.Hour),
			Master: Master{PKCS11: &PKCS11{Module: "m.so", Token: "t", Key: "keyaside-master", PIN: &SecretRef{FD: 3}, Sessions: 12}},
			Cache:  Cache{5, Duration(10 * time.Minute), Duration(10 * time.Second), Duration(time.Second)},
		},
		Audit: Audit{Path: "a.jsonl"}, Log: Log{"debug", "json"},
		Fields: Fields{"mail": {Type: "text", Search: SearchNone, Equality: Equality{Form: FormDeterministic}, Access: Access{Default: TreatPlaintext}}},
		Tables: Tables{{Name: "s.t2", Tenant: Tenant{Fixed: "acme", Setting: "app.tenant", Column: "t"}, OnForeignTenant: ForeignNull, Columns: Columns{"b": {Field: "mail", Storage: "text"}}}},
	}
	c.Keys.Master.PKCS11.PIN.fromFD, c.origins = nil, origins{}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestEnvironmentWinsOverTheFile(t *testing.T) {
	c, err := loadText(readExample(t, "minimal.yaml"), "KEYASIDE_POSTGRES_UPSTREAM=elsewhere:5432", "KEYASIDE_LOG_LEVEL=")
	if err != nil {
		t.Fatal(err)
	}
	if c.Postgres.Upstream != "elsewhere:5432" || c.Log.Level != "info" {
		t.Errorf("upstream %q, level %q; want the variable's value, and an empty variable ignored", c.Postgres.Upstream, c.Log.Level)
	}
}

func TestFaultyVariableIsAnErrorThatNamesIt(t *testing.T) {
	for _, test := range []struct{ variable, want string }{
		{"KEYASIDE_POSTGRES_LISTN=127.0.0.1:1", "KEYASIDE_POSTGRES_LISTN: is not a setting; take the name from"},
		{"KEYASIDE_POSTGRE_LISTEN=127.0.0.1:1", "KEYASIDE_POSTGRE_LISTEN: is not a setting"},
		{"KEYASIDE_TABLES_4_NAME=t", "KEYASIDE_TABLES_4_NAME: is not a setting"},
		{"KEYASIDE_POSTGRES_LIMITS_CONNECTIONS=many", "KEYASIDE_POSTGRES_LIMITS_CONNECTIONS: is not a whole number; write digits"},
		{"KEYASIDE_KEYS_STORE_CREATE=ja", "KEYASIDE_KEYS_STORE_CREATE: is neither true nor false; write true or false"},
		{"KEYASIDE_KEYS_CACHE_TTL=60", "KEYASIDE_KEYS_CACHE_TTL: is not a duration; write a number with a unit"},
		{"KEYASIDE_POSTGRES_LIMITS_MESSAGE_BYTES=5MB", "KEYASIDE_POSTGRES_LIMITS_MESSAGE_BYTES: is not a size"},
		{"KEYASIDE_FIELDS={a: {typ: text}}", "KEYASIDE_FIELDS:1:6: a.typ: is not a setting; did you mean type?"},
		{"KEYASIDE_LOG_LEVEL=loud", "KEYASIDE_LOG_LEVEL: log.level: has an unknown value; write one of debug"},
		{"KEYASIDE_TABLES_0_TENANT_SESSION=role", "KEYASIDE_TABLES_0_TENANT_SESSION: tables[0].tenant.session: has an unknown value"},
		{"KEYASIDE_KEYS_MASTER_FILE_PASSPHRASE=hunter2", "KEYASIDE_KEYS_MASTER_FILE_PASSPHRASE: is not a setting; a secret is given by reference: set KEYASIDE_KEYS_MASTER_FILE_PASSPHRASE_FILE"},
		{"KEYASIDE_POSTGRES_CATALOG_PASSWORD=hunter2", "a secret is given by reference: set KEYASIDE_POSTGRES_CATALOG_PASSWORD_FILE"},
	} {
		_, err := loadText(readExample(t, "minimal.yaml"), test.variable)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", test.variable, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the secret: %v", test.variable, err)
		}
	}
}

func TestVariablesOfOthersAreLeftAlone(t *testing.T) {
	_, err := loadText(readExample(t, "minimal.yaml"),
		"KEYASIDE_PASSPHRASE=x", "KEYASIDE_CONFIG=y", "KEYASIDE_PG_BIN=/usr/bin", "POSTGRES_LISTEN=q",
		"KEYASIDE_SERVICE_HOST=10.0.0.1", "KEYASIDE_PORT_6432_TCP_ADDR=10.0.0.1", // a Service named keyaside
		"KEYASIDE_POSTGRES_SERVICE_HOST=10.0.0.1", "KEYASIDE_POSTGRES_PORT=tcp://10.0.0.1:6432") // and keyaside-postgres
	if err != nil {
		t.Error(err)
	}
}

func TestVariableThatHoldsASecretMayBeNamedLikeASetting(t *testing.T) {
	text := strings.Replace(readExample(t, "minimal.yaml"), "KEYASIDE_PASSPHRASE", "KEYASIDE_KEYS_PASSPHRASE", 1)
	if _, err := loadText(text, "KEYASIDE_KEYS_PASSPHRASE=correct horse"); err != nil {
		t.Error(err)
	}
}
