package keystore

import "io"

// SetIDs replaces the source of key ids.
func (m *Manager) SetIDs(r io.Reader) { m.ids = r }

// KEKsInMemory returns how many unwrapped KEKs are held.
func (m *Manager) KEKsInMemory() int { return m.keks.lru.Len() }
