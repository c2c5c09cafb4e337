package softhsm

import (
	"fmt"
	"os"
	"path/filepath"
)

// ModuleEnv names the PKCS#11 library in place of the search.
const ModuleEnv = "SOFTHSM2_MODULE"

const install = "install SoftHSM 2 (Debian, Ubuntu: apt-get install softhsm2; Fedora: dnf install softhsm; " +
	"Alpine: apk add softhsm; macOS: brew install softhsm)"

// places are where distributions put the library; each may be a pattern.
var places = []string{
	"/usr/lib/softhsm/libsofthsm2.so",
	"/usr/lib/*/softhsm/libsofthsm2.so", // Debian's multiarch folders
	"/usr/lib64/softhsm/libsofthsm2.so",
	"/usr/lib64/pkcs11/libsofthsm2.so",
	"/usr/local/lib/softhsm/libsofthsm2.so",
	"/opt/homebrew/lib/softhsm/libsofthsm2.so",
	"/home/linuxbrew/.linuxbrew/lib/softhsm/libsofthsm2.so",
}

// Find returns the path of SoftHSM's PKCS#11 library. The error is one line that says what to install.
func Find() (string, error) {
	if path := os.Getenv(ModuleEnv); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s: %w", ModuleEnv, err)
		}
		return path, nil
	}
	for _, place := range places {
		if found, _ := filepath.Glob(place); len(found) > 0 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("libsofthsm2 not found: %s, or set %s to its path", install, ModuleEnv)
}
