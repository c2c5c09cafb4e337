package configs

// Treatments of a role, in the order of what they take away.
const (
	TreatPlaintext  = "plaintext"
	TreatMasked     = "masked"
	TreatCiphertext = "ciphertext"
	TreatDenied     = "denied"
)

// Access says what roles of the database get of a field. It adds to the database's own privileges and replaces none.
//
// A session has the strictest rule of three roles: the one that logged in, session_user and current_user, which SET ROLE
// changes. A role without a rule of its own has the strictest of the groups that it is a member of, directly or not,
// with INHERIT or without; if none has a rule either, the default. Superusers are members of what they were granted only.
// Memberships are read with the catalog (postgres.catalog.refresh).
type Access struct {
	// Default is for roles without a rule.
	Default string `yaml:"default" default:"plaintext"`
	// Roles has rules by the role's name, spelled as in the catalog:
	//
	// plaintext reads, searches and writes.
	// masked reads what mask shows, and inserts. It searches too, if the field is searchable, so it can find out whether a
	// value that it knows is there. It changes no value, lest it write a mask back.
	// ciphertext reads envelopes as they are stored, as bytea or text; it neither writes nor searches.
	// denied may not name a column of the field, nor write * for it.
	Roles map[string]string `yaml:"roles"`
}

// Mask says what is shown of a field to masked roles. The type stays: a masked date is a date. NULL is not masked. Exactly
// one of its parts is set.
type Mask struct {
	// Last shows that many characters at the end of a text, and an asterisk for each other one; nothing if more would be
	// seen than hidden. At least 1. For text and varchar, as first and email are.
	Last int `yaml:"last"`
	// First shows that many characters at the beginning. At least 1.
	First int `yaml:"first"`
	// Email shows a***@example.com of ada@example.com.
	Email bool `yaml:"email"`
	// Year shows January 1st of the year, of date, timestamp and timestamptz.
	Year bool `yaml:"year"`
	// Round shows numbers cut to a multiple of a power of ten, 10 at least: 1000 shows 52000 of 52345. For int2, int4, int8,
	// float4, float8 and numeric; the power must be one that the type has.
	Round int `yaml:"round"`
	// Constant is shown of every value, in the type's text form; also "". For all types.
	Constant *string `yaml:"constant"`
	// Hidden shows NULL. For all types.
	Hidden bool `yaml:"hidden"`
}

// RuledRoles lists the roles for which a field has a rule, in no order and perhaps repeatedly.
func (c *Config) RuledRoles() []string {
	var names []string
	for _, f := range c.Fields {
		for role := range f.Access.Roles {
			names = append(names, role)
		}
	}
	return names
}

// Ruled reports whether some role gets less than plaintext of the field.
func (a Access) Ruled() bool { return a.Default != TreatPlaintext || len(a.Roles) > 0 }
