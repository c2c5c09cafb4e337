package configs

import (
	"regexp"
	"slices"
	"strings"
)

// Fields are the protected kinds of data by id.
type Fields map[string]Field

// Field is one kind of protected data.
type Field struct {
	// Type is the logical type that applications see: text, varchar, bytea, bool, int2, int4, int8, float4, float8, numeric, date,
	// timestamp, timestamptz, uuid, json, jsonb, or one of them with [] for its one-dimensional array. varchar(20),
	// numeric(10,2), timestamp(3) and timestamptz(3) are held to their modifiers by the proxy, since the database sees
	// ciphertext. Between braces, YAML wants quotes: {type: "numeric(10,2)"}. Required.
	Type string `yaml:"type"`
	// Search says how values can be found by the database without being opened: none (the default) or equality, which shows
	// the database which values of a tenant are equal. Not for float4, float8, json, jsonb, numeric without a scale, bool and
	// arrays.
	Search string `yaml:"search" default:"none"`
	// Equality refines search: equality.
	Equality Equality `yaml:"equality"`
	// Access says what roles of the database get of the field. Absent: plaintext for all.
	Access Access `yaml:"access"`
	// Mask says what masked roles see of a value. Required if there is one.
	Mask *Mask `yaml:"mask"`
}

// FieldTypes are the logical types that a field can have: the scalars, then their arrays.
func FieldTypes() []string {
	list := slices.Clone(scalarTypes)
	for _, t := range scalarTypes {
		list = append(list, t+"[]")
	}
	return list
}

var scalarTypes = []string{
	"text", "varchar", "bytea", "bool", "int2", "int4", "int8", "float4", "float8", "numeric", "date", "timestamp", "timestamptz", "uuid", "json", "jsonb",
}

// declaration is a type with its modifier and the brackets of an array.
var declaration = regexp.MustCompile(`^([a-z0-9]+)(?:\(([0-9, -]+)\))?((?:\[\])?)$`)

// Declaration splits Type into the type's name, with [] if it is an array, and the modifier between the parentheses.
func (f Field) Declaration() (name, modifier string) {
	parts := declaration.FindStringSubmatch(f.Type)
	if parts == nil {
		return f.Type, ""
	}
	return parts[1] + parts[3], parts[2]
}

// typeRemedy tells what to write for a type.
var typeRemedy = "write one of " + strings.Join(scalarTypes, ", ") + ", or one with [] for its array"

// Tables are the tables with protected columns. A table that is not named passes through untouched.
type Tables []Table

// Table is one table with protected columns.
type Table struct {
	// Name is table or schema.table, spelled as in the catalog, without folding; the schema is public by default. A part
	// that contains a dot is put in double quotes, as in SQL. Required.
	Name   string `yaml:"name" env:"NAME"`
	Tenant Tenant `yaml:"tenant" envPrefix:"TENANT_"`
	// OnForeignTenant is what a protected value reads as in a row of another tenant than the session's: error (the statement
	// fails), mask ("***" for text and varchar, NULL for other types) or null. mask and null need tenant.column together with
	// tenant.session or tenant.setting. A value that was moved to a row of another tenant's is an error in any case.
	OnForeignTenant string  `yaml:"on_foreign_tenant" env:"ON_FOREIGN_TENANT" default:"error"`
	Columns         Columns `yaml:"columns" env:"COLUMNS"`
}

// Tenant says whose keys protect a row. At least one of its parts is set. Of several, each that gives a tenant must give
// the same one, when a row is written and when it is read.
type Tenant struct {
	// Column is a column of the same table that holds the tenant's id: text, varchar, int2, int4, int8 or uuid.
	Column string `yaml:"column" env:"COLUMN"`
	// Fixed is the one tenant of the whole table, 1 to 255 bytes.
	Fixed string `yaml:"fixed" env:"FIXED"`
	// Session is a fact of the client's session: user (the login role), database, or application_name.
	Session string `yaml:"session" env:"SESSION"`
	// Setting is a run-time parameter of the session that names the tenant, such as app.tenant_id, which applications set by
	// SET, SET LOCAL, set_config or a startup option. Unset or empty it gives no tenant. postgres.ask_tenant says when the
	// proxy asks the server for it.
	Setting string `yaml:"setting" env:"SETTING"`
}

// Values of Table.OnForeignTenant.
const (
	ForeignError = "error"
	ForeignMask  = "mask"
	ForeignNull  = "null"
)

// Columns are the protected columns of a table by name, spelled as in the catalog.
type Columns map[string]Column

// Column binds one column to a field.
type Column struct {
	// Field is the id of a field. Several columns may share one. Required.
	Field string `yaml:"field"`
	// Storage is the column's type in the database: bytea (the envelope's bytes) or text ("ks1." and base64url, a third
	// larger).
	Storage string `yaml:"storage" default:"bytea"`
}
