package fieldcrypt

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// textPrefix starts the text form; magicText is how the magic's first 12 bits look behind it.
const (
	textPrefix = "ks1."
	magicText  = "9U"
)

// textEncoding is RFC 4648, section 5, without padding; unused bits of the last character must be zero, so that an
// envelope has exactly one text.
var textEncoding = base64.RawURLEncoding.Strict()

// AppendText appends the text form of an envelope to dst: "ks1." and unpadded base64url. The envelope is not checked.
// dst's spare capacity must not overlap envelope.
func AppendText(dst, envelope []byte) []byte {
	dst = append(dst, textPrefix...)
	return textEncoding.AppendEncode(dst, envelope)
}

// AppendEnvelope appends the envelope whose text form is text to dst. It decodes only; ParseHeader and Open judge the
// result. Every text that it takes is the one that AppendText gives for the result. dst's spare capacity must not
// overlap text. On an error dst comes back as it was. Errors: ErrNotEnvelope if text does not start as the text form of
// an envelope does, ErrTampered if it does but is not base64url.
func AppendEnvelope(dst, text []byte) ([]byte, error) {
	if !bytes.HasPrefix(text, []byte(textPrefix+magicText)) {
		return dst, ErrNotEnvelope
	}
	body := text[len(textPrefix):]
	// encoding/base64 skips line breaks even when strict.
	if bytes.IndexByte(body, '\n') >= 0 || bytes.IndexByte(body, '\r') >= 0 {
		return dst, fmt.Errorf("%w: its text form has a line break", ErrTampered)
	}
	out, err := textEncoding.AppendDecode(dst, body)
	if err != nil {
		return dst, fmt.Errorf("%w: its text form is not unpadded base64url", ErrTampered)
	}
	return out, nil
}
