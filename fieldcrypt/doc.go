// Package fieldcrypt seals single values (a cell of a table, a member of a JSON body) into envelopes and opens them
// again. The format is specified in docs/envelope.md and pinned by testdata/envelope-v1.json.
//
// An envelope opens only where it was sealed for: the header, the tenant and the field are authenticated, and the key
// that encrypts is derived for that tenant, key record and field alone. A value that was altered, cut, moved to another
// tenant's row or moved to another column gives an error, never a wrong plaintext.
//
// It does not hide the length of a value, that a value is NULL, which key sealed it, when it was written or how often
// it is read; and it does not notice that a whole row was replaced by an older one of the same tenant. It caches
// nothing across keys, fetches no key and knows no policy: keys come from a KeySource, values from the proxies.
//
// All types are safe for concurrent use. Envelopes of version 1 will be readable by every later release.
package fieldcrypt
