package mask

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/keyaside/keyaside/proxy/pgvalue"
)

func text(s string) *string { return &s }

// canonical reads a value's text form.
func canonical(t testing.TB, typ pgvalue.Type, value string) []byte {
	t.Helper()
	b, err := typ.AppendCanonical(nil, []byte(value), pgvalue.TextFormat, 0)
	if err != nil {
		t.Fatalf("%s %q: %v", typ, value, err)
	}
	return b
}

// masked returns the text form of what a mask shows; NULL for NULL.
func masked(t testing.TB, typ pgvalue.Type, r Rule, value string, zone *time.Location) string {
	t.Helper()
	m, err := New(typ, r)
	if err != nil {
		t.Fatalf("%s %+v: %v", typ, r, err)
	}
	shown, null := m.Append(nil, canonical(t, typ, value), zone)
	if null {
		return "NULL"
	}
	out, err := typ.AppendText(nil, shown, &pgvalue.Settings{Location: zone})
	if err != nil {
		t.Fatalf("%s %q: the mask shows what is no value of the type: %v", typ, value, err)
	}
	again := canonical(t, typ, string(out))
	if zone == nil && !bytes.Equal(again, shown) {
		t.Errorf("%s %q: the mask shows %x, which is not canonical: %x", typ, value, shown, again)
	}
	return string(out)
}

func TestTextShowsNoMoreThanItHides(t *testing.T) {
	for _, c := range []struct {
		rule        Rule
		value, want string
	}{
		{Rule{Last: 4}, "4111111111111111", "************1111"},
		{Rule{Last: 4}, "12345678", "****5678"},
		{Rule{Last: 4}, "1234567", "*******"},
		{Rule{Last: 4}, "1234", "****"},
		{Rule{Last: 4}, "", ""},
		{Rule{Last: 1}, "é", "*"},
		{Rule{Last: 1}, "日本", "*本"},
		{Rule{Last: 2}, "a🔑é日", "**é日"},
		{Rule{First: 1}, "Łukasz", "Ł*****"},
		{Rule{First: 1}, "x", "*"},
		{Rule{First: 2}, "日本語", "***"},
		{Rule{First: 1 << 62}, "many", "****"},
		{Rule{Email: true}, "ada@example.com", "a***@example.com"},
		{Rule{Email: true}, "éa@example.com", "é***@example.com"},
		{Rule{Email: true}, "a@example.com", "***@example.com"},
		{Rule{Email: true}, "@example.com", "***@example.com"},
		{Rule{Email: true}, `"a@b"@example.com`, `"***@example.com`},
		{Rule{Email: true}, "no address", "***"},
		{Rule{Email: true}, "ada@", "***"},
		{Rule{Email: true}, "", "***"},
		{Rule{Constant: text("hidden")}, "ada", "hidden"},
		{Rule{Constant: text("")}, "ada", ""},
		{Rule{Hidden: true}, "ada", "NULL"},
	} {
		if got := masked(t, pgvalue.Text, c.rule, c.value, nil); got != c.want {
			t.Errorf("%+v of %q: got %q, want %q", c.rule, c.value, got, c.want)
		}
	}
}

func TestYearIsShownAsItsFirstDay(t *testing.T) {
	honolulu, err := time.LoadLocation("Pacific/Honolulu")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typ         pgvalue.Type
		value, want string
		zone        *time.Location
	}{
		{pgvalue.Date, "1987-06-05", "1987-01-01", nil},
		{pgvalue.Date, "2000-01-01", "2000-01-01", nil},
		{pgvalue.Date, "1999-12-31", "1999-01-01", nil},
		{pgvalue.Date, "0044-03-15 BC", "0044-01-01 BC", nil},
		{pgvalue.Date, "4714-11-25 BC", "4714-11-24 BC", nil},
		{pgvalue.Date, "5874897-12-31", "5874897-01-01", nil},
		{pgvalue.Date, "infinity", "infinity", nil},
		{pgvalue.Date, "-infinity", "-infinity", nil},
		{pgvalue.Timestamp, "1987-06-05 04:03:02.000001", "1987-01-01 00:00:00", nil},
		{pgvalue.Timestamp, "1999-12-31 23:59:59.999999", "1999-01-01 00:00:00", nil},
		{pgvalue.Timestamp, "4714-12-01 00:00:00 BC", "4714-11-24 00:00:00 BC", nil},
		{pgvalue.Timestamp, "1987-06-05 04:03:02", "1987-01-01 00:00:00", honolulu},
		{pgvalue.Timestamp, "infinity", "infinity", nil},
		{pgvalue.Timestamptz, "1987-06-05 04:03:02+00", "1987-01-01 00:00:00+00", nil},
		{pgvalue.Timestamptz, "1988-01-01 05:00:00+00", "1987-01-01 00:00:00-10", honolulu},
		{pgvalue.Timestamptz, "-infinity", "-infinity", nil},
	} {
		if got := masked(t, c.typ, Rule{Year: true}, c.value, c.zone); got != c.want {
			t.Errorf("year of %s %s in %v: got %s, want %s", c.typ, c.value, c.zone, got, c.want)
		}
	}
}

func TestNumbersAreCutToThePowerOfTen(t *testing.T) {
	for _, c := range []struct {
		typ         pgvalue.Type
		power       int64
		value, want string
	}{
		{pgvalue.Int2, 1000, "32767", "32000"},
		{pgvalue.Int2, 10000, "-32768", "-30000"},
		{pgvalue.Int4, 1000, "52345", "52000"},
		{pgvalue.Int4, 1000, "-999", "0"},
		{pgvalue.Int4, 1e9, "-2147483648", "-2000000000"},
		{pgvalue.Int8, 1e18, "9223372036854775807", "9000000000000000000"},
		{pgvalue.Int8, 10, "-9223372036854775808", "-9223372036854775800"},
		{pgvalue.Float4, 10, "1234.5", "1230"},
		{pgvalue.Float8, 1000, "-52345.678", "-52000"},
		{pgvalue.Float8, 1000, "NaN", "NaN"},
		{pgvalue.Float8, 1000, "-Infinity", "-Infinity"},
		{pgvalue.Numeric, 1000, "52345.67", "52000.00"},
		{pgvalue.Numeric, 10, "52345.67", "52340.00"},
		{pgvalue.Numeric, 10000, "52345.67", "50000.00"},
		{pgvalue.Numeric, 100000, "52345.67", "0.00"},
		{pgvalue.Numeric, 1000, "-999.5", "0.0"},
		{pgvalue.Numeric, 100, "-123456789012345678901234567890", "-123456789012345678901234567800"},
		{pgvalue.Numeric, 1e18, "123456789012345678901234567890", "123456789012000000000000000000"},
		{pgvalue.Numeric, 100, "0.001", "0.000"},
		{pgvalue.Numeric, 100, "0", "0"},
		{pgvalue.Numeric, 100, "100000000", "100000000"},
		{pgvalue.Numeric, 1000, "NaN", "NaN"},
	} {
		if got := masked(t, c.typ, Rule{Round: c.power}, c.value, nil); got != c.want {
			t.Errorf("%s %s down to %d: got %s, want %s", c.typ, c.value, c.power, got, c.want)
		}
	}
}

// allTypes are the types with a value of each.
var allTypes = map[pgvalue.Type]string{
	pgvalue.Text: "ada@example.com", pgvalue.Varchar: "ada@example.com", pgvalue.Bytea: `\x00ff`, pgvalue.Bool: "t", pgvalue.Int2: "12345", pgvalue.Int4: "12345",
	pgvalue.Int8: "12345", pgvalue.Float4: "12345", pgvalue.Float8: "12345", pgvalue.Numeric: "12345", pgvalue.Date: "1987-06-05",
	pgvalue.Timestamp: "1987-06-05 01:02:03", pgvalue.Timestamptz: "1987-06-05 01:02:03+00",
	pgvalue.UUID: "123e4567-e89b-12d3-a456-426614174000", pgvalue.JSON: `{"a": 1}`, pgvalue.JSONB: `{"a": 1}`,
	pgvalue.Text.Array(): "{a,b}", pgvalue.Int4.Array(): "{1,2}", pgvalue.Date.Array(): "{1987-06-05}",
}

// rules has one rule of each name.
func rules(constant string) map[string]Rule {
	return map[string]Rule{"last": {Last: 4}, "first": {First: 1}, "email": {Email: true}, "year": {Year: true}, "round": {Round: 100},
		"constant": {Constant: &constant}, "hidden": {Hidden: true}}
}

func TestTypesTakeTheRulesThatTheyNameAndNoOthers(t *testing.T) {
	for typ, value := range allTypes {
		for name, rule := range rules(value) {
			_, err := New(typ, rule)
			if want := slices.Contains(Names(typ), name); want != (err == nil) {
				t.Errorf("%s of %s: %v", name, typ, err)
			}
			if err == nil {
				masked(t, typ, rule, value, nil)
			}
		}
	}
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		typ  pgvalue.Type
		rule Rule
	}{
		"none":                          {pgvalue.Text, Rule{}},
		"two":                           {pgvalue.Text, Rule{Last: 1, First: 1}},
		"negative length":               {pgvalue.Text, Rule{Last: -1}},
		"constant of another type":      {pgvalue.Int4, Rule{Constant: text("geheim")}},
		"constant that is no text":      {pgvalue.Text, Rule{Constant: text("\xff")}},
		"not a power of ten":            {pgvalue.Int4, Rule{Round: 500}},
		"power of ten less than ten":    {pgvalue.Int4, Rule{Round: 1}},
		"negative power":                {pgvalue.Numeric, Rule{Round: -10}},
		"power that int2 does not have": {pgvalue.Int2, Rule{Round: 100000}},
	} {
		if _, err := New(c.typ, c.rule); err == nil {
			t.Errorf("%s: %+v is accepted for %s", name, c.rule, c.typ)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error has the constant: %v", name, err)
		}
	}
}

func TestBytesThatAreNoValueOfTheTypeAreNotShown(t *testing.T) {
	junk := []byte("secret-secret-secret")
	for typ, value := range allTypes {
		for name, rule := range rules(value) {
			m, err := New(typ, rule)
			if err != nil || typ == pgvalue.Text || typ == pgvalue.Varchar {
				continue
			}
			if shown, _ := m.Append(nil, junk, nil); bytes.Contains(shown, []byte("secret")) {
				t.Errorf("%s of %s shows %q", name, typ, shown)
			}
		}
	}
}

func TestMaskingAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	dst := make([]byte, 0, 256)
	for typ, value := range allTypes {
		for name, rule := range rules(value) {
			m, err := New(typ, rule)
			if err != nil {
				continue
			}
			plain := canonical(t, typ, value)
			if n := testing.AllocsPerRun(100, func() { m.Append(dst, plain, time.UTC) }); n != 0 {
				t.Errorf("%s of %s: %v allocations", name, typ, n)
			}
		}
	}
}

// FuzzText holds masks of text to characters, and to hiding at least half of them.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "ada@example.com", "日本語", "\xff\xfe@x", "@", "a@@b"} {
		f.Add(s, 1)
		f.Add(s, 4)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 1 {
			n = 1 - n%8
		}
		for _, r := range []Rule{{Last: n}, {First: n}} {
			m, err := New(pgvalue.Text, r)
			if err != nil {
				t.Skip()
			}
			got, _ := m.Append(nil, []byte(s), nil)
			if utf8.RuneCount(got) != utf8.RuneCountInString(s) && utf8.ValidString(s) {
				t.Errorf("%+v of %q: %q has another length", r, s, got)
			}
			if utf8.ValidString(s) && !utf8.Valid(got) {
				t.Errorf("%+v of %q: %q is no text", r, s, got)
			}
			if stars := bytes.Count(got, []byte("*")); 2*stars < utf8.RuneCountInString(s) {
				t.Errorf("%+v of %q: %q shows more than it hides", r, s, got)
			}
		}
		m, _ := New(pgvalue.Text, Rule{Email: true})
		if got, _ := m.Append(nil, []byte(s), nil); utf8.ValidString(s) && !utf8.Valid(got) {
			t.Errorf("email of %q: %q is no text", s, got)
		}
	})
}

// FuzzNumeric holds the cut of any bytes to be a numeric that its type can show, or nothing.
func FuzzNumeric(f *testing.F) {
	for _, s := range []string{"0", "52345.67", "-1e30", "NaN", "0.00000001"} {
		b, err := pgvalue.Numeric.AppendCanonical(nil, []byte(s), pgvalue.TextFormat, 0)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, zeros uint8) {
		power := int64(1)
		for range zeros%18 + 1 {
			power *= 10
		}
		m, err := New(pgvalue.Numeric, Rule{Round: power})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pgvalue.Numeric.AppendText(nil, b, &pgvalue.Settings{}); err != nil {
			m.Append(nil, b, nil)
			return
		}
		shown, _ := m.Append(nil, b, nil)
		if _, err := pgvalue.Numeric.AppendText(nil, shown, &pgvalue.Settings{}); err != nil {
			t.Error(fmt.Errorf("%x is cut to %x: %w", b, shown, err))
		}
	})
}
