// Package audit keeps an append-only log of the uses of master keys and the changes of keys' states, one JSON object per
// line, and finds out where such a log was tampered with.
//
// Each line holds its number, the hash of the line before it, and its own hash; a small file beside the log, NAME.head,
// holds number and hash of the last line. Verify tells which line was changed, removed, moved, repeated, replaced together
// with its hash, or cut off at the end. A record is on disk, log and head both, before Record returns. Several processes may
// write to one log; each append is made under a lock on the head file.
//
// What is not noticed: someone who may write both files and computes the hashes of all later lines anew, or cuts both back to
// an earlier state, leaves a log that is consistent in itself. Against that, keep a Head elsewhere from time to time (a
// ticket, another machine) and give it to Verify: a log that once had that line must have it still. Lines are hashed, not
// signed.
//
// After a crash the last line may be unfinished. It was never acknowledged, since the head file does not name it; so the next
// Record cuts it off and says so in a line of its own (ActionRepair), because to refuse would stop a key service after
// each power failure and teach its operators to delete logs. A last line that is cut and was acknowledged is tampering or a
// broken disk: then Record refuses, and an operator decides.
//
// A Log is safe for concurrent use. The format has a version, in each line.
package audit
