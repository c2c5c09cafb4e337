package filekey

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/keyaside/keyaside/hsm"
)

const (
	ageIntro = "age-encryption.org/v1\n" // first line of every binary age file (C2SP age, "Header")

	// What is encrypted: a line with the id, then the key. The id is random and no secret.
	header = "keyaside master key v1 "
	idSize = 8 // bytes, 16 characters in hexadecimal

	contentSize = len(header) + 2*idSize + 1 + keySize

	// maxWorkFactor bounds what opening costs: 2^22 is 4 GiB of memory and about 15 s.
	maxWorkFactor = 22
)

var errPassphrase = fmt.Errorf("passphrase is empty: %w", hsm.ErrAuth)

func content(id string, key []byte) []byte {
	out := make([]byte, 0, contentSize)
	out = append(out, header...)
	out = append(out, id...)
	out = append(out, '\n')
	return append(out, key...)
}

// parse splits a decrypted content; key is a part of content.
func parse(content []byte) (id string, key []byte, err error) {
	rest, ok := bytes.CutPrefix(content, []byte(header))
	if !ok || len(content) != contentSize || rest[2*idSize] != '\n' {
		return "", nil, fmt.Errorf("is no Keyaside master key: %w", hsm.ErrCorrupt)
	}
	id = string(rest[:2*idSize])
	if b, err := hex.DecodeString(id); err != nil || hex.EncodeToString(b) != id {
		return "", nil, fmt.Errorf("has a malformed key id: %w", hsm.ErrCorrupt)
	}
	return id, rest[2*idSize+1:], nil
}

func encrypt(content, passphrase []byte, workFactor int) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, errPassphrase
	}
	recipient, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(workFactor)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decrypt returns the content, which the caller clears.
func decrypt(sealed, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, errPassphrase
	}
	if !bytes.HasPrefix(sealed, []byte(ageIntro)) {
		return nil, fmt.Errorf("is not encrypted (no age header): %w", hsm.ErrUnsafeKey)
	}
	identity, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, refusal(err)
	}
	content := make([]byte, contentSize+1) // one more than expected, to notice a longer one
	n, err := io.ReadFull(r, content)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		clear(content)
		return nil, fmt.Errorf("is damaged: %w", hsm.ErrCorrupt)
	}
	return content[:n:n], nil
}

// refusal tells a wrong passphrase from a file that is damaged or encrypted to something else than a passphrase.
func refusal(err error) error {
	if mismatch := new(age.NoIdentityMatchError); errors.As(err, &mismatch) {
		for _, e := range mismatch.Errors {
			if errors.Is(e, age.ErrIncorrectIdentity) {
				return fmt.Errorf("wrong passphrase, or not encrypted with one: %w", hsm.ErrAuth)
			}
		}
	}
	return fmt.Errorf("%w: %w", hsm.ErrCorrupt, err)
}
