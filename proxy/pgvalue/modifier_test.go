package pgvalue

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// modified are columns whose declarations have modifiers.
var modified = []struct {
	typ      Type
	modifier string
	inputs   []source
}{
	{Varchar, "5", varcharInputs()},
	{Varchar, "1", varcharInputs()},
	{Numeric, "5,2", numericInputs()},
	{Numeric, "3", numericInputs()},
	{Numeric, "3,-2", numericInputs()},
	{Numeric, "2,4", numericInputs()},
	{Numeric, "38,10", numericInputs()},
	{Timestamp, "0", momentInputs()},
	{Timestamp, "3", momentInputs()},
	{Timestamptz, "1", momentInputs()},
	{Timestamptz, "6", momentInputs()},
	{Varchar.Array(), "3", inText([]uint32{0}, "{abc,NULL,de}", "{abcd}", `{"abc  "}`, "{}")},
	{Numeric.Array(), "4,1", inText([]uint32{0}, "{1.25,NULL,-1.25}", "{9999}", "{NaN}")},
	{Timestamp.Array(), "0", inText([]uint32{0}, `{"2024-05-06 07:08:09.5",NULL}`)},
}

func varcharInputs() []source {
	texts := []string{"", "a", "abcde", "abcdef", "abcde   ", "abcd  f", "     ", "      ", "äöüßé", "äöüßéx", "äöüßé  ", "日本語日本", "日本語日本語", "a\tbc\t\t"}
	return append(inText([]uint32{0, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID}, texts...), inBinary([]uint32{0, pgtype.TextOID}, texts...)...)
}

func numericInputs() []source {
	return inText([]uint32{0, pgtype.NumericOID}, "0", "-0", "0.00", "1", "-1", "1.005", "1.015", "-1.015", "999.99", "999.994", "999.995", "-999.995", "9.5",
		"99.5", "999.4", "999.5", "1000", "49", "50", "149", "150", "99949", "99950", "-99950", "0.00004", "0.00005", "0.0099", "0.00994", "0.00995", "0.01", "1e-20", "1e30", "NaN", "inf", "-inf",
		"123456789.123456789123", "x", "0.99999", "0.000000000049999", "12345678901234567890123456789012345678")
}

func momentInputs() []source {
	return inText([]uint32{0}, "2024-05-06 07:08:09.4999", "2024-05-06 07:08:09.5", "2024-05-06 23:59:59.9999", "1999-12-31 23:59:59.55", "1999-12-31 23:59:59.45", "1969-01-01 00:00:00.0005",
		"infinity", "-infinity", "294276-12-31 23:59:59.999", "294276-12-31 23:59:59.4", "4713-01-01 00:00:00.4 BC", "x")
}

// TestModifiersAgreeWithTheServer stores inputs in columns with modifiers of a real server, and random numbers too.
func TestModifiersAgreeWithTheServer(t *testing.T) {
	o := newOracle(t)
	s := &Settings{DateStyle: "ISO, MDY", Location: time.UTC}
	for i, c := range modified {
		if o.version < 15 && strings.HasPrefix(c.modifier, "3,-2") || o.version < 15 && c.modifier == "2,4" {
			continue // scales that only newer servers know
		}
		m, err := ParseModifier(c.typ, c.modifier)
		if err != nil {
			t.Fatalf("%v(%s): %v", c.typ, c.modifier, err)
		}
		declared := c.typ.scalar().String() + "(" + c.modifier + ")"
		if c.typ.isArray() {
			declared += "[]"
		}
		table := fmt.Sprintf("modified_%d", i)
		o.exec(fmt.Sprintf("create temp table %s (v %s)", table, declared))
		o.sameModifier(t, table, m)
		inputs := c.inputs
		if c.typ == Numeric {
			inputs = append(inputs, randomNumbers()...)
		}
		for _, v := range inputs {
			want, got := o.storeIn(table, v), oursModified(t, c.typ, v, s, m)
			if got != want {
				t.Errorf("%s from %s:\n ours   %v\n server %v", declared, describe(v), got, want)
			}
		}
	}
}

func randomNumbers() []source {
	random := rand.New(rand.NewPCG(4, 4))
	var list []string
	for range 300 {
		n := fmt.Sprintf("%d.%0*d", random.IntN(1<<random.IntN(20)), 1+random.IntN(12), random.IntN(1<<random.IntN(31)))
		list = append(list, n, "-"+n)
	}
	return inText([]uint32{0}, list...)
}

// sameModifier compares with what the server keeps, and reports in RowDescription.
func (o *oracle) sameModifier(t *testing.T, table string, m Modifier) {
	t.Helper()
	result := o.conn.ExecParams(t.Context(), "select v from "+table, nil, nil, nil, nil)
	if got := result.FieldDescriptions()[0].TypeModifier; got != int32(m) {
		t.Errorf("%s: the server's modifier is %d, ours %d", table, got, m)
	}
	if _, err := result.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestModifiersOutOfBoundsAreRefused(t *testing.T) {
	for _, c := range []struct {
		typ      Type
		modifier string
	}{
		{Varchar, "0"}, {Varchar, "10485761"}, {Varchar, "5,2"}, {Varchar, "x"}, {Numeric, "0"}, {Numeric, "1001"}, {Numeric, "5,1001"}, {Numeric, "5,x"},
		{Numeric, "5,2,1"}, {Timestamp, "7"}, {Timestamp, "-1"}, {Timestamp, "1,1"}, {Text, "5"}, {Int4, "5"}, {Date, "1"}, {Text.Array(), "3"}, {Invalid, "3"},
	} {
		if m, err := ParseModifier(c.typ, c.modifier); err == nil {
			t.Errorf("%v(%s) is %d", c.typ, c.modifier, m)
		}
	}
	for _, typ := range allTypes {
		if m, err := ParseModifier(typ, ""); m != NoModifier || err != nil {
			t.Errorf("%v: %d, %v", typ, m, err)
		}
	}
}

func TestTooLongValuesAreNotQuoted(t *testing.T) {
	m, _ := ParseModifier(Varchar, "3")
	_, err := Varchar.AppendModified(nil, []byte("SECRET"), TextFormat, 0, &Settings{}, m)
	if err == nil || strings.Contains(err.Error(), "SECRET") || err.(*Error).Code != "22001" {
		t.Error(err)
	}
}

func TestComparedNumbersHaveTheScaleOfTheColumn(t *testing.T) {
	m, err := ParseModifier(Numeric, "6,2")
	if err != nil {
		t.Fatal(err)
	}
	s := &Settings{}
	stored := func(in string) string {
		out, err := Numeric.AppendModified(nil, []byte(in), TextFormat, 0, s, m)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		return string(out)
	}
	for _, c := range []struct {
		stored, compared string
		equal            bool
	}{
		{"1.5", "1.50", true}, {"1.5", "1.5000", true}, {"1.5", "15e-1", true}, {"1.50", "1.501", false}, {"0", "-0.000", true}, {"-1", "1", false},
		{"100", "1e2", true}, {"0.01", "0.010", true}, {"0.01", "0.0149", false}, {"1", "123456789", false}, {"1", "NaN", false}, {"NaN", "nan", true}, {"1", "inf", false},
	} {
		out, err := Numeric.AppendCompared([]byte("kept"), []byte(c.compared), TextFormat, 0, s, m)
		if err != nil || string(out[:4]) != "kept" {
			t.Fatalf("%s: %q, %v", c.compared, out, err)
		}
		if got := string(out[4:]) == stored(c.stored); got != c.equal {
			t.Errorf("%s = %s is %v", c.stored, c.compared, got)
		}
	}
	m, _ = ParseModifier(Varchar, "3")
	if out, err := Varchar.AppendCompared(nil, []byte("abc  "), TextFormat, 0, s, m); string(out) != "abc  " || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}
