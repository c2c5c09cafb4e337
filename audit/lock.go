package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lockTimeout is how long an append waits for other processes; each holds the lock for a few syncs of the disk.
	lockTimeout = 10 * time.Second
	pollPause   = 2 * time.Millisecond
)

// ErrLocked means that another process held the log all the time.
var ErrLocked = errors.New("audit log is in use by another process")

// lock takes the lock of f, shared or exclusive, until f is closed. It polls, since a blocking flock cannot be cancelled.
func lock(ctx context.Context, f *os.File, how int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, lockTimeout, ErrLocked)
	defer cancel()
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if err == nil || !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock %s: %w", f.Name(), context.Cause(ctx))
		case <-time.After(pollPause):
		}
	}
}
