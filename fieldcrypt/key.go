package fieldcrypt

// Key is one version of a tenant's data key, ready for use.
type Key struct {
	id     KeyID
	tenant string
}
