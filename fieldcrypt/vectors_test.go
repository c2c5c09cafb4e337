package fieldcrypt

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The vectors are published: they are read here and never rewritten by a test. docs/envelope.md describes the file.
type vectorFile struct {
	Valid       []vector     `json:"valid"`
	Terms       []termVector `json:"terms"`
	ValidByRule []ruleVector `json:"valid_by_rule"`
	Invalid     []vector     `json:"invalid"`
	Mutations   []mutation   `json:"mutations"`
	InvalidText []textVector `json:"invalid_text"`
}

// place is where a value belongs: a key and a field.
type place struct {
	Purpose string   `json:"purpose"` // of the key: "index", else data
	Secret  hexBytes `json:"secret"`
	Tenant  string   `json:"tenant"`
	KeyID   hexBytes `json:"key_id"`
	Field   string   `json:"field"`
	Domain  string   `json:"domain"` // of equality; empty: the field's id
}

func (p place) domain() string { return cmp.Or(p.Domain, p.Field) }

type vector struct {
	Name string `json:"name"`
	place
	KDFInfo        hexBytes `json:"kdf_info"`
	FieldKey       hexBytes `json:"field_key"`
	AssociatedData hexBytes `json:"associated_data"`
	Term           hexBytes `json:"term"`
	Nonce          hexBytes `json:"nonce"`
	Plaintext      hexBytes `json:"plaintext"`
	Envelope       hexBytes `json:"envelope"`
	Text           string   `json:"text"`
	Result         string   `json:"result"`
}

type termVector struct {
	Name string `json:"name"`
	place
	Normalised hexBytes `json:"normalised"`
	KDFInfo    hexBytes `json:"kdf_info"`
	TermKey    hexBytes `json:"term_key"`
	Term       hexBytes `json:"term"`
}

type ruleVector struct {
	Name string `json:"name"`
	place
	Nonce            hexBytes `json:"nonce"`
	PlaintextUnit    hexBytes `json:"plaintext_unit"`
	PlaintextRepeats int      `json:"plaintext_repeats"`
	PlaintextSHA256  hexBytes `json:"plaintext_sha256"`
	EnvelopeSize     int      `json:"envelope_size"`
	EnvelopeSHA256   hexBytes `json:"envelope_sha256"`
}

type mutation struct {
	Of     string `json:"of"`
	Op     string `json:"op"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Bits   string `json:"bits"` // digits; empty: all
	Result string `json:"result"`
}

type textVector struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Result string `json:"result"`
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	var err error
	*h, err = hex.DecodeString(string(text))
	return err
}

func loadVectors(t testing.TB) vectorFile {
	t.Helper()
	text, err := os.ReadFile("testdata/envelope-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Valid) < 29 || len(file.Terms) < 7 || len(file.ValidByRule) < 1 || len(file.Invalid) < 58 || len(file.Mutations) < 27 || len(file.InvalidText) < 15 {
		t.Fatal("vectors are missing from testdata/envelope-v1.json")
	}
	return file
}

func (p place) key(t testing.TB) *Key {
	t.Helper()
	id := KeyID(0)
	for _, b := range p.KeyID {
		id = id<<8 | KeyID(b)
	}
	newKey := NewKey
	if p.Purpose == "index" {
		newKey = NewIndexKey
	}
	k, err := newKey(id, p.Tenant, p.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (p place) field(t testing.TB) *Field {
	t.Helper()
	return mustEquality(t, mustField(t, p.Field, 0), p.domain())
}

func (p place) open(t testing.TB, envelope []byte) ([]byte, error) {
	t.Helper()
	return p.key(t).Open(nil, p.field(t), envelope)
}

// class names an error as the vectors do.
func class(err error) string {
	for name, sentinel := range map[string]error{
		"not-envelope": ErrNotEnvelope, "version": ErrVersion, "truncated": ErrTruncated, "tampered": ErrTampered,
	} {
		if errors.Is(err, sentinel) {
			return name
		}
	}
	return "none"
}

func TestValidVectorsOpen(t *testing.T) {
	for _, v := range loadVectors(t).Valid {
		plaintext, err := v.open(t, v.Envelope)
		if err != nil || !bytes.Equal(plaintext, v.Plaintext) {
			t.Errorf("%s: %x, %v", v.Name, plaintext, err)
		}
		if text := AppendText(nil, v.Envelope); string(text) != v.Text {
			t.Errorf("%s: text is %s", v.Name, text)
		}
		envelope, err := AppendEnvelope(nil, []byte(v.Text))
		if err != nil || !bytes.Equal(envelope, v.Envelope) {
			t.Errorf("%s: text decodes to %x, %v", v.Name, envelope, err)
		}
	}
}

// The second implementation in specification_test.go makes every valid vector from its inputs alone.
func TestValidVectorsFollowFromTheSpecification(t *testing.T) {
	for _, v := range loadVectors(t).Valid {
		s := specSeal(t, v.place, v.Term, v.Nonce, v.Plaintext)
		for _, part := range []struct {
			name      string
			got, want []byte
		}{
			{"kdf_info", s.info, v.KDFInfo},
			{"field_key", s.fieldKey, v.FieldKey},
			{"associated_data", s.aad, v.AssociatedData},
			{"envelope", s.envelope, v.Envelope},
		} {
			if !bytes.Equal(part.got, part.want) {
				t.Errorf("%s: %s is %x, want %x", v.Name, part.name, part.got, part.want)
			}
		}
	}
}

func TestVectorsGivenByRuleOpen(t *testing.T) {
	for _, v := range loadVectors(t).ValidByRule {
		want := bytes.Repeat(v.PlaintextUnit, v.PlaintextRepeats)
		s := specSeal(t, v.place, nil, v.Nonce, want)
		if sum := sha256.Sum256(s.envelope); len(s.envelope) != v.EnvelopeSize || !bytes.Equal(sum[:], v.EnvelopeSHA256) {
			t.Fatalf("%s: envelope of %d bytes has SHA-256 %x", v.Name, len(s.envelope), sum)
		}
		plaintext, err := v.open(t, s.envelope)
		if sum := sha256.Sum256(plaintext); err != nil || !bytes.Equal(sum[:], v.PlaintextSHA256) {
			t.Errorf("%s: plaintext has SHA-256 %x, %v", v.Name, sum, err)
		}
	}
}

func TestInvalidVectorsFailInTheirClass(t *testing.T) {
	for _, v := range loadVectors(t).Invalid {
		if plaintext, err := v.open(t, v.Envelope); class(err) != v.Result || plaintext != nil {
			t.Errorf("%s: want %s, got %q, %v", v.Name, v.Result, plaintext, err)
		}
	}
}

func TestMutatedVectorsFailInTheirClass(t *testing.T) {
	file := loadVectors(t)
	for _, m := range file.Mutations {
		v := findVector(t, file, m.Of)
		for _, altered := range m.apply(t, v.Envelope) {
			if _, err := v.open(t, altered); class(err) != m.Result {
				t.Errorf("%s of %q: want %s, got %v, for %x", m.Op, m.Of, m.Result, err, altered)
			}
		}
	}
}

func findVector(t testing.TB, file vectorFile, name string) vector {
	t.Helper()
	for _, v := range file.Valid {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no valid vector %q", name)
	return vector{}
}

// apply gives the envelope cut to each length, or with each single bit of each byte inverted, From to To included.
func (m mutation) apply(t *testing.T, envelope []byte) [][]byte {
	t.Helper()
	var all [][]byte
	for i := m.From; i <= m.To; i++ {
		switch m.Op {
		case "truncate":
			all = append(all, envelope[:i:i])
		case "flip-bits":
			for bit := range 8 {
				if m.Bits != "" && !strings.Contains(m.Bits, strconv.Itoa(bit)) {
					continue
				}
				altered := bytes.Clone(envelope)
				altered[i] ^= 1 << bit
				all = append(all, altered)
			}
		default:
			t.Fatalf("unknown mutation %q", m.Op)
		}
	}
	return all
}

func TestMutationsReachEveryByteAndEveryLength(t *testing.T) {
	file := loadVectors(t)
	for _, name := range []string{"ascii", "deterministic: text", "with term: text"} {
		envelope := findVector(t, file, name).Envelope
		covered := map[string]int{}
		for _, m := range file.Mutations {
			if m.Of == name {
				covered[m.Op] += len(m.apply(t, envelope))
			}
		}
		if covered["truncate"] != len(envelope) || covered["flip-bits"] != 8*len(envelope) {
			t.Errorf("%s has %d bytes, mutations cover %v", name, len(envelope), covered)
		}
	}
}

func TestTermVectorsFollowFromTheSpecificationAndAreMade(t *testing.T) {
	for _, v := range loadVectors(t).Terms {
		info, key, term := specTerm(v.place, v.Normalised)
		for _, part := range []struct {
			name      string
			got, want []byte
		}{
			{"kdf_info", info, v.KDFInfo}, {"term_key", key, v.TermKey}, {"term", term, v.Term},
		} {
			if !bytes.Equal(part.got, part.want) {
				t.Errorf("%s: %s is %x, want %x", v.Name, part.name, part.got, part.want)
			}
		}
		v.Purpose, v.Field = "index", "a_field_of_the_domain"
		if made, err := v.key(t).AppendTerm(nil, v.field(t), v.Normalised); err != nil || !bytes.Equal(made, v.Term) {
			t.Errorf("%s: made %x, %v", v.Name, made, err)
		}
	}
}

func TestDeterministicVectorsAreWhatSealingGives(t *testing.T) {
	for _, v := range loadVectors(t).Valid {
		if v.Purpose != "index" {
			continue
		}
		if sealed, err := v.key(t).SealDeterministic(nil, v.field(t), v.Plaintext); err != nil || !bytes.Equal(sealed, v.Envelope) {
			t.Errorf("%s: sealed %x, %v", v.Name, sealed, err)
		}
	}
}

func TestInvalidTextFailsInItsClass(t *testing.T) {
	dst := []byte("kept")
	for _, v := range loadVectors(t).InvalidText {
		if out, err := AppendEnvelope(dst, []byte(v.Text)); class(err) != v.Result || string(out) != "kept" {
			t.Errorf("%s: want %s, got %q, %v", v.Name, v.Result, out, err)
		}
	}
}
