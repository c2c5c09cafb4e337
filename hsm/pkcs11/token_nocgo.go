//go:build !cgo

package pkcs11

func connect(Config, []byte) (token, error) { return nil, errNoCgo }
