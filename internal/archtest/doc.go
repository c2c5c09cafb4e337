// Package archtest holds the tests that keep the parts of Keyaside apart: who may import whom, which packages may use
// which dependency, and that folders and dependencies are documented. It has no code of its own.
//
// The rules say what the design says, so a test that fails here is not made to pass by a wider rule alone: first the
// design changes (ARCHITECTURE.md), then the rule. The security rule never does: code that parses what strangers send
// must not be able to reach a key.
package archtest
