package pgsql

import "strconv"

// sealedParam notes that a parameter is sealed, and returns the number of the one that holds the sealed value in the
// server's text: a value that is sealed in two ways needs two of them.
func (a *analysis) sealedParam(role paramRole) int {
	n := role.sealed.Param
	old, seen := a.params[n]
	if !seen || old.sealed == nil || a.sameRole(old, role) {
		a.paramIs(n, role)
		return n
	}
	for _, other := range a.added {
		if other.sealed.Param == n && a.sameRole(other, role) {
			return other.sealed.Added
		}
	}
	if old.sealed.shown() != role.sealed.shown() {
		refuse(role.at, codeUnsupported, "Pass the value twice, as two parameters.",
			"parameter $%d is used for protected columns %s and %s, which give it different types", n, old.sealed.Column.Name, role.sealed.Column.Name)
	}
	return a.addParam(role)
}

// addParam adds a parameter behind those of the client's text.
func (a *analysis) addParam(role paramRole) int {
	role.sealed.Added = a.clientParams() + len(a.added) + 1
	a.added = append(a.added, role)
	return role.sealed.Added
}

// shown is the type that the client is told of a parameter.
func (u *ParamUse) shown() uint32 {
	if u.CastOID != 0 {
		return u.CastOID
	}
	if u.Array {
		return arrayOIDs[u.Column.Type]
	}
	return oidOf(u.Column.Type)
}

// clientParams is the greatest number of a parameter in the text.
func (a *analysis) clientParams() int {
	if len(a.added) > 0 {
		return a.added[0].sealed.Added - 1
	}
	most := 0
	for i := range a.tokens {
		if a.tokens[i].kind == tokParam {
			if n, err := strconv.Atoi(a.word(i)[1:]); err == nil {
				most = max(most, n)
			}
		}
	}
	return most
}
