package pgvalue

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// deviation is a class of values on which this package and the server differ on purpose. A code is an SQLSTATE,
// "accepted", or "" for any.
type deviation struct {
	why          string
	applies      func(Type, source) bool
	ours, server string
	since, until int // the server's major versions on which it occurs; 0 is any
}

const accepted = "accepted"

func isDeclared(types []Type, oids ...uint32) func(Type, source) bool {
	return func(t Type, v source) bool { return slices.Contains(types, t) && slices.Contains(oids, v.oid) }
}

func isInput(types []Type, inputs ...string) func(Type, source) bool {
	return func(t Type, v source) bool {
		return slices.Contains(types, t) && v.format == TextFormat && slices.Contains(inputs, string(v.bytes))
	}
}

var (
	floats  = []Type{Float4, Float8}
	numbers = []Type{Int2, Int4, Int8, Float4, Float8, Numeric}
	moments = []Type{Date, Timestamp, Timestamptz}
)

// isFloatText reports whether a text is read as a float.
func isFloatText(t Type, v source) bool {
	declared := v.oid == pgtype.Float4OID || v.oid == pgtype.Float8OID
	return v.format == TextFormat && (declared && slices.Contains(numbers, t) || (v.oid == 0 || v.oid == pgtype.UnknownOID) && slices.Contains(floats, t))
}

// deviates reports whether some deviation may apply to a value.
func deviates(t Type, v source) bool {
	return slices.ContainsFunc(deviations, func(d deviation) bool { return d.applies(t, v) })
}

// deviations is the complete list, but for documents of extreme size (see jsonb_test.go).
var deviations = []deviation{
	{
		why:     "drivers declare varchar for any string (JDBC's setString); the server would want a cast in the statement",
		applies: isDeclared(append(withArrays(scalarTypes[3:]), Text.Array(), Varchar.Array(), Bytea.Array()), pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID),
		server:  "42804",
	},
	{
		why:     "any type has an assignment cast to text; those whose text depends on settings that the server does not report, or that nobody sends, are refused",
		applies: isDeclared([]Type{Text, Varchar}, pgtype.Float4OID, pgtype.Float8OID, pgtype.ByteaOID, pgtype.QCharOID),
		ours:    "42804", server: accepted,
	},
	{
		why:     "the same, with a value that is not of its declared type",
		applies: isDeclared([]Type{Text, Varchar}, pgtype.Float8OID),
		ours:    "42804",
	},
	{
		why: "a number with two faults: the server sees the overflow before the characters that follow",
		applies: func(t Type, v source) bool {
			return slices.Contains(numbers, t) && v.format == TextFormat && bytes.ContainsAny(v.bytes, "aexyz .,")
		},
		ours: "22P02", server: "22003",
	},
	{
		why:     "oid has an assignment cast to bigint; nobody stores oids in a protected column",
		applies: isDeclared([]Type{Int4, Int8}, pgtype.OIDOID),
		ours:    "42804",
	},
	{
		why: "white space inside of an exponent, which C's strtol skips",
		applies: func(t Type, v source) bool {
			return slices.Contains(numbers, t) && (v.oid == pgtype.NumericOID || t == Numeric) && bytes.ContainsAny(v.bytes, " \t")
		},
		ours: "22P02", server: accepted, until: 15,
	},
	{
		why: "integers in other bases and with separators",
		applies: func(t Type, v source) bool {
			return slices.Contains(numbers, t) && !isFloatText(t, v) && bytes.ContainsAny(v.bytes, "_xXoObB")
		},
		ours: "22P02", server: accepted, since: 16,
	},
	{
		why:     "a second spelling of infinity",
		applies: isInput(moments, "+infinity"),
		ours:    "22007", server: accepted, since: 16,
	},
	{
		why:     "a time that ends with a point",
		applies: isInput(moments, "2024-05-06T07:08:09."),
		ours:    "22007", server: accepted, since: 15,
	},
	{
		why: "C reads hexadecimal integers as floats",
		applies: func(t Type, v source) bool {
			return isFloatText(t, v) && bytes.Contains(bytes.ToLower(v.bytes), []byte("0x"))
		},
		ours: "22P02", server: accepted,
	},
	{
		why:     "a document with two faults is refused for another one: the server checks the whole syntax of a declared json first",
		applies: isDeclared([]Type{JSONB, Text}, pgtype.JSONOID, pgtype.JSONBOID),
		ours:    "22P05", server: "22P02",
	},
	{
		why:     "the same",
		applies: isDeclared([]Type{JSONB}, pgtype.JSONOID),
		ours:    "22003", server: "22P02",
	},
	{
		why: "C reads NaN with a sign",
		applies: func(t Type, v source) bool {
			return isFloatText(t, v) && bytes.HasSuffix(bytes.ToLower(v.bytes), []byte("nan"))
		},
		ours: "22P02", server: accepted,
	},
	{
		why: "NaN has one form, so that equal values have: the server keeps the bits that it was sent",
		applies: func(t Type, v source) bool {
			return (slices.Contains(floats, t) || slices.Contains(floats, t.Elem())) && v.format == BinaryFormat
		},
		ours: accepted, server: accepted,
	},
	{
		why:     "an array with two faults: the server sees that of the braces before that of an element",
		applies: func(t Type, v source) bool { return t.isArray() && v.format == TextFormat },
		ours:    "22007", server: "22P02", until: 16,
	},
	{
		why:     "arrays of more dimensions, or with other bounds than 1 to n",
		applies: func(t Type, v source) bool { return t.isArray() },
		ours:    "0A000",
	},
	{
		why:     "dates that depend on the clock",
		applies: isInput(moments, "today", "now", "tomorrow", "yesterday", "Today"),
		ours:    "22007", server: accepted,
	},
	{
		why:     "names of zones are a setting of the server (timezone_abbreviations)",
		applies: isInput(moments, "2024-05-06 EST", "2024-05-06 10:00 CEST", "2024-05-06 10:00 America/New_York", "2024-05-06 10:00:00 UTC+2"),
		ours:    "22007", server: accepted,
	},
	{
		why:     "Julian days and days of the year",
		applies: isInput(moments, "2024.127", "2024-127", "2024.001", "J2451187", "j 2451187", "JD2451187"),
		ours:    "22007", server: accepted,
	},
	{
		why: "odd punctuation, half-written times and noise words that the server skips",
		applies: isInput(moments, "2024-05-06T07:08.5", "2024-05-06 07:", "2024-05-06 07:08:", "2024-05-06 pm", "2024-05-06 +02:", "2024-05-06 + 02", "- infinity",
			"infinity BC", "epoch BC", "infinity 10:00", "2024--05-06", "2024-05--06", "2024-05-06-", "y2024m05d06", "2024-05-06 allballs",
			"2024-05-06 on", "on 2024-05-06", "at 2024-05-06", "2024-05-06 10:00 at", "2024-05-06;", "2024_05_06"),
		ours: "22007", server: accepted,
	},
}

func (v verdict) outcome() string {
	if v.code == "" {
		return accepted
	}
	return v.code
}

func (d deviation) explains(typ Type, v source, got, want verdict) bool {
	return d.applies(typ, v) && (d.ours == "" || d.ours == got.outcome()) && (d.server == "" || d.server == want.outcome())
}

func (d deviation) occursOn(version int) bool {
	return version >= d.since && (d.until == 0 || version <= d.until)
}

// tally counts how often each deviation was needed.
type tally [64]int

func (n *tally) explain(typ Type, v source, got, want verdict, version int) bool {
	for i, d := range deviations {
		if d.occursOn(version) && d.explains(typ, v, got, want) {
			n[i]++
			return true
		}
	}
	return false
}

func (n *tally) checkAllUsed(t *testing.T, version int) {
	t.Helper()
	for i, d := range deviations {
		if n[i] == 0 && d.occursOn(version) {
			t.Errorf("the deviation %q no longer occurs: remove it", d.why)
		}
	}
}

func describe(v source) string {
	format := "text"
	if v.format == BinaryFormat {
		format = "binary"
	}
	return fmt.Sprintf("%s %s declared %d", format, clip(string(v.bytes)), v.oid)
}
