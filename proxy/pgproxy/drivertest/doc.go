// Package drivertest holds the tests that put unmodified drivers in front of the whole proxy and then look for leaks. It
// has no code of its own.
//
// Each test builds the real chain: a master key in a SoftHSM token, the key manager on a file store, the key cache, the
// proxy, and a PostgreSQL server of its own that logs every statement with all parameters and keeps all WAL. A driver
// then works on a table with a protected column of each logical type. Every protected value that the test makes is
// entered in a ledger, in each form in which it could be written down; at the end all files of the server, the key store,
// the audit log and the proxy's log are searched for them. An unprotected column that holds a control value, which must be
// found, shows that the search sees something; leak_test.go shows it for every type.
//
// The drivers of other languages run as scripts (node, python) that get their work as JSON and check values themselves,
// since only they know their native types. What they need is installed by "make deps-drivers"; a driver that is missing
// fails its test.
package drivertest
