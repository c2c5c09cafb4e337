package configs

// Postgres is the proxy for the PostgreSQL wire protocol.
type Postgres struct {
	// Listen is the TCP address that applications connect to, host:port. Port 0 takes a free port, which the log names.
	// The proxy is a sidecar: keep it on a loopback address, since applications send plaintext to it.
	Listen string `yaml:"listen" env:"LISTEN" default:"127.0.0.1:6432"`
	// Upstream is the address of the PostgreSQL server: host:port, or the directory of its Unix socket and the port,
	// /var/run/postgresql:5432. Required.
	Upstream string `yaml:"upstream" env:"UPSTREAM"`
	// Mode is enforce, or observe to see what enforcing would do to an application before it is switched on: nothing is
	// encrypted, decrypted or refused then, every byte passes as it came, and what would have been rewritten or refused is
	// counted and logged. observe protects nothing.
	Mode    string  `yaml:"mode" env:"MODE" default:"enforce"`
	Observe Observe `yaml:"observe" envPrefix:"OBSERVE_"`
	// AskTenant says when the proxy asks the server for the parameters that name tenants (tenant.setting, tenant.session:
	// application_name), a round trip each time: change, when something was sent that may have changed them; transaction, in
	// each transaction besides, for a pooler between the proxy and the server that hands its connections from client to
	// client; statement, before each statement that needs to know, for databases whose triggers, views or operators change
	// such a parameter. transaction also asks for the role, where fields have rules of access.
	AskTenant string  `yaml:"ask_tenant" env:"ASK_TENANT" default:"change"`
	Catalog   Catalog `yaml:"catalog" envPrefix:"CATALOG_"`
	Limits    Limits  `yaml:"limits" envPrefix:"LIMITS_"`
}

// Values of Postgres.Mode.
const (
	ModeEnforce = "enforce"
	ModeObserve = "observe"
)

// Values of Postgres.AskTenant.
const (
	AskOnChange         = "change"
	AskInTransaction    = "transaction"
	AskBeforeStatements = "statement"
)

// Observe is for mode: observe.
type Observe struct {
	// Every is how often the same statement is logged again, with how often it came meanwhile; statements that differ in
	// literals only are the same. At least 1s.
	Every Duration `yaml:"every" env:"EVERY" default:"10m"`
	// Statements is how many statements are told apart; what came longest ago makes way. 1 to 100,000.
	Statements int `yaml:"statements" env:"STATEMENTS" default:"1000"`
}

// Catalog is the proxy's own login on the server, with which it reads table definitions. It needs CONNECT on each
// database that applications use and no right on any table.
type Catalog struct {
	// User is the role. Required.
	User string `yaml:"user" env:"USER"`
	// Password is where the role's password is found. Absent means that the server asks for none (trust, peer).
	Password *SecretRef `yaml:"password" envPrefix:"PASSWORD_"`
	// Refresh is how often the definitions are read again; a change made through the proxy is seen at once. At least 1s.
	Refresh Duration `yaml:"refresh" env:"REFRESH" default:"30s"`
}

// Limits bound what clients can make the proxy hold and wait for.
type Limits struct {
	// Connections is how many clients are served at once; further ones are refused with SQLSTATE 53300. 1 to 1,000,000.
	Connections int `yaml:"connections" env:"CONNECTIONS" default:"1000"`
	// MessageBytes is the longest message that the proxy must look into (parameters, rows with protected values). Messages
	// that merely pass are not limited. 64KiB to 1GiB, PostgreSQL's own limit.
	MessageBytes Bytes `yaml:"message_bytes" env:"MESSAGE_BYTES" default:"64MiB"`
	// StatementBytes is the longest SQL text that is parsed. 1KiB to message_bytes.
	StatementBytes Bytes `yaml:"statement_bytes" env:"STATEMENT_BYTES" default:"16MiB"`
	// StartupTimeout is how long a client may take from connecting until it is logged in. More than 0.
	StartupTimeout Duration `yaml:"startup_timeout" env:"STARTUP_TIMEOUT" default:"10s"`
	// DrainTimeout is how long sessions may finish their transactions after SIGTERM before they are closed. 0 closes at
	// once.
	DrainTimeout Duration `yaml:"drain_timeout" env:"DRAIN_TIMEOUT" default:"30s"`
}
