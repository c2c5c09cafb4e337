package pkcs11

import (
	"fmt"
	"time"

	"github.com/keyaside/keyaside/hsm"
)

// Attempts to recover start at once, then after waits that double from firstPause to longestPause. After a minute
// without trouble the next recovery starts at once again.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	quiet        = time.Minute
)

// backoff spaces the attempts to open a token, so that a token in trouble is not made busy by who waits for it.
type backoff struct {
	last  time.Time // of the last strike
	pause time.Duration
	err   error // why; nil if the connection was replaced
}

// refuse returns the error for a call that comes during a pause; nil if an attempt may be made.
func (b *backoff) refuse(now time.Time) error {
	rest := b.last.Add(b.pause).Sub(now)
	if b.last.IsZero() || rest <= 0 {
		return nil
	}
	if b.err != nil {
		return fmt.Errorf("%w (next attempt in %v)", b.err, rest.Round(time.Millisecond))
	}
	return fmt.Errorf("%w: the connection was lost twice in a short time (next attempt in %v)", hsm.ErrUnavailable, rest.Round(time.Millisecond))
}

// strike notes trouble at the time: a lost connection, or err from an attempt to open one.
func (b *backoff) strike(now time.Time, err error) {
	if b.last.IsZero() || now.Sub(b.last) > quiet+b.pause {
		b.pause = firstPause
	} else {
		b.pause = min(2*b.pause, longestPause)
	}
	b.last, b.err = now, err
}
