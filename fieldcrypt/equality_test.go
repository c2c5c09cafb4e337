package fieldcrypt

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
)

func mustEquality(t testing.TB, f *Field, domain string) *Field {
	t.Helper()
	f, err := f.WithEquality(domain)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustIndexKey(t testing.TB, id KeyID, tenant string) *Key {
	t.Helper()
	k, err := NewIndexKey(id, tenant, testSecret())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustTerm(t testing.TB, k *Key, f *Field, normalised string) []byte {
	t.Helper()
	term, err := k.AppendTerm(nil, f, []byte(normalised))
	if err != nil {
		t.Fatal(err)
	}
	return term
}

func mustSealWithTerm(t testing.TB, k *Key, f *Field, term, plaintext []byte) []byte {
	t.Helper()
	envelope, err := k.SealWithTerm(nil, f, term, plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func mustSealDeterministic(t testing.TB, k *Key, f *Field, plaintext []byte) []byte {
	t.Helper()
	envelope, err := k.SealDeterministic(nil, f, plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func TestEqualValuesOfADomainAreEqual(t *testing.T) {
	k := mustIndexKey(t, 8, "acme")
	customer := mustEquality(t, mustField(t, "customer_email", 0), "email")
	order := mustEquality(t, mustField(t, "order_email", 1), "email")
	for _, plaintext := range []string{"", "x", "ada@example.com", strings.Repeat("long ", 1000)} {
		a, b := mustSealDeterministic(t, k, customer, []byte(plaintext)), mustSealDeterministic(t, k, order, []byte(plaintext))
		if !bytes.Equal(a, b) || len(a) != len(plaintext)+DeterministicOverhead {
			t.Errorf("%d bytes: envelopes %x and %x", len(plaintext), a, b)
		}
		if opened, err := k.Open([]byte("before"), order, a); err != nil || string(opened) != "before"+plaintext {
			t.Errorf("%d bytes: opened %d, %v", len(plaintext), len(opened), err)
		}
		if a, b := mustTerm(t, k, customer, plaintext), mustTerm(t, k, order, plaintext); !bytes.Equal(a, b) || len(a) != TermSize {
			t.Errorf("%d bytes: terms %x and %x", len(plaintext), a, b)
		}
	}
}

func TestWhatIsEqualElsewhereCannotBeTold(t *testing.T) {
	email := mustField(t, "email", 0)
	seen := map[string]string{}
	for name, c := range map[string]struct {
		key   *Key
		field *Field
		value string
	}{
		"here":          {mustIndexKey(t, 8, "acme"), email, "ada@example.com"},
		"other value":   {mustIndexKey(t, 8, "acme"), email, "Ada@example.com"},
		"other tenant":  {mustIndexKey(t, 8, "globex"), email, "ada@example.com"},
		"other key":     {mustIndexKey(t, 9, "acme"), email, "ada@example.com"},
		"other domain":  {mustIndexKey(t, 8, "acme"), mustEquality(t, email, "phone"), "ada@example.com"},
		"tenant+domain": {mustIndexKey(t, 8, "acm"), mustEquality(t, email, "eemail"), "ada@example.com"},
	} {
		for _, made := range []string{
			string(mustTerm(t, c.key, c.field, c.value)),
			string(mustSealDeterministic(t, c.key, c.field, []byte(c.value))[headerSize:]),
		} {
			if other, ok := seen[made]; ok {
				t.Errorf("%q and %q give the same", name, other)
			}
			seen[made] = name
		}
	}
}

func TestADeterministicEnvelopeOpensOnlyWhereItWasSealedFor(t *testing.T) {
	email := mustField(t, "email", 0)
	envelope := mustSealDeterministic(t, mustIndexKey(t, 8, "acme"), email, []byte("ada@example.com"))
	for name, c := range map[string]struct {
		key   *Key
		field *Field
	}{
		"other domain":                         {mustIndexKey(t, 8, "acme"), mustEquality(t, email, "phone")},
		"other field":                          {mustIndexKey(t, 8, "acme"), mustField(t, "phone", 1)},
		"other tenant, same secret":            {mustIndexKey(t, 8, "globex"), email},
		"other key id, same secret":            {mustIndexKey(t, 9, "acme"), email},
		"a data key of the same id and secret": {mustKey(t, 8, "acme", 1), email},
	} {
		if out, err := c.key.Open(nil, c.field, envelope); !errors.Is(err, ErrTampered) || out != nil {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

func TestATermIsPartOfItsEnvelope(t *testing.T) {
	k, index, f := mustKey(t, 7, "acme", 10), mustIndexKey(t, 8, "acme"), mustField(t, "email", 0)
	term := mustTerm(t, index, f, "ada@example.com")
	envelope := mustSealWithTerm(t, k, f, term, []byte("Ada@Example.com"))
	h, err := ParseHeader(envelope)
	if err != nil || h.Flags != FlagEquality || !bytes.Equal(h.Term(envelope), term) {
		t.Fatalf("header %+v, term %x, %v", h, h.Term(envelope), err)
	}
	if opened, err := k.Open(nil, f, envelope); err != nil || string(opened) != "Ada@Example.com" {
		t.Errorf("opened %q, %v", opened, err)
	}
	if len(envelope) != len("Ada@Example.com")+TermOverhead {
		t.Errorf("%d bytes", len(envelope))
	}
	copy(envelope[TermOffset:], mustTerm(t, index, f, "eve@example.com"))
	if out, err := k.Open(nil, f, envelope); !errors.Is(err, ErrTampered) || out != nil {
		t.Errorf("with the term of another value: %q, %v", out, err)
	}
	if _, err := k.SealWithTerm(nil, f, term[:14], nil); err == nil {
		t.Error("a term of 14 bytes was taken")
	}
}

func TestTheTextFormHasTheTermAtFixedCharacters(t *testing.T) {
	k, index, f := mustKey(t, 7, "acme", 10), mustIndexKey(t, 8, "acme"), mustField(t, "email", 0)
	term := mustTerm(t, index, f, "ada@example.com")
	var want string
	for _, plaintext := range []string{"", "a", "bc", "def"} { // every remainder of base64's groups
		text := string(AppendText(nil, mustSealWithTerm(t, k, f, term, []byte(plaintext))))
		got := text[TermTextOffset : TermTextOffset+TermTextSize]
		if want == "" {
			want = got
		}
		if got != want || got != string(textEncoding.AppendEncode(nil, term)) {
			t.Errorf("%q: %s, want %s", plaintext, got, want)
		}
	}
	if TermTextOffset != 20 || TermTextSize != 20 || TermOffset != 12 || TermSize != 15 {
		t.Error("indexes on stored columns name these positions: they never change")
	}
}

func TestAKeyIsUsedForItsPurposeOnly(t *testing.T) {
	data, index, f := mustKey(t, 7, "acme", 5), mustIndexKey(t, 8, "acme"), mustField(t, "email", 0)
	index.Grant(5)
	for name, use := range map[string]func(dst []byte) ([]byte, error){
		"Seal under an index key":            func(dst []byte) ([]byte, error) { return index.Seal(dst, f, nil) },
		"SealWithTerm under an index key":    func(dst []byte) ([]byte, error) { return index.SealWithTerm(dst, f, make([]byte, TermSize), nil) },
		"SealDeterministic under a data key": func(dst []byte) ([]byte, error) { return data.SealDeterministic(dst, f, nil) },
		"AppendTerm under a data key":        func(dst []byte) ([]byte, error) { return data.AppendTerm(dst, f, nil) },
	} {
		if out, err := use([]byte("kept")); !errors.Is(err, ErrPurpose) || string(out) != "kept" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	if data.Budget() != 5 || index.Budget() != 5 {
		t.Errorf("refusals cost %d and %d messages", 5-data.Budget(), 5-index.Budget())
	}
	if data.Purpose() != PurposeData || index.Purpose() != PurposeIndex {
		t.Errorf("purposes %s and %s", data.Purpose(), index.Purpose())
	}
}

func TestATermCostsTheBudgetThatSealingCosts(t *testing.T) {
	k, f := mustKey(t, 7, "acme", 1), mustField(t, "email", 0)
	mustSealWithTerm(t, k, f, make([]byte, TermSize), nil)
	if out, err := k.SealWithTerm([]byte("kept"), f, make([]byte, TermSize), nil); !errors.Is(err, ErrBudget) || string(out) != "kept" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestWithEqualityRefusesWhatCannotBeADomain(t *testing.T) {
	f := mustField(t, "email", 3)
	for _, domain := range []string{"", "Email", "e mail", "é", strings.Repeat("a", 256)} {
		if _, err := f.WithEquality(domain); err == nil {
			t.Errorf("domain %q was taken", domain)
		}
	}
	g := mustEquality(t, f, "contact")
	if f.Domain() != "email" || g.Domain() != "contact" || g.ID() != "email" || g.Index() != 3 {
		t.Errorf("%+v became %+v", f, g)
	}
}

func TestOneIndexWithTwoDomainsIsRefused(t *testing.T) {
	k, f := mustIndexKey(t, 8, "acme"), mustField(t, "email", 0)
	mustTerm(t, k, f, "x")
	if _, err := k.AppendTerm(nil, mustEquality(t, f, "contact"), []byte("x")); err == nil {
		t.Error("a field of another domain took over the derived key")
	}
	data := mustKey(t, 7, "acme", 2) // the domain is nothing to a data key
	mustSeal(t, data, f, nil)
	mustSeal(t, data, mustEquality(t, f, "contact"), nil)
}

func TestConcurrentTermsAndDeterministicEnvelopesAreRight(t *testing.T) {
	k, f := mustIndexKey(t, 8, "acme"), mustField(t, "email", 0)
	values := []string{"", "a", "ada@example.com", strings.Repeat("z", 100)}
	var terms, envelopes [][]byte
	for _, v := range values {
		terms = append(terms, mustTerm(t, mustIndexKey(t, 8, "acme"), f, v))
		envelopes = append(envelopes, mustSealDeterministic(t, mustIndexKey(t, 8, "acme"), f, []byte(v)))
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 200 {
				n := (w + i) % len(values)
				term, err := k.AppendTerm(nil, f, []byte(values[n]))
				envelope, err2 := k.SealDeterministic(nil, f, []byte(values[n]))
				if err != nil || err2 != nil || !bytes.Equal(term, terms[n]) || !bytes.Equal(envelope, envelopes[n]) {
					t.Errorf("%q: %x, %x, %v, %v", values[n], term, envelope, err, err2)
				}
			}
		})
	}
	wg.Wait()
}
