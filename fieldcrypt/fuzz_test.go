package fieldcrypt

import (
	"bytes"
	"errors"
	"testing"
)

func FuzzOpen(f *testing.F) {
	file := loadVectors(f)
	for _, v := range file.Valid {
		f.Add([]byte(v.Envelope))
	}
	for _, v := range file.Invalid {
		f.Add([]byte(v.Envelope))
	}
	data, index := findVector(f, file, "ascii"), findVector(f, file, "deterministic: text")
	f.Fuzz(func(t *testing.T, envelope []byte) {
		fuzzOpen(t, data.place, envelope)
		fuzzOpen(t, index.place, envelope)
	})
}

func fuzzOpen(t *testing.T, p place, envelope []byte) {
	kept := bytes.Clone(envelope)
	header, headerErr := ParseHeader(envelope)
	plaintext, err := p.open(t, envelope)
	if !bytes.Equal(envelope, kept) {
		t.Fatal("Open wrote into the envelope")
	}
	if headerErr != nil && class(err) != class(headerErr) {
		t.Fatalf("ParseHeader says %v, Open says %v", headerErr, err)
	}
	if err == nil {
		// Whatever opens is exactly what the specification seals: there is one envelope per term, nonce and plaintext.
		term := header.Term(envelope)
		nonce := envelope[headerSize+len(term):][:nonceSize]
		if want := specSeal(t, p, term, nonce, plaintext).envelope; !bytes.Equal(envelope, want) {
			t.Fatalf("%x opened, which is not what sealing gives", envelope)
		}
		return
	}
	if plaintext != nil || class(err) == "none" {
		t.Fatalf("plaintext %x with error %v", plaintext, err)
	}
}

func FuzzSealThenOpen(f *testing.F) {
	f.Add("acme", []byte("ada@example.com"))
	f.Add("\x00", []byte{})
	f.Add("Bäckerei", bytes.Repeat([]byte{0xF5, 0x4B}, 100))
	f.Fuzz(func(t *testing.T, tenant string, plaintext []byte) {
		k, err := NewKey(7, tenant, testSecret())
		if err != nil {
			t.Skip("not a tenant")
		}
		k.Grant(1)
		field := mustField(t, "email", 0)
		envelope := mustSeal(t, k, field, plaintext)
		opened, err := k.Open(nil, field, envelope)
		if err != nil || !bytes.Equal(opened, plaintext) {
			t.Fatalf("%q: %q, %v", plaintext, opened, err)
		}
		index, err := NewIndexKey(8, tenant, testSecret())
		if err != nil {
			t.Fatal(err)
		}
		envelope = mustSealDeterministic(t, index, field, plaintext)
		if opened, err := index.Open(nil, field, envelope); err != nil || !bytes.Equal(opened, plaintext) {
			t.Fatalf("deterministic %q: %q, %v", plaintext, opened, err)
		}
	})
}

func FuzzAppendEnvelope(f *testing.F) {
	file := loadVectors(f)
	for _, v := range file.Valid {
		f.Add([]byte(v.Text))
	}
	for _, v := range file.InvalidText {
		f.Add([]byte(v.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		envelope, err := AppendEnvelope(nil, text)
		if err != nil {
			if envelope != nil || !errors.Is(err, ErrNotEnvelope) && !errors.Is(err, ErrTampered) {
				t.Fatalf("%x with error %v", envelope, err)
			}
			return
		}
		if back := AppendText(nil, envelope); !bytes.Equal(back, text) {
			t.Fatalf("%q and %q are texts of one envelope", text, back)
		}
	})
}
