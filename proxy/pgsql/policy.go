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

// TenantSource says where the tenant of a row comes from. Of several parts that are set, each that gives a tenant must give
// the same one.
type TenantSource struct {
	Column  string // a column of the same table
	Fixed   string // one tenant for the whole table
	Session string // "user", "database": a fact of the session, known to the caller
	// Setting is a run-time parameter of the session (app.tenant_id, application_name). Unset or empty it gives no tenant.
	Setting string
	// Foreign is for tables with a column and a source in the session.
	Foreign ForeignRule
}

// ForeignRule is what becomes of a value that rightly belongs to another tenant than the session's when it is read.
type ForeignRule uint8

const (
	ForeignError ForeignRule = iota // the statement fails
	ForeignMask                     // it reads as a constant mask of its type
	ForeignNull                     // it reads as NULL
)

// bound reports whether the session says whose rows it may read, besides what a column says.
func (t *TenantSource) bound() bool { return t.Session != "" || t.Setting != "" }

// claims are the sources besides the one that is looked at first: the column, a fixed tenant, a fact of the session.
func (t *TenantSource) claims(typ uint32) *Claims {
	c := Claims{Fixed: t.Fixed, Session: t.Session, Setting: t.Setting, TypeOID: typ, Foreign: t.Foreign}
	switch {
	case t.Column != "":
	case t.Fixed != "":
		c.Fixed = ""
	case t.Session != "":
		c.Session = ""
	default:
		c.Setting = ""
	}
	if c.Fixed == "" && c.Session == "" && c.Setting == "" {
		return nil
	}
	return &c
}

// Storage is how an envelope is kept in a column.
type Storage uint8

const (
	StorageBytea Storage = iota // the envelope's bytes
	StorageText                 // "ks1." and unpadded base64url
)

// Search is how values of a field can be found by equality.
type Search uint8

const (
	// SearchNone: not at all. Envelopes of equal values differ.
	SearchNone Search = iota
	// SearchDeterministic: equal values have equal envelopes (suite 3), so the column compares as it is.
	SearchDeterministic
	// SearchTerm: envelopes of equal values differ and carry equal terms, so substring(column from 13 for 15) compares, or
	// substring(column from 21 for 20) where the storage is text.
	SearchTerm
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

	Search Search
	// Domain is the field's equality domain: columns compare with each other only if they have the same. Never empty where
	// Search is not SearchNone.
	Domain string
	// Normalise lists, comma-separated and in this order, what is done to a value before its term is made: "lower", "trim",
	// "digits". Empty: nothing. Only with SearchTerm. Fields of one domain have the same.
	Normalise string
}
