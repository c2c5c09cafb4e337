//go:build cgo && !darwin && !windows

package pkcs11

import "fmt"

func notELF(path string) error {
	return fmt.Errorf("%s is not a PKCS#11 module: it is no ELF library", path)
}
