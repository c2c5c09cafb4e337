// Package pgvalue converts between what a PostgreSQL client sends or expects and the canonical plaintext that
// is sealed.
//
// The canonical plaintext of a value is PostgreSQL's binary representation of the field's logical type, so that
// every spelling of a value (text or binary, `t` or `true`, `2024-5-6` or `2024-05-06`) seals to the same bytes;
// equality search depends on it. For text and json it is the UTF-8 bytes, for jsonb the text that jsonb's output
// function would show, without the version byte of the binary form; for arrays array_send's form, as a whole.
//
// Equal to the server is not always one spelling, where the spelling can be seen: numeric keeps its scale (1.0 and
// 1.00), floats the sign of zero, json its text. Such values seal to different bytes, and a search for one does not
// find the other. NaN has one form here, whatever bits a client sends for it.
//
// Input is judged as the server would judge it: what the server's input function or assignment cast refuses is
// refused with the same SQLSTATE. What is accepted here has the server's meaning; a few forms that the server
// accepts are refused (a date that depends on the clock, for one), never the other way round in meaning.
//
// No error carries a value or a part of it. All functions are safe for concurrent use; none keeps a reference to
// its arguments. Buffers that are appended to must not overlap the source.
//
// The readers are written here and not taken from pgx's pgtype, except for its type OIDs: pgtype reads what servers
// send, this package what clients send, which has many more spellings, and pgtype's errors quote the value.
//
// Compatibility: tested against PostgreSQL 14, 15 and 18. Spellings that only newer servers accept are refused: of
// numbers `0x1F` and `1_000`, of dates and timestamps `+infinity` (all since 16). Floats are written as since
// PostgreSQL 12 with extra_float_digits at its default or above: the shortest text that reads back as the same value.
package pgvalue

// Format is the protocol's format code of a value (PostgreSQL documentation, 55.2.3).
type Format int16

const (
	TextFormat   Format = 0
	BinaryFormat Format = 1
)
