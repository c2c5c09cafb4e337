// Package ormtest runs object-relational mappers, with their ordinary models and no SQL of their own, through the real
// program: PostgreSQL, the keyaside command with a configuration file, and the mapper from its registry.
//
// Each mapper is a small program (folders go, node, python) that migrates its models, then creates, finds, updates,
// upserts and deletes, with associations and in transactions, and prints what it sees as lines of JSON. It runs twice,
// through the proxy and directly on a twin database without protection, and must print the same both times. Afterwards
// protected columns hold envelopes only, and no protected value stands in the server's log.
package ormtest
