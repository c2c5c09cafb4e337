// Package configs is Keyaside's configuration as documentation: every setting with its unit, default and limits, the
// strict loader, and the example files beside it, which the tests load.
//
// A setting comes from the YAML file or from the environment, which wins: postgres.limits.connections is
// KEYASIDE_POSTGRES_LIMITS_CONNECTIONS. Sections that are lists or maps (fields, tables, the columns of a table) are
// given as a whole, in YAML, e.g. KEYASIDE_FIELDS='{email: {type: text}}'; single settings of the n-th table, counted
// from 0, are KEYASIDE_TABLES_0_NAME and so on. An empty variable counts as unset.
//
// The package refuses what it does not know: unknown and repeated keys, wrong kinds of values, impossible combinations.
// It reports all problems at once, each with file, line and column, or the variable, and what to do. Secrets are never
// in the configuration: it holds references to a file, a variable or a descriptor. Relative paths are relative to the
// working directory.
//
// The package does not connect to anything. It imports nothing of Keyaside; cmd translates its types into each
// package's own Config. A loaded Config is read-only and safe for concurrent use.
package configs

// Config is the whole configuration of one proxy.
type Config struct {
	Postgres Postgres `yaml:"postgres" envPrefix:"POSTGRES_"`
	Keys     Keys     `yaml:"keys" envPrefix:"KEYS_"`
	Audit    Audit    `yaml:"audit" envPrefix:"AUDIT_"`
	Log      Log      `yaml:"log" envPrefix:"LOG_"`
	// Fields are the protected kinds of data by id. The id is part of what every ciphertext is bound to, so it outlives
	// renames of tables and columns and must never be changed once data exists. 1 to 255 of a-z, 0-9, "_", "." and "-".
	Fields Fields `yaml:"fields" env:"FIELDS"`
	// Tables bind columns to fields.
	Tables Tables `yaml:"tables" env:"TABLES" envPrefix:"TABLES_"`

	origins origins
}

// Audit is the log of master-key uses and key state changes.
type Audit struct {
	// Path is the log's file (JSON lines, hash-chained, mode 0600). It is created when missing; its directory must exist.
	// Several processes of one machine may share it. Required.
	Path string `yaml:"path" env:"PATH"`
}

// Log is the operational log on standard error. It never holds plaintext, keys or PINs, nor SQL text, but for that of
// statements in mode: observe, without literals and comments.
type Log struct {
	// Level is the least severity that is written: debug, info, warn or error.
	Level string `yaml:"level" env:"LEVEL" default:"info"`
	// Format is text (key=value, for people) or json (one object a line).
	Format string `yaml:"format" env:"FORMAT" default:"text"`
}
