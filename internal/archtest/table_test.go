package archtest

// row says what one of our packages may import of ours: in the program, and in addition in its tests.
type row struct {
	imports []string
	tests   []string
}

// all allows every package of ours.
var all = []string{"*"}

// table is the direction of dependence (ARCHITECTURE.md, "Who may import whom"). A package without a row fails.
var table = map[string]row{
	"cmd/keyaside": {imports: all},

	"configs": {},

	"proxy":                    {},
	"proxy/pgwire":             {},
	"proxy/mask":               {imports: []string{"proxy/pgvalue"}},
	"proxy/pgvalue":            {tests: []string{"internal/pgtest"}},
	"proxy/pgcopy":             {tests: []string{"internal/pgtest"}},
	"proxy/pgsql":              {imports: []string{"proxy/pgcopy"}, tests: []string{"internal/pgtest"}},
	"proxy/pgproxy":            {imports: []string{"proxy", "proxy/pgwire", "proxy/pgcopy", "proxy/pgvalue", "proxy/mask", "proxy/pgsql", "fieldcrypt"}, tests: all},
	"proxy/pgproxy/ormtest":    {tests: []string{"internal/pgtest"}},
	"proxy/pgproxy/drivertest": {tests: all}, // its tests put the whole program together

	"fieldcrypt": {},
	"keycache":   {imports: []string{"fieldcrypt", "keystore", "hsm"}, tests: []string{"keystore/boltstore", "hsm/filekey", "hsm/softhsm", "hsm/pkcs11"}},

	"keystore":           {imports: []string{"hsm"}, tests: []string{"keystore/boltstore", "keystore/storetest", "hsm/filekey", "audit"}},
	"keystore/boltstore": {imports: []string{"keystore", "hsm"}, tests: []string{"keystore/storetest"}},
	"keystore/storetest": {imports: []string{"keystore", "hsm"}},

	"hsm":         {},
	"hsm/pkcs11":  {imports: []string{"hsm"}, tests: []string{"hsm/hsmtest", "hsm/softhsm"}},
	"hsm/filekey": {imports: []string{"hsm"}, tests: []string{"hsm/hsmtest"}},
	"hsm/hsmtest": {imports: []string{"hsm", "hsm/softhsm"}, tests: []string{"hsm/filekey"}},
	"hsm/softhsm": {},

	"audit": {},

	"bench": {imports: []string{"internal/pgtest", "hsm/softhsm"}},

	"internal/archtest": {},
	"internal/pgtest":   {},
}

// confined lists dependencies that only some of our packages may import; confinedInTests adds who may in tests.
var confined = map[string][]string{
	"github.com/ThalesGroup/crypto11":    {"hsm/pkcs11"},
	"github.com/miekg/pkcs11":            {"hsm/pkcs11"},
	"filippo.io/age":                     {"hsm/filekey"},
	"go.etcd.io/bbolt":                   {"keystore/boltstore"},
	"github.com/sqlc-dev/oliphant":       {"proxy/pgsql"},
	"google.golang.org/protobuf":         {"proxy/pgsql"},
	"github.com/jackc/pgproto3/v2":       {"proxy"},
	"github.com/goccy/go-yaml":           {"configs"},
	"github.com/caarlos0/env/v11":        {"configs"},
	"github.com/spf13/cobra":             {"cmd"},
	"github.com/spf13/pflag":             {"cmd"},
	"github.com/lib/pq":                  {}, // tests only
	"github.com/hashicorp/golang-lru/v2": {"keycache", "keystore", "proxy/pgsql", "proxy/pgproxy"},
}

var confinedInTests = map[string][]string{
	"github.com/lib/pq": {"proxy/pgproxy", "cmd/keyaside"}, // a driver that the proxy must serve
	"go.etcd.io/bbolt":  {"cmd/keyaside"},                  // to hold the key store's lock
}

// keyPackages can lead to a key.
var keyPackages = []string{"hsm", "keystore", "keycache"}

// secretPackages draw or hold secrets, so math/rand needs a reason in them.
var secretPackages = []string{"fieldcrypt", "hsm", "keystore", "keycache", "audit"}

// weakRandom lists the packages among them that use math/rand, and for what.
var weakRandom = map[string]string{
	"keycache": "spreads counters over cells",
	"keystore": "spreads the retries of writers that collide",
}

// nameless are package names that say nothing about what is inside.
var nameless = []string{"util", "utils", "common", "helper", "helpers", "types", "models", "pkg", "misc", "base", "shared"}
