package audit

import "context"

// Event is what a line of the audit log tells: who did what to which key, and why. It never holds key bytes or plaintext.
type Event struct {
	Action  string `json:"action"` // "master.unwrap", "master.wrap", "key.create", "key.rotate", "key.state", …
	Actor   string `json:"actor"`  // the process or the person: "serve", "cli:alice"
	Tenant  string `json:"tenant,omitzero"`
	Purpose string `json:"purpose,omitzero"`
	KeyID   string `json:"key_id,omitzero"` // 16 hexadecimal digits
	Version uint32 `json:"version,omitzero"`
	State   string `json:"state,omitzero"`  // the key's state after the act
	Master  string `json:"master,omitzero"` // provider, key and version of the master key
	Reason  string `json:"reason,omitzero"`
	Outcome string `json:"outcome"` // "ok", "attempt" before a change, or the class of the error
}

// Recorder takes events. Record returns when the event is durable; an error means that it is not, and the caller
// refuses the act that it was to record.
type Recorder interface {
	Record(ctx context.Context, e Event) error
}
