package pgvalue

// Type is a logical type of a protected field: what the application believes the column to be.
type Type uint8

const (
	Invalid Type = iota
	Text
	Bytea
	Int8
	Date
	UUID
	JSONB
)

// Format is the protocol's format code of a value (PostgreSQL documentation, 55.2.3).
type Format int16

const (
	TextFormat   Format = 0
	BinaryFormat Format = 1
)
