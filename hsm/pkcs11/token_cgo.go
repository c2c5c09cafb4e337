//go:build cgo

package pkcs11

import (
	"crypto/cipher"
	"fmt"
	"io"

	"github.com/ThalesGroup/crypto11"

	"github.com/keyaside/keyaside/hsm"
)

// crypto11Token contains crypto11 (v1.6.0) and what must be known of it: it panics where cipher.AEAD has no error to
// return, its IV length is 16 unless set, it waits for a session without limit unless told, it keeps the PIN, and it
// never reconnects.
type crypto11Token struct {
	ctx  *crypto11.Context
	rand io.Reader
	key  *crypto11.SecretKey
	aead cipher.AEAD
}

// connect loads the module unless it is loaded, finds the token and logs in.
func connect(cfg Config, pin []byte) (t token, err error) {
	if err := checkModule(cfg.Module); err != nil {
		return nil, err
	}
	settings := &crypto11.Config{
		Path:            cfg.Module,
		TokenLabel:      cfg.TokenLabel,
		TokenSerial:     cfg.TokenSerial,
		Pin:             string(pin),
		MaxSessions:     cfg.MaxSessions,
		PoolWaitTimeout: cfg.Timeout, // conn hands out sessions; this is for tokens that allow fewer
		GCMIVLength:     hsm.GCMIVSize,
	}
	defer func() { settings.Pin = "" }() // the Context keeps settings
	defer recovered(&err)
	ctx, err := crypto11.Configure(settings)
	if err != nil {
		return nil, err
	}
	reader, err := ctx.NewRandomReader()
	if err != nil {
		return nil, err
	}
	return &crypto11Token{ctx: ctx, rand: reader}, nil
}

// recovered turns a panic of crypto11 into an error.
func recovered(err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = p
	default:
		*err = fmt.Errorf("crypto11: panic: %v", p)
	}
}

func (t *crypto11Token) seal(iv, plaintext, aad []byte) (out []byte, err error) {
	defer recovered(&err)
	return t.aead.Seal(nil, iv, plaintext, aad), nil
}

func (t *crypto11Token) open(iv, ciphertext, aad []byte) (out []byte, err error) {
	defer recovered(&err)
	return t.aead.Open(nil, iv, ciphertext, aad)
}

func (t *crypto11Token) random(p []byte) (err error) {
	defer recovered(&err)
	_, err = io.ReadFull(t.rand, p)
	return err
}

func (t *crypto11Token) close() (err error) {
	defer recovered(&err)
	return t.ctx.Close()
}
