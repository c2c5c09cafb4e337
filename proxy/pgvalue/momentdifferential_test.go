package pgvalue

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

var zones = []string{"UTC", "America/New_York", "Europe/Dublin", "Europe/Moscow", "Asia/Kolkata", "Pacific/Apia", "Africa/Monrovia", "Australia/Lord_Howe", "America/Sao_Paulo", "Etc/GMT+7"}

// settingsOf sets zone and style on the server, and returns them as it reports them.
func (o *oracle) settingsOf(zone, style string) *Settings {
	o.t.Helper()
	o.exec(fmt.Sprintf("set timezone = '%s'", zone))
	o.exec(fmt.Sprintf("set datestyle = '%s'", style))
	location, err := time.LoadLocation(o.conn.ParameterStatus("TimeZone"))
	if err != nil {
		o.t.Fatal(err)
	}
	return &Settings{DateStyle: o.conn.ParameterStatus("DateStyle"), Location: location}
}

// TestTimestampsFollowZoneAndStyleLikeTheServer reads and writes moments of all ages in each zone and style, and casts
// between the types that hold them.
func TestTimestampsFollowZoneAndStyleLikeTheServer(t *testing.T) {
	o := newOracle(t)
	random := rand.New(rand.NewPCG(5, 6))
	styles := []string{"ISO, MDY", "SQL, MDY", "SQL, DMY", "Postgres, MDY", "Postgres, DMY", "German, DMY", "ISO, YMD"}
	for i, zone := range zones {
		for j := range 2 {
			s := o.settingsOf(zone, styles[(2*i+j)%len(styles)])
			for range 100 {
				o.compareMoment(t, random.Int64N(120*366*microsPerDay)-60*366*microsPerDay, s)
			}
			for _, micros := range []int64{0, -1, 1, 100, -999999, 86399_999_990, timestampMin, timestampEnd - 1, timestampInfinity, timestampNegInfinity, -70_000_000 * 1e9, 400_000_000 * 1e9} {
				o.compareMoment(t, micros, s)
			}
		}
	}
}

// compareMoment tries a moment as each declared type in each column that has one.
func (o *oracle) compareMoment(t *testing.T, micros int64, s *Settings) {
	t.Helper()
	for _, typ := range moments {
		for _, oid := range []uint32{pgtype.TimestampOID, pgtype.TimestamptzOID} {
			o.compare(t, typ, source{[]byte(be(micros)[0]), BinaryFormat, oid}, s, &tally{})
		}
	}
	if days := floorDiv(micros, microsPerDay); isFinite(micros) {
		o.compare(t, Timestamptz, source{[]byte(be(int32(days))[0]), BinaryFormat, pgtype.DateOID}, s, &tally{})
	}
}

// TestLocalTimesAroundChangesOfTheClockAreTheServersMoments reads each half hour around the changes of one year, among
// them times that do not occur and times that occur twice.
func TestLocalTimesAroundChangesOfTheClockAreTheServersMoments(t *testing.T) {
	o := newOracle(t)
	for zone, days := range map[string][]string{
		"America/New_York": {"2024-03-10", "2024-11-03", "1883-11-18"}, "Europe/Dublin": {"2024-03-31", "2024-10-27"}, "Europe/Moscow": {"2011-03-27", "2014-10-26"},
		"Australia/Lord_Howe": {"2024-04-07", "2024-10-06"}, "Pacific/Apia": {"2011-12-29", "2011-12-30", "2011-12-31"}, "America/Sao_Paulo": {"2018-11-04", "2018-02-17", "2018-02-18"}, "Africa/Monrovia": {"1972-01-07"},
	} {
		s := o.settingsOf(zone, "ISO, MDY")
		for _, day := range days {
			for half := range 48 {
				in := fmt.Sprintf("%s %02d:%02d:00.25", day, half/2, half%2*30)
				o.compare(t, Timestamptz, source{[]byte(in), TextFormat, 0}, s, &tally{})
				o.compare(t, Timestamptz, source{[]byte(in), TextFormat, pgtype.TimestampOID}, s, &tally{})
				o.compare(t, Date, source{[]byte(in), TextFormat, pgtype.TimestamptzOID}, s, &tally{})
			}
		}
		o.compare(t, Date, source{[]byte("epoch"), TextFormat, pgtype.TimestamptzOID}, s, &tally{})
		o.compare(t, Timestamptz, source{[]byte("epoch"), TextFormat, 0}, s, &tally{})
		o.compare(t, Timestamptz.Array(), source{[]byte("{2024-05-06 07:08, epoch}"), TextFormat, 0}, s, &tally{})
		o.compare(t, Date.Array(), source{[]byte("{2024-05-06 03:08Z, NULL, infinity}"), TextFormat, pgtype.TimestamptzArrayOID}, s, &tally{})
	}
}

func TestTimestamptzIsWrittenInUTCAndReadOnlyWithAZoneWhileTheZoneIsUnknown(t *testing.T) {
	canonical, err := Timestamptz.AppendCanonical(nil, []byte("2024-05-06 07:08:09.5+02"), TextFormat, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Timestamptz.AppendValue(nil, canonical, TextFormat)
	if err != nil || string(text) != "2024-05-06 05:08:09.5+00" {
		t.Errorf("%s, %v", text, err)
	}
	for _, c := range []struct {
		typ Type
		oid uint32
		in  string
	}{{Timestamptz, 0, "2024-05-06 07:08"}, {Timestamptz, pgtype.TimestampOID, "2024-05-06 07:08"}, {Timestamptz, pgtype.DateOID, "2024-05-06"}, {Timestamp, pgtype.TimestamptzOID, "2024-05-06 07:08Z"}} {
		_, err := c.typ.AppendCanonical(nil, []byte(c.in), TextFormat, c.oid)
		if refused, ok := err.(*Error); !ok || refused.Code != codeDatatypeMismatch {
			t.Errorf("%v from %q declared %d: %v", c.typ, c.in, c.oid, err)
		}
	}
}
