// Package oracle holds the planner's parser against libpg_query, PostgreSQL's own grammar in C: both must accept the same
// texts and give the same trees, with the same locations, since edits are spliced at them. It is a module of its own,
// so that the C library is no dependency of the proxy. "make oracle" runs it.
package oracle
