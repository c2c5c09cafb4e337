package pgsql

// Policy says which columns of which tables are protected. It is immutable after NewPlanner.
type Policy struct {
	Tables []Table
}

// Table is a table with protected columns.
type Table struct {
	Schema  string // never empty; "public" by default in the configuration
	Name    string
	Tenant  TenantSource
	Columns []Column
}

// TenantSource says where the tenant of a row comes from. Exactly one of its parts is set.
type TenantSource struct {
	Column  string // a column of the same table
	Fixed   string // one tenant for the whole table
	Session string // "user", "database": a fact of the session, known to the caller
}

// Storage is how an envelope is kept in a column.
type Storage uint8

const (
	StorageBytea Storage = iota // the envelope's bytes
	StorageText                 // "ks1." and unpadded base64url
)

// Column binds a protected column to a field.
type Column struct {
	Name  string
	Field string // the field's id
	Type  string // the field's logical type without a modifier, spelled as PostgreSQL spells it: "text", "int8", …
	// Modifier is what the declaration of the type has between parentheses: "20" of varchar(20), "10,2" of numeric(10,2).
	Modifier string
	Storage  Storage
	Index    int // the caller's number for the field; carried through to the plan
}
