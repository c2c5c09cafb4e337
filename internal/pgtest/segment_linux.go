package pgtest

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

func freeSegment(id int) error {
	_, err := unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	if err == nil || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EIDRM) { // gone already
		return nil
	}
	return fmt.Errorf("freeing the killed server's shared memory %d: %w", id, err)
}
