package fieldcrypt

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"sync"
)

// AppendTerm appends the equality term of a value, TermSize bytes, to dst: HMAC-SHA-256, cut to 120 bits, under what k, an
// index key, gives for f's equality domain. Values of one domain and tenant have the same term when, and but for a chance
// of 2^-120 only when, their normalised forms are equal. normalised is only read. Error: ErrPurpose.
func (k *Key) AppendTerm(dst []byte, f *Field, normalised []byte) ([]byte, error) {
	fk, err := k.keyFor(f, PurposeIndex)
	if err != nil {
		return dst, err
	}
	return fk.term.append(dst, normalised), nil
}

// SealWithTerm is Seal with an equality term in the envelope, which AppendTerm made for the same tenant and field. The
// term is authenticated with the value, so it can't be put on another envelope; that it is the term of this plaintext is
// the caller's word. dst's spare capacity must overlap neither term nor plaintext. An envelope is TermOverhead bytes longer
// than its plaintext. Errors: those of Seal.
func (k *Key) SealWithTerm(dst []byte, f *Field, term, plaintext []byte) ([]byte, error) {
	if len(term) != TermSize {
		return dst, fmt.Errorf("field %s: equality term has %d bytes, must have %d", f.id, len(term), TermSize)
	}
	fk, err := k.startSeal(f, plaintext)
	if err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, TermOverhead+len(plaintext))
	start := len(dst)
	dst = appendHeader(dst, SuiteAES256GCM, FlagEquality, k.id)
	dst = append(dst, term...)
	aad := borrowAAD(dst[start:], fk.context())
	defer aad.release()
	return fk.aead.Seal(dst, nil, plaintext, aad.bytes), nil
}

// termMaker makes terms without allocating. It is safe for concurrent use.
type termMaker struct{ states sync.Pool }

type termState struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newTermMaker(key []byte) *termMaker {
	return &termMaker{sync.Pool{New: func() any { return &termState{mac: hmac.New(sha256.New, key)} }}}
}

func (m *termMaker) append(dst, normalised []byte) []byte {
	s := m.states.Get().(*termState)
	defer m.states.Put(s)
	s.mac.Reset()
	s.mac.Write(normalised) // hash.Hash: never an error
	return append(dst, s.mac.Sum(s.sum[:0])[:TermSize]...)
}

// borrowedAAD holds the associated data of an envelope with a term, which differs from value to value. Nothing in it is
// secret.
type borrowedAAD struct{ bytes []byte }

var spareAADs = sync.Pool{New: func() any { return new(borrowedAAD) }}

// borrowAAD puts together the bytes before the nonce and the context; the caller releases it.
func borrowAAD(beforeNonce, context []byte) *borrowedAAD {
	a := spareAADs.Get().(*borrowedAAD)
	a.bytes = append(append(a.bytes[:0], beforeNonce...), context...)
	return a
}

func (a *borrowedAAD) release() { spareAADs.Put(a) }
