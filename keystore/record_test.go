package keystore

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyaside/keyaside/hsm"
)

func sampleDEK() Record {
	created := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	return Record{
		ID: 0xfedcba9876543210, Tenant: "acme", Purpose: PurposeData, Version: 3, State: Active, Algorithm: algorithm, Bits: 256,
		Created: created, Activated: created, Owner: "cli:alice", CryptoDays: 90, Parent: 7, Wrapped: []byte("wrapped"),
		Commitment: bytes.Repeat([]byte{1}, CommitmentSize), Reserved: 1 << 20, Revision: 12,
	}
}

func sampleKEK() Record {
	r := sampleDEK()
	r.ID, r.Purpose, r.Parent, r.Wrapped = 7, PurposeKEK, 0, nil
	r.Master = &hsm.Wrapped{Ref: hsm.KeyRef{Provider: "pkcs11", Key: "token/label", Version: "1"}, Algorithm: "AES-256-GCM", Blob: []byte("blob")}
	return r
}

func TestAKeyIDHasOneWrittenForm(t *testing.T) {
	for _, id := range []uint64{1, 0xff, 1 << 63, 1<<64 - 1} {
		if got, err := ParseID(FormatID(id)); err != nil || got != id {
			t.Errorf("%x: %x, %v", id, got, err)
		}
	}
	for _, s := range []string{"", "0", "0000000000000000", "1", "00000000000000FF", "00000000000000fff", "0x00000000000000", "+000000000000001", "00000000 000001"} {
		if _, err := ParseID(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestTenantNames(t *testing.T) {
	for _, good := range []string{"a", "acme corp", "ünïcode", "日本", strings.Repeat("x", 255), "🏦", "a\u00a0b"} {
		if err := CheckTenant(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", strings.Repeat("x", 256), "a\x00b", "a\nb", "\x7f", "\u0085", "\xff", "\xed\xa0\x80"} {
		if err := CheckTenant(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestValidateNamesTheBrokenRule(t *testing.T) {
	for want, spoil := range map[string]func(*Record){
		"id is 0":                           func(r *Record) { r.ID = 0 },
		"tenant name is empty":              func(r *Record) { r.Tenant = "" },
		"unknown purpose":                   func(r *Record) { r.Purpose = "x" },
		"version is 0":                      func(r *Record) { r.Version = 0 },
		"unknown state":                     func(r *Record) { r.State = "" },
		"algorithm or owner is missing":     func(r *Record) { r.Algorithm = "" },
		"algorithm or owner is not UTF-8":   func(r *Record) { r.Owner = "\xff" },
		"makes no sense":                    func(r *Record) { r.CryptoDays = -1 },
		"commitment is not 32 bytes":        func(r *Record) { r.Commitment = r.Commitment[1:] },
		"a data key has a KEK as parent":    func(r *Record) { r.Parent = 0 },
		"wrapped bytes are missing":         func(r *Record) { r.Wrapped = nil },
		"wrapped bytes are too long":        func(r *Record) { r.Wrapped = make([]byte, maxWrapped+1) },
		"destroyed key holds no wrapped":    func(r *Record) { r.State = Destroyed },
		"a KEK has no parent":               func(r *Record) { r.Purpose = PurposeKEK },
		"missing or too long":               func(r *Record) { *r = sampleKEK(); r.Master.Blob = nil },
		"master key's names are too long":   func(r *Record) { *r = sampleKEK(); r.Master.Ref.Key = strings.Repeat("x", maxName+1) },
		"key 0000000000000007 of tenant \"": func(r *Record) { *r = sampleKEK(); r.Master = nil },
	} {
		r := sampleDEK()
		spoil(&r)
		if err := r.Validate(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAKeyIsDueWhenItsCryptoperiodIsOver(t *testing.T) {
	r := sampleDEK()
	over := r.Activated.AddDate(0, 0, 90)
	if r.Due(over.Add(-1)) || !r.Due(over) {
		t.Error("not due at the end of day 90 exactly")
	}
	r.CryptoDays = 0
	if r.Due(over.AddDate(100, 0, 0)) {
		t.Error("due without a cryptoperiod")
	}
}

func TestARecordSurvivesEncodingInEveryField(t *testing.T) {
	destroyed := sampleDEK()
	destroyed.State, destroyed.Wrapped, destroyed.Retired = Destroyed, nil, destroyed.Created.Add(time.Hour)
	for _, r := range []Record{sampleDEK(), sampleKEK(), destroyed} {
		b, err := EncodeRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Error(diff)
		}
	}
}

// The written form is what every store out there holds: it changes with a new schema version only.
func TestTheWrittenFormIsFixed(t *testing.T) {
	const want = `{"id":"0000000000000007","tenant":"acme","purpose":"kek","version":3,"state":"active","algorithm":"AES-256","bits":256,` +
		`"created":"2026-01-02T03:04:05.000000006Z","activated":"2026-01-02T03:04:05.000000006Z","owner":"cli:alice","crypto_days":90,` +
		`"master":{"provider":"pkcs11","key":"token/label","version":"1","algorithm":"AES-256-GCM","blob":"YmxvYg=="},` +
		`"commitment":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","reserved":1048576,"revision":12}`
	got, err := EncodeRecord(sampleKEK())
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
}

func TestDecodeRefusesWhatItWouldOnlyHalfUnderstand(t *testing.T) {
	b, err := EncodeRecord(sampleDEK())
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for name, bad := range map[string]string{
		"unknown member": strings.Replace(good, `{"id"`, `{"later":1,"id"`, 1),
		"doubled member": strings.Replace(good, `{"id"`, `{"state":"suspended","id"`, 1),
		"other case":     strings.Replace(good, `"state"`, `"State"`, 1),
		"trailing":       good + "{}",
		"cut":            good[:len(good)-1],
		"bad id":         strings.Replace(good, "fedcba9876543210", "0", 1),
		"bad parent":     strings.Replace(good, "0000000000000007", "7", 1),
		"unknown state":  strings.Replace(good, `"active"`, `"lost"`, 1),
		"negative":       strings.Replace(good, `"version":3`, `"version":-3`, 1),
		"null":           "null",
		"empty":          "",
	} {
		if _, err := DecodeRecord([]byte(bad)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeRecord(f *testing.F) {
	for _, r := range []Record{sampleDEK(), sampleKEK()} {
		b, err := EncodeRecord(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Add([]byte(`{"id":"0000000000000001"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeRecord(b)
		if err != nil {
			return
		}
		again, err := EncodeRecord(r)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if same, err := DecodeRecord(again); err != nil || !cmp.Equal(r, same) {
			t.Fatalf("%v\n%s", err, cmp.Diff(r, same))
		}
	})
}
