package pgsql

// Session is what the meaning of a text depends on besides the catalog and the policy. The zero value is a session in
// which nothing has happened yet. A Planner reads it during Plan only and does not keep it.
type Session struct {
	// Children names the tables that the open transaction has made children or partitions of protected ones: they share
	// the protected columns, but the catalog doesn't have them yet, so no value may go to them or come from them.
	Children []string
	// Names says what names without a schema mean in the session, of those that Plan.Names asked for.
	Names map[string]Name
	// Prepared finds the session's prepared statement of a name for EXECUTE, or returns nil. It is set while there are any
	// on protected tables, and for a text that is kept to be executed later.
	Prepared func(name string) *Prepared
	// Cursors is set while a cursor or a named portal may return protected columns: then DECLARE, FETCH and CLOSE matter,
	// whatever they name.
	Cursors bool
}
