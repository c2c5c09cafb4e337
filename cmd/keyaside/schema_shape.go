package main

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// envelopeShape is what all values of a column have in common: how they are stored, and what kind of envelope they are.
type envelopeShape struct {
	storage pgsql.Storage
	search  pgsql.Search
}

// allShapes are the shapes that have a domain.
var allShapes = []envelopeShape{
	{pgsql.StorageBytea, pgsql.SearchNone}, {pgsql.StorageBytea, pgsql.SearchDeterministic}, {pgsql.StorageBytea, pgsql.SearchTerm},
	{pgsql.StorageText, pgsql.SearchNone}, {pgsql.StorageText, pgsql.SearchDeterministic}, {pgsql.StorageText, pgsql.SearchTerm},
}

func shapeOf(c *pgsql.Column) envelopeShape { return envelopeShape{c.Storage, c.Search} }

// domain is the name of the SQL domain for the shape. The version is the envelope's: another one will get other domains.
func (s envelopeShape) domain() string {
	name := map[pgsql.Search]string{
		pgsql.SearchNone: "keyaside_v1_sealed", pgsql.SearchDeterministic: "keyaside_v1_deterministic", pgsql.SearchTerm: "keyaside_v1_term",
	}[s.search]
	if s.storage == pgsql.StorageText {
		name += "_text"
	}
	return name
}

// baseType is the type below the domain.
func (s envelopeShape) baseType() string {
	if s.storage == pgsql.StorageText {
		return "text"
	}
	return "bytea"
}

// header is how every envelope of the shape begins, and least the number of bytes that it has at least: docs/envelope.md,
// "Bytes".
func (s envelopeShape) header() (start [4]byte, least int) {
	const magic0, magic1, version = 0xF5, 0x4B, 1 << 4
	switch s.search {
	case pgsql.SearchDeterministic:
		return [4]byte{magic0, magic1, version | fieldcrypt.SuiteAESSIV, 0}, fieldcrypt.DeterministicOverhead
	case pgsql.SearchTerm:
		return [4]byte{magic0, magic1, version | fieldcrypt.SuiteAES256GCM, fieldcrypt.FlagEquality}, fieldcrypt.TermOverhead
	}
	return [4]byte{magic0, magic1, version | fieldcrypt.SuiteAES256GCM, 0}, fieldcrypt.Overhead
}

// condition is true of what may be an envelope of the shape, and of NULL. value is SQL: VALUE in a domain, or a column. The
// server has no key, so it can't tell more than that.
func (s envelopeShape) condition(value string) string {
	start, least := s.header()
	if s.storage == pgsql.StorageText {
		return textCondition(value, start, least)
	}
	return fmt.Sprintf(`octet_length(%s) >= %d and substring(%s from 1 for 4) = '\x%x'::bytea`, value, least, value, start)
}

// anyCondition is true of what may be an envelope of any shape in that storage.
func anyCondition(storage pgsql.Storage, value string) string {
	if storage == pgsql.StorageText {
		return fmt.Sprintf("%s ~ '^ks1\\.9U'", value)
	}
	return fmt.Sprintf(`substring(%s from 1 for 2) = '\xf54b'::bytea`, value)
}

// textCondition looks at the text form: the characters that the first four bytes give, then any of base64url, in a number
// that base64 can give.
func textCondition(value string, start [4]byte, least int) string {
	// Three bytes are four characters; of the fourth byte the next character has six bits, and the one after it two bits and
	// four of the key id.
	prefix := string(fieldcrypt.AppendText(nil, start[:3]))
	const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	first, second := start[3]>>2, start[3]&3<<4
	pattern := fmt.Sprintf("^%s%c[%s][A-Za-z0-9_-]*$", "ks1\\."+prefix[len("ks1."):], base64url[first], base64url[second:second+16])
	characters := len("ks1.") + (4*least+2)/3
	return fmt.Sprintf("octet_length(%s) >= %d and octet_length(%s) %% 4 <> 1 and %s ~ '%s'", value, characters, value, value, pattern)
}

// indexKey is what an index on a searchable column of the shape has as its key; empty if nothing is to be found in it.
func (s envelopeShape) indexKey(column string) string {
	switch {
	case s.search == pgsql.SearchDeterministic:
		return column
	case s.search == pgsql.SearchTerm && s.storage == pgsql.StorageText:
		return fmt.Sprintf("substring(%s from %d for %d)", column, fieldcrypt.TermTextOffset+1, fieldcrypt.TermTextSize)
	case s.search == pgsql.SearchTerm:
		return fmt.Sprintf("substring(%s from %d for %d)", column, fieldcrypt.TermOffset+1, fieldcrypt.TermSize)
	}
	return ""
}

// isTermKey reports whether an index's only expression is the one that statements are rewritten to, however the server
// writes it.
func (s envelopeShape) isTermKey(expression, column string) bool {
	quoted := pgx.Identifier{column}.Sanitize()
	plain := strings.NewReplacer(
		`"substring"`, "substring", "SUBSTRING", "substring", "substring", "substring", // before a column whose name is a part of it
		"("+quoted+")::bytea", "$", "("+quoted+")::text", "$", "("+column+")::bytea", "$", "("+column+")::text", "$", quoted, "$", column, "$",
		" FROM ", ",", " FOR ", ",", " from ", ",", " for ", ",", " ", "", "(", "", ")", "")
	s.search = pgsql.SearchTerm
	return plain.Replace(expression) == plain.Replace(s.indexKey(quoted))
}

// indexSuffix ends the names of indexes of one kind.
func (s envelopeShape) indexSuffix() string {
	if s.search == pgsql.SearchTerm {
		return "_term"
	}
	return "_eq"
}
