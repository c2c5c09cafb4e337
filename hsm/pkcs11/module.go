//go:build cgo

package pkcs11

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// checkModule finds out before the module is loaded what the loader would keep to itself: no such file, not a library,
// not a PKCS#11 library. It must not refuse what it does not understand, such as another system's library format.
func checkModule(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	f, err := elf.Open(path)
	if format := new(elf.FormatError); errors.As(err, &format) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return notELF(path)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("%s has no dynamic symbols, so it is not a PKCS#11 module: %w", path, err)
	}
	if !slices.ContainsFunc(symbols, isEntry) {
		return fmt.Errorf("%s is not a PKCS#11 module: it does not export C_GetFunctionList", path)
	}
	return nil
}

// isEntry reports whether the symbol is the one entry point of every module (PKCS#11 v3.1, 5.4.3).
func isEntry(s elf.Symbol) bool {
	return s.Name == "C_GetFunctionList" && s.Section != elf.SHN_UNDEF
}
