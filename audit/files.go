package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// files is a log and its head under the lock.
type files struct {
	log, head *os.File

	last  Head   // of the last whole line
	ahead bool   // that line is not in the head yet: its writer was killed in between
	whole int64  // bytes of the log up to the end of that line
	torn  []byte // what follows it: an unfinished line
}

// load reads the end of the log and compares it with the head.
func (f *files) load() error {
	head, empty, err := readHead(f.head)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if empty {
		return fmt.Errorf("head file %s is empty: %w", f.head.Name(), ErrDamaged)
	}
	last, err := f.loadLast()
	if err != nil {
		return err
	}
	f.last, f.ahead = Head{last.Seq, last.Hash}, last.Seq > head.Seq
	return checkEnd(last, head)
}

// checkEnd compares the last whole line with the head. The line may be one ahead: the head is written after it.
func checkEnd(last Entry, head Head) error {
	switch {
	case last.Seq == head.Seq && last.Hash == head.Hash:
		return nil
	case last.Seq == head.Seq+1 && last.Prev == head.Hash:
		return nil
	case last.Seq < head.Seq:
		return fmt.Errorf("it ends at line %d, line %d was written: %w", last.Seq, head.Seq, ErrDamaged)
	case last.Seq > head.Seq+1:
		return fmt.Errorf("its head file is older: it knows line %d of %d: %w", head.Seq, last.Seq, ErrDamaged)
	}
	return fmt.Errorf("line %d is not the one that was written: %w", head.Seq, ErrDamaged)
}

// loadLast finds the last whole line, and what was left unfinished after it. An empty log has the zero entry.
func (f *files) loadLast() (Entry, error) {
	info, err := f.log.Stat()
	if err != nil {
		return Entry{}, err
	}
	const window = 2 * (MaxLine + 1) // the last line and an unfinished one
	start := max(0, info.Size()-window)
	b := make([]byte, info.Size()-start)
	if _, err := f.log.ReadAt(b, start); err != nil && !errors.Is(err, io.EOF) {
		return Entry{}, err
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	f.whole, f.torn = start+int64(end), b[end:]
	if len(f.torn) > MaxLine {
		return Entry{}, fmt.Errorf("its end is no line: %w", ErrDamaged)
	}
	if f.whole == 0 {
		return Entry{}, nil
	}
	line := b[bytes.LastIndexByte(b[:end-1], '\n')+1 : end-1]
	e, err := ParseLine(line)
	if err != nil {
		return Entry{}, fmt.Errorf("its last line: %w: %w", err, ErrDamaged)
	}
	return e, nil
}

// repair brings the head up to the last line, before another line makes it older than a crash can, and cuts off an
// unfinished line and tells of it in a line of its own.
func (f *files) repair(now time.Time, actor string) error {
	if f.ahead {
		if err := writeHead(f.head, f.last); err != nil {
			return err
		}
		f.ahead = false
	}
	if len(f.torn) == 0 {
		return nil
	}
	torn := f.torn
	if err := f.cut(); err != nil {
		return err
	}
	return f.append(now, Event{
		Action: ActionRepair, Actor: actor, Outcome: "ok",
		Reason: fmt.Sprintf("cut off %d bytes of an unfinished line %d, SHA-256 %x", len(torn), f.last.Seq+1, sha256.Sum256(torn)),
	})
}

func (f *files) cut() error {
	f.torn = nil
	return errors.Join(f.log.Truncate(f.whole), f.log.Sync())
}

// append writes one line after the last, then the head, each to the disk.
func (f *files) append(now time.Time, e Event) error {
	line, hash, err := formatLine(f.last.Seq+1, now, e, f.last.Hash)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err := f.log.WriteAt(line, f.whole); err != nil {
		return errors.Join(err, f.cut()) // a full disk must not leave half a line if that can be helped
	}
	if err := f.log.Sync(); err != nil {
		return err
	}
	f.last, f.whole = Head{f.last.Seq + 1, hash}, f.whole+int64(len(line))
	return writeHead(f.head, f.last)
}
