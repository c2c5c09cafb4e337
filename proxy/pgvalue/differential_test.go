package pgvalue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestVerdictsAgreeWithTheServer stores every sample in a real column and compares: accepted or refused, the
// SQLSTATE, and both output forms. What differs must be in the table of deviations, and all of that must occur.
func TestVerdictsAgreeWithTheServer(t *testing.T) {
	o := newOracle(t)
	var used tally
	for _, typ := range allTypes {
		t.Run(typ.String(), func(t *testing.T) {
			for _, v := range samples(typ) {
				o.compare(t, typ, v, &Settings{DateStyle: "ISO, MDY", Location: time.UTC}, &used)
			}
		})
	}
	used.checkAllUsed(t, o.version)
}

func (o *oracle) compare(t *testing.T, typ Type, v source, s *Settings, used *tally) {
	t.Helper()
	want, got := o.store(typ, v), ours(t, typ, v, s)
	if got != want && !used.explain(typ, v, got, want, o.version) {
		t.Errorf("%v from %s, DateStyle %q:\n ours   %v\n server %v", typ, describe(v), s.DateStyle, got, want)
	}
}

// TestDatesFollowDateStyleLikeTheServer reads and writes every sample under every DateStyle, with the setting's
// value as the server itself reports it.
func TestDatesFollowDateStyleLikeTheServer(t *testing.T) {
	o := newOracle(t)
	var used tally
	for _, style := range []string{"ISO", "SQL", "Postgres", "German"} {
		for _, order := range []string{"MDY", "DMY", "YMD"} {
			o.exec(fmt.Sprintf("set datestyle = '%s, %s'", style, order))
			s := &Settings{DateStyle: o.conn.ParameterStatus("DateStyle")}
			for _, in := range dateInputs {
				o.compare(t, Date, source{[]byte(in), TextFormat, 0}, s, &used)
			}
			for _, in := range be(int32(dateMin), int32(dateMax), int32(dateInfinity), int32(dateNegInfinity), int32(-730122), int32(-1000000)) {
				o.compare(t, Date, source{[]byte(in), BinaryFormat, 0}, s, &used)
			}
		}
	}
}

// TestUnknownOrderReadsOnlyWhatAllOrdersAgreeOn holds this package against itself.
func TestUnknownOrderReadsOnlyWhatAllOrdersAgreeOn(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	read := 0
	for i := range 20000 {
		in := []byte(dateInputs[i%len(dateInputs)])
		if i >= len(dateInputs) {
			in = mutate(random, in)
		}
		unknown, err := Date.AppendCanonical(nil, in, TextFormat, 0)
		if err != nil {
			continue
		}
		read++
		for _, order := range []string{"MDY", "DMY", "YMD"} {
			known, err := Date.AppendCanonicalIn(nil, in, TextFormat, 0, &Settings{DateStyle: "ISO, " + order})
			if err != nil || string(known) != string(unknown) {
				t.Fatalf("%q: %x without an order, %x in %s, %v", in, unknown, known, order, err)
			}
		}
	}
	if read < 1000 {
		t.Errorf("only %d inputs were read", read)
	}
}

func TestByteaOutputFollowsTheSetting(t *testing.T) {
	o := newOracle(t)
	o.exec("set bytea_output = 'escape'")
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	o.compare(t, Bytea, source{all, BinaryFormat, 0}, &Settings{ByteaEscape: true}, &tally{})
	for _, v := range byteaSamples() {
		o.compare(t, Bytea, v, &Settings{ByteaEscape: true}, &tally{})
	}
}

// TestTimestampsBecomeTheDayOfTheSessionsZone takes moments around midnight and around changes of the clock.
func TestTimestampsBecomeTheDayOfTheSessionsZone(t *testing.T) {
	o := newOracle(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, zone := range []string{"UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Africa/Monrovia"} {
		o.exec(fmt.Sprintf("set timezone = '%s'", zone))
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		s := &Settings{Location: location}
		for range 200 {
			micros := random.Int64N(80*366*microsPerDay) - 40*366*microsPerDay
			v := source{[]byte(be(micros)[0]), BinaryFormat, pgtype.TimestamptzOID}
			o.compare(t, Date, v, s, &tally{})
			v.oid = pgtype.TimestampOID
			o.compare(t, Date, v, s, &tally{})
		}
		for _, in := range []string{"2024-05-06 23:30:00-05", "2024-05-06 00:30+14", "2024-03-10 02:30", "2024-05-06T23:59:59.9999999Z", "0044-03-15 12:00Z BC"} {
			o.compare(t, Date, source{[]byte(in), TextFormat, pgtype.TimestamptzOID}, s, &tally{})
		}
	}
}

// mutants is how many changed values are tried per type and order of dates.
const mutants = 1500

// TestMutatedValuesAgreeWithTheServer changes samples at random. A date or timestamp may be refused where the server
// takes it, but what is accepted must be accepted there with the same meaning; other types must agree on what is
// refused, if not on which of two faults is reported.
func TestMutatedValuesAgreeWithTheServer(t *testing.T) {
	o := newOracle(t)
	random := rand.New(rand.NewPCG(3, 4))
	for _, typ := range []Type{Int8, UUID, JSONB, Bytea, Bool, Int2, Float4, Float8, Numeric, JSON, Text.Array(), Bytea.Array(), Int8.Array()} {
		o.compareMutants(t, typ, &Settings{}, random)
	}
	for _, order := range []string{"MDY", "DMY", "YMD"} {
		s := &Settings{DateStyle: "ISO, " + order, Location: time.UTC}
		o.exec("set datestyle = '" + s.DateStyle + "'")
		for _, typ := range moments {
			o.compareMutants(t, typ, s, random)
		}
	}
}

func (o *oracle) compareMutants(t *testing.T, typ Type, s *Settings, random *rand.Rand) {
	t.Helper()
	all := samples(typ)
	for range mutants {
		v := all[random.IntN(len(all))]
		if v.format == TextFormat && len(v.bytes) < 500 {
			v.bytes = mutate(random, v.bytes)
			o.compareMutant(t, typ, v, s)
		}
	}
}

func (o *oracle) compareMutant(t *testing.T, typ Type, v source, s *Settings) {
	t.Helper()
	want, got := o.store(typ, v), ours(t, typ, v, s)
	switch {
	case got == want, (&tally{}).explain(typ, v, got, want, o.version):
	case slices.Contains(moments, typ) && got.code != "": // stricter, or another of two faults
	case got.code != "" && want.code != "": // another of two faults
	default:
		t.Errorf("%v from %s, %q:\n ours   %v\n server %v", typ, describe(v), s.DateStyle, got, want)
	}
}

// mutate returns a copy of b with one or two bytes removed, doubled, exchanged or replaced by ones that matter to
// some parser.
func mutate(random *rand.Rand, b []byte) []byte {
	const alphabet = `0123456789-+./:, "\{}[]eExXtTzZbBnN` + "\t\x01"
	b = append([]byte{}, b...) // nil would be NULL
	for range 1 + random.IntN(2) {
		if len(b) == 0 {
			return b
		}
		i := random.IntN(len(b))
		switch c := alphabet[random.IntN(len(alphabet))]; random.IntN(4) {
		case 0:
			b = append(b[:i], b[i+1:]...)
		case 1:
			b = append(b[:i+1], b[i:]...)
		case 2:
			j := random.IntN(len(b))
			b[i], b[j] = b[j], b[i]
		default:
			b[i] = c
		}
	}
	return b
}
