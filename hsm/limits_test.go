package hsm

import (
	"errors"
	"strings"
	"testing"
)

func TestWrapArgumentsAreHeldToTheLimits(t *testing.T) {
	for _, c := range []struct {
		secret, aad int
		want        error
	}{
		{1, 0, nil}, {MaxSecret, MaxAAD, nil},
		{0, 0, ErrSize}, {MaxSecret + 1, 0, ErrSize}, {32, MaxAAD + 1, ErrSize},
	} {
		if err := CheckWrap(make([]byte, c.secret), make([]byte, c.aad)); !errors.Is(err, c.want) {
			t.Errorf("secret %d, aad %d: got %v, want %v", c.secret, c.aad, err, c.want)
		}
	}
}

func TestUnwrapTellsAForeignKeyFromAnAlteredBlob(t *testing.T) {
	ref := KeyRef{Provider: "pkcs11", Key: "hsm/master", Version: "1"}
	other := ref
	other.Version = "2"
	for name, c := range map[string]struct {
		w    Wrapped
		aad  int
		want error
	}{
		"good":               {Wrapped{ref, AES256GCM, make([]byte, 29)}, 0, nil},
		"longest":            {Wrapped{ref, AES256GCM, make([]byte, 28+MaxSecret)}, MaxAAD, nil},
		"other version":      {Wrapped{other, AES256GCM, make([]byte, 29)}, 0, ErrNoKey},
		"other algorithm":    {Wrapped{ref, "AES-KW", make([]byte, 29)}, 0, ErrCorrupt},
		"no ciphertext":      {Wrapped{ref, AES256GCM, make([]byte, 28)}, 0, ErrCorrupt},
		"empty":              {Wrapped{ref, AES256GCM, nil}, 0, ErrCorrupt},
		"too long":           {Wrapped{ref, AES256GCM, make([]byte, 29+MaxSecret)}, 0, ErrCorrupt},
		"aad over the limit": {Wrapped{ref, AES256GCM, make([]byte, 29)}, MaxAAD + 1, ErrSize},
	} {
		if err := CheckUnwrap(ref, c.w, make([]byte, c.aad)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestAForeignKeyErrorNamesBothKeys(t *testing.T) {
	mine := KeyRef{Provider: "pkcs11", Key: "a/b", Version: "1"}
	err := CheckUnwrap(mine, Wrapped{Ref: KeyRef{Provider: "filekey", Key: "c", Version: "1"}}, nil)
	if err == nil || !strings.Contains(err.Error(), `"a/b"`) || !strings.Contains(err.Error(), `filekey key "c"`) {
		t.Fatalf("error names not both keys: %v", err)
	}
}
