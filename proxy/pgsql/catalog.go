package pgsql

// Catalog is a snapshot of a database's relations, so that names and stars resolve as the server resolves them. It is
// immutable once handed to a Planner.
type Catalog struct {
	Relations []Relation
	// Groups lists for roles, by name, the roles that they are members of, directly or not. Plans don't depend on it.
	Groups map[string][]string
}

// RelationKind is pg_class.relkind, reduced to what matters here.
type RelationKind byte

const (
	OrdinaryTable RelationKind = 'r' // also partitioned and foreign tables
	View          RelationKind = 'v' // also materialized views
)

// Relation is a table or a view.
type Relation struct {
	OID     uint32
	Schema  string
	Name    string
	Kind    RelationKind
	Parents []uint32 // the tables that this one inherits from or is a partition of
	Uses    []uint32 // for a view: the relations that its query reads
	// Definition is a view's query as pg_get_viewdef gives it with an empty search_path, so that all names have their
	// schema. Empty: not known, which bars a view that reads protected columns.
	Definition string
	Columns    []Attribute // in attnum order, dropped ones left out
}

// Attribute is a column of a relation.
type Attribute struct {
	Name      string
	Number    int16  // pg_attribute.attnum
	TypeOID   uint32 // the base type, with domains resolved; 0 if its collation calls values equal that are spelled differently
	Generated bool   // generated column: cannot be written
	Default   string // its default as pg_get_expr gives it; empty if there is none, or if it is not known
	// HasDefault is true if the column, or the domain that is its type, has a default other than NULL.
	HasDefault bool
}
