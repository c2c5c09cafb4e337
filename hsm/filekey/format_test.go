package filekey

import (
	"bytes"
	"testing"
)

func FuzzParseAcceptsOnlyWhatContentWrites(f *testing.F) {
	good := content("0011223344556677", bytes.Repeat([]byte{1}, keySize))
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append(bytes.Clone(good), 0))
	f.Add(content("00112233445566AA", make([]byte, keySize)))
	f.Add([]byte(header))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		id, key, err := parse(data)
		if err != nil {
			return
		}
		if len(key) != keySize || !bytes.Equal(content(id, key), data) {
			t.Fatalf("%q parsed, but is not what content writes", data)
		}
	})
}
