package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ActionRepair is the action of a line that tells that an unfinished line was cut off after a crash.
const ActionRepair = "audit.repair"

// ErrDamaged means that the log contradicts itself or its head file; nothing is appended until an operator has looked.
var ErrDamaged = errors.New("audit log was changed or is damaged")

// ErrInsecure means that others can write the log.
var ErrInsecure = errors.New("audit log can be written by others")

// Log appends to one log file. It is safe for concurrent use, and other processes may append to the same file.
type Log struct {
	path string
	turn chan struct{} // holds one token: who has it may append; a wait for it can be cancelled
	now  func() time.Time
}

var _ Recorder = (*Log)(nil)

// Open makes the log at path, with its head file, if neither exists, and checks that the log's end agrees with its head
// (ErrDamaged). New files have mode 0600; existing ones that others can write are refused (ErrInsecure). It holds no
// descriptor when it returns: each Record opens the files anew, so that a log which is moved aside is not written to.
func Open(path string) (*Log, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	l := &Log{path: path, turn: make(chan struct{}, 1), now: time.Now}
	if err := l.create(); err != nil {
		return nil, fmt.Errorf("audit log %s: %w", path, err)
	}
	if err := l.locked(context.Background(), func(*files) error { return nil }); err != nil {
		return nil, fmt.Errorf("audit log %s: %w", path, err)
	}
	return l, nil
}

// Path returns the absolute path of the log.
func (l *Log) Path() string { return l.path }

// Record implements Recorder: it appends the event and returns when it is on disk. The event is refused when the end of the
// log is not what the head file says (ErrDamaged). After any error the event may still turn out to be in the log: an act
// that was refused may be on record, never the other way round.
func (l *Log) Record(ctx context.Context, e Event) error {
	if e.Action == "" || e.Actor == "" || e.Outcome == "" {
		return fmt.Errorf("audit log %s: event without action, actor or outcome", l.path)
	}
	err := l.locked(ctx, func(f *files) error {
		if err := f.repair(l.now(), e.Actor); err != nil {
			return err
		}
		return f.append(l.now(), e)
	})
	if err != nil {
		return fmt.Errorf("audit log %s: %w", l.path, err)
	}
	return nil
}

// create makes both files unless they exist. The head comes first: a log without a head is then always a loss and never the
// work of a crash in between.
func (l *Log) create() error {
	info, err := os.Stat(l.path)
	hasLines := err == nil && info.Size() > 0
	if _, err := os.Stat(headPath(l.path)); hasLines && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("head file %s is missing: %w: %s", headPath(l.path), ErrDamaged, l.remedy())
	}
	head, err := os.OpenFile(headPath(l.path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer head.Close()
	if err := lock(context.Background(), head, unix.LOCK_EX); err != nil {
		return err
	}
	h, empty, err := readHead(head)
	if errors.Is(err, errNotHead) {
		return fmt.Errorf("%w: %w: %s", err, ErrDamaged, l.remedy())
	}
	if err != nil || !empty && h.Seq > 0 {
		return err
	}
	if hasLines && empty {
		return fmt.Errorf("head file %s is empty: %w: %s", head.Name(), ErrDamaged, l.remedy())
	}
	return l.createLog(head)
}

func (l *Log) createLog(head *os.File) error {
	if err := writeHead(head, Head{}); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(l.path))
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close(), dir.Sync(), dir.Close())
}

// locked runs do with both files open, locked and checked.
func (l *Log) locked(ctx context.Context, do func(*files) error) error {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	head, err := openPrivate(headPath(l.path))
	if err != nil {
		return l.missing(err)
	}
	defer head.Close() // releases the lock
	if err := lock(ctx, head, unix.LOCK_EX); err != nil {
		return err
	}
	log, err := openPrivate(l.path)
	if err != nil {
		return l.missing(err)
	}
	defer log.Close()
	f := &files{log: log, head: head}
	if err := f.load(); err != nil {
		return fmt.Errorf("%w: %s", err, l.remedy())
	}
	return do(f)
}

func (l *Log) missing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %w: %s", err, ErrDamaged, l.remedy())
	}
	return err
}

func (l *Log) remedy() string {
	return fmt.Sprintf("run `keyaside audit verify %s`; to start a new log, move it and %s aside and keep both", l.path, headPath(l.path))
}

// openPrivate opens a file that only its owner may write.
func openPrivate(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o022 != 0 {
		err = fmt.Errorf("%s has mode %04o: %w: run `chmod 600 %s`", path, info.Mode().Perm(), ErrInsecure, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
