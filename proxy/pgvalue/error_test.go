package pgvalue

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestErrorsDoNotCarryTheValue tries a recognisable value in every position where some reader refuses it.
func TestErrorsDoNotCarryTheValue(t *testing.T) {
	const secret = "4929123456781234"
	inputs := []string{
		secret + "x", "x" + secret, secret + secret + secret, secret + "-05-06", "2024-05-06 " + secret + ":00", "2024-05-06 +" + secret, `{"` + secret + `":`, `["` + secret + `", \u0000]`,
		`"` + secret + `\u0000"`, secret + "e99999", `\x` + secret + "z", `\` + secret, "{" + secret + "}", secret + "\xff", secret + "\x00",
	}
	refusals := 0
	for _, typ := range allTypes {
		for _, v := range append(inText(fuzzedOIDs, inputs...), inBinary(fuzzedOIDs, inputs...)...) {
			_, err := typ.AppendCanonical(nil, v.bytes, v.format, v.oid)
			_, err2 := CanonicalTenant(nil, v.bytes, v.format, v.oid)
			for _, err := range []error{err, err2} {
				if err == nil {
					continue
				}
				refusals++
				if strings.Contains(err.Error(), secret[:6]) {
					t.Fatalf("%v: %v", typ, err)
				}
			}
		}
	}
	if refusals < 1000 {
		t.Errorf("only %d refusals were looked at", refusals)
	}
}

func TestMomentsAreRefusedWhileTheZoneIsUnknown(t *testing.T) {
	for _, v := range append(inText([]uint32{pgtype.TimestamptzOID}, "2024-05-06 23:30:00+02", "2024-05-06Z"),
		inBinary([]uint32{pgtype.TimestamptzOID}, be(int64(768294489000000))...)...) {
		_, err := Date.AppendCanonical(nil, v.bytes, v.format, v.oid)
		if refused, ok := err.(*Error); !ok || refused.Code != codeDatatypeMismatch || !strings.Contains(refused.Message, "zone") {
			t.Errorf("%s: %v", describe(v), err)
		}
	}
	if _, err := Date.AppendCanonical(nil, []byte("2024-05-06 23:30:00"), TextFormat, pgtype.TimestamptzOID); err != nil {
		t.Errorf("a local time is of one day whatever the zone: %v", err)
	}
}

// TestOpenOrderIsRefusedWhileDateStyleIsUnknown: a guess could exchange day and month without anybody noticing.
func TestOpenOrderIsRefusedWhileDateStyleIsUnknown(t *testing.T) {
	for _, in := range []string{"01/02/2020", "13/01/2020", "1-2-3", "01.02.2020", "8 Jan 99", "Jan 8 99", "08-Jan-99", "Jan-08-99", "5 6 7"} {
		_, err := Date.AppendCanonical(nil, []byte(in), TextFormat, 0)
		if refused, ok := err.(*Error); !ok || refused.Code != codeDateFormat {
			t.Errorf("%q: %v", in, err)
		}
		if _, err := Date.AppendCanonicalIn(nil, []byte(in), TextFormat, 0, &Settings{DateStyle: "ISO, DMY"}); err != nil {
			t.Errorf("%q in order DMY: %v", in, err)
		}
	}
	for _, in := range []string{"2020-01-02", "2020/1/2", "20200102", "200102", "2020-Jan-02", "2020 Jan 2", "8 Jan 1999", "January 8, 1999", "Jan-08-1999", "08-Jan-1999", "0044-03-15 BC"} {
		if _, err := Date.AppendCanonical(nil, []byte(in), TextFormat, 0); err != nil {
			t.Errorf("%q has one order: %v", in, err)
		}
	}
}
