//go:build cgo && (darwin || windows)

package pkcs11

func notELF(string) error { return nil } // Mach-O or PE: left to the loader
