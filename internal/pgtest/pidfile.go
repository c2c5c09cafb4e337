package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pidLine returns a line, counted from 1, of the cluster's postmaster.pid; false if there is none.
func pidLine(dataDir string, n int) (string, bool) {
	text, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return "", false
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < n {
		return "", false
	}
	return strings.TrimSpace(lines[n-1]), true
}

// removeSegment frees the System V shared memory that a killed server leaves in the kernel. Its key and id are on the
// seventh line of postmaster.pid (miscadmin.h, LOCK_FILE_LINE_SHMEM_KEY).
func removeSegment(dataDir string) error {
	line, ok := pidLine(dataDir, 7)
	fields := strings.Fields(line)
	if !ok || len(fields) != 2 {
		return nil
	}
	id, err := strconv.Atoi(fields[1])
	if err != nil {
		return fmt.Errorf("postmaster.pid: shared memory id: %w", err)
	}
	return freeSegment(id)
}
