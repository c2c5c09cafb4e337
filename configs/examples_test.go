package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func loadText(text string, environ ...string) (*Config, error) {
	return load("k.yaml", []byte(text), environment(environ))
}

func readExample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryExampleFileLoads(t *testing.T) {
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("found %v, %v; want the minimal and the full example at least", names, err)
	}
	for _, name := range names {
		if _, err := load(name, []byte(readExample(t, name)), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestFullExampleShowsEverySetting(t *testing.T) {
	text := readExample(t, "full.yaml")
	for _, s := range settingsOf(reflect.TypeFor[Config](), "") {
		if !strings.Contains(text, s.key+":") {
			t.Errorf("full.yaml does not show %s", s.path)
		}
	}
}

func TestFullExampleShowsTheDefaults(t *testing.T) {
	full, err := loadText(readExample(t, "full.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, want := *full, *Default()
	got.Postgres.Upstream, got.Postgres.Catalog.User, got.Postgres.Catalog.Password = "", "", nil
	got.Keys.Store.Bolt, got.Keys.Master, got.Audit.Path = "", Master{}, ""
	got.Fields, got.Tables = nil, nil
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error("defaults against full.yaml:", diff)
	}
	if full.Keys.Master.PKCS11.Sessions != 12 || full.Keys.Master.PKCS11.Key != "keyaside-master" {
		t.Errorf("pkcs11 shows %+v, not its defaults", full.Keys.Master.PKCS11)
	}
}

func TestMinimalExampleGetsTheDefaultsOfWhatItLeavesOut(t *testing.T) {
	c, err := loadText(readExample(t, "minimal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Postgres.Limits, Default().Postgres.Limits; got != want {
		t.Errorf("limits are %+v, want %+v", got, want)
	}
	if got := c.Tables[0].Columns["email"].Storage; got != "bytea" {
		t.Errorf("storage of a column is %q, want bytea", got)
	}
	if schema, name, err := c.Tables[0].SchemaAndName(); schema != "public" || name != "customers" || err != nil {
		t.Errorf("table is %q.%q, %v; want public.customers", schema, name, err)
	}
}

// setting is one leaf of the configuration's types.
type setting struct {
	path, key string
	field     reflect.StructField
	envOnly   string // the variable that the tags spell
}

// settingsOf lists the settings under a type; those of lists and maps are listed with index 0 or key x.
func settingsOf(typ reflect.Type, path string) []setting {
	return settingsUnder(typ, path, envPrefix)
}

func settingsUnder(typ reflect.Type, path, prefix string) []setting {
	var all []setting
	for i := range typ.NumField() {
		f := typ.Field(i)
		key := f.Tag.Get("yaml")
		if key == "" {
			continue
		}
		at, under := childPath(path, key), prefix+f.Tag.Get("envPrefix")
		elem := f.Type
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		switch elem.Kind() {
		case reflect.Struct:
			all = append(all, settingsUnder(elem, at, under)...)
			continue
		case reflect.Slice:
			if elem.Elem().Kind() != reflect.Struct {
				break // a list of single values is one setting
			}
			all = append(all, settingsUnder(elem.Elem(), at+"[0]", under+"0_")...)
		case reflect.Map:
			if elem.Elem().Kind() != reflect.Struct {
				break
			}
			all = append(all, settingsUnder(elem.Elem(), at+".x", "")...)
		}
		all = append(all, setting{at, key, f, prefix + f.Tag.Get("env")})
	}
	return all
}
