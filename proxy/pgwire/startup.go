package pgwire

import (
	"encoding/binary"
)

// Limits and request codes of the packets that come before the first message (PostgreSQL documentation, 55.7; the limit
// is MAX_STARTUP_PACKET_LENGTH in src/include/libpq/pqcomm.h).
const (
	MaxStartupSize = 10000

	cancelRequestCode = 1234<<16 | 5678
	sslRequestCode    = 1234<<16 | 5679
	gssEncRequestCode = 1234<<16 | 5680
)

// StartupKind tells the packets apart that may open a connection.
type StartupKind uint8

const (
	Startup StartupKind = iota
	SSLRequest
	GSSEncRequest
	CancelRequest
)

// StartupPacket is the first packet of a connection. Raw and the strings' bytes are copies that belong to the caller.
type StartupPacket struct {
	Kind       StartupKind
	Raw        []byte // the whole packet, length field included
	Protocol   uint32 // major version in the high 16 bits
	Parameters map[string]string
}

// User is the role that the client asks for.
func (p *StartupPacket) User() string { return p.Parameters["user"] }

// Database is the database that the client asks for; by default the one named like the role (55.7, StartupMessage).
func (p *StartupPacket) Database() string {
	if db := p.Parameters["database"]; db != "" {
		return db
	}
	return p.User()
}

// StartupSize returns the size of the packet that b begins with. b holds at least 4 bytes.
func StartupSize(b []byte) (int, error) {
	n := binary.BigEndian.Uint32(b)
	if n < 8 || n > MaxStartupSize {
		return 0, Malformed("startup packet: length")
	}
	return int(n), nil
}

// ParseStartup reads a whole packet, length field included. Parameters beyond what the packet holds, a name without a
// value, a missing terminator or a missing user are malformed. The protocol's minor version and unknown options are left
// for the server to negotiate.
func ParseStartup(packet []byte) (*StartupPacket, error) {
	if len(packet) < 8 || len(packet) > MaxStartupSize || int(binary.BigEndian.Uint32(packet)) != len(packet) {
		return nil, Malformed("startup packet: length")
	}
	p := &StartupPacket{Raw: append([]byte(nil), packet...), Protocol: binary.BigEndian.Uint32(packet[4:])}
	switch p.Protocol {
	case sslRequestCode, gssEncRequestCode:
		if len(packet) != 8 {
			return nil, Malformed("encryption request: length")
		}
		p.Kind = SSLRequest
		if p.Protocol == gssEncRequestCode {
			p.Kind = GSSEncRequest
		}
		return p, nil
	case cancelRequestCode:
		if len(packet) < 16 { // process id and a key of 4 to 256 bytes (protocol 3.2)
			return nil, Malformed("cancel request: length")
		}
		p.Kind = CancelRequest
		return p, nil
	}
	if p.Protocol>>16 != 3 {
		return nil, Malformed("startup packet: protocol version is not 3")
	}
	var err error
	p.Parameters, err = startupParameters(packet[8:])
	return p, err
}

func startupParameters(body []byte) (map[string]string, error) {
	params := make(map[string]string)
	r := reader{rest: body}
	for {
		name := r.cstring()
		if r.failed {
			return nil, Malformed("startup packet: parameters are not terminated")
		}
		if len(name) == 0 {
			break
		}
		params[string(name)] = string(r.cstring())
	}
	if !r.end() {
		return nil, Malformed("startup packet: bytes after the parameters")
	}
	if params["user"] == "" {
		return nil, Malformed("startup packet: no user")
	}
	return params, nil
}
