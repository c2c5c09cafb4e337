package pkcs11

import "errors"

// errNoCgo is what every use of the package ends with in a program that was built without cgo.
var errNoCgo = errors.New("this program was built without cgo, which PKCS#11 modules need: build it with CGO_ENABLED=1 and a C compiler, or use another master key")
