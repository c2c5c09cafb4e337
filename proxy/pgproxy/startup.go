package pgproxy

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// handle serves one client from its first packet on.
func (s *Server) handle(ctx context.Context, client net.Conn, drain <-chan struct{}) {
	log := s.log.With("client", client.RemoteAddr().String())
	_ = client.SetDeadline(time.Now().Add(s.limits.StartupTimeout))
	packet, err := readStartup(client)
	switch {
	case err != nil:
		refuseStartup(client, log, err)
		return
	case packet.Kind == pgwire.CancelRequest:
		s.cancelUpstream(ctx, packet.Raw, log)
		return
	}
	log = log.With("user", packet.User(), "database", packet.Database())
	t, reason := s.connect(ctx, client, packet, log)
	if reason != nil {
		log.Warn("session refused", "code", reason.Code, "reason", reason.Message)
		sayFatal(client, reason)
		return
	}
	_ = client.SetDeadline(time.Time{})
	t.authDeadline = time.AfterFunc(s.limits.StartupTimeout, func() {
		t.end(&Error{Code: codeProtocolViolation, Message: "authentication took longer than the proxy's startup timeout"})
	})
	defer t.authDeadline.Stop()
	log.Debug("session begins")
	t.run(ctx, drain)
	log.Debug("session ends")
}

// readStartup reads packets up to the one that opens a session or asks for a cancel. Requests for encryption are
// declined: the client then goes on in the clear, or gives up, as its settings say.
func readStartup(client net.Conn) (*pgwire.StartupPacket, error) {
	for range 3 { // SSL and GSSAPI may each be asked for once (PostgreSQL documentation, 55.2.10 and 55.2.11)
		packet, err := readPacket(client)
		if err != nil {
			return nil, err
		}
		if packet.Kind != pgwire.SSLRequest && packet.Kind != pgwire.GSSEncRequest {
			return packet, nil
		}
		if _, err := client.Write([]byte{'N'}); err != nil {
			return nil, err
		}
	}
	return nil, pgwire.Malformed("more than two requests for encryption")
}

func readPacket(r io.Reader) (*pgwire.StartupPacket, error) {
	buf := make([]byte, 4, 512)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	size, err := pgwire.StartupSize(buf)
	if err != nil {
		return nil, err
	}
	buf = append(buf, make([]byte, size-4)...)
	if _, err := io.ReadFull(r, buf[4:]); err != nil {
		return nil, err
	}
	return pgwire.ParseStartup(buf)
}

func refuseStartup(client net.Conn, log *slog.Logger, err error) {
	if errors.Is(err, pgwire.ErrMalformed) {
		log.Warn("not a PostgreSQL client", "error", err)
		sayFatal(client, &Error{Code: codeProtocolViolation, Message: "invalid startup packet"})
		return
	}
	// Half a packet and then nothing, or a connection only to see whether the port is open.
	log.Debug("client left before its startup packet", "error", err)
}

func sayFatal(client net.Conn, reason *Error) {
	_ = client.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = client.Write(reason.append(nil, "FATAL"))
}

func refuseConnection(client net.Conn) {
	sayFatal(client, &Error{Code: codeTooManyConnections, Message: "the proxy has no free connection",
		Hint: "Raise limits.connections of the proxy, or use fewer connections."})
}

// connect makes the session's other half: the catalog of its database, the connection to the server, and the machine.
func (s *Server) connect(ctx context.Context, client net.Conn, packet *pgwire.StartupPacket, log *slog.Logger) (*transport, *Error) {
	server, err := s.dial(ctx)
	if err != nil {
		log.Error("connecting to the server", "error", err)
		return nil, &Error{Code: codeConnectionFailure, Message: "the proxy could not connect to the server",
			Hint: "Is the server running, and is postgres.upstream its address?"}
	}
	db, err := s.databaseNamed(ctx, packet.Database())
	if err != nil && s.observer != nil {
		db, err = &database{name: packet.Database(), source: s.catalog}, nil // without a catalog nothing is planned, and all passes
	}
	if err != nil {
		_ = server.Close()
		return nil, catalogError(err)
	}
	if _, err := server.Write(packet.Raw); err != nil {
		_ = server.Close()
		return nil, &Error{Code: codeConnectionFailure, Message: "the server closed the connection before the session began"}
	}
	return s.newTransport(client, server, db, packet, log), nil
}

func catalogError(err error) *Error {
	var missing *UnknownDatabaseError
	if errors.As(err, &missing) {
		return &Error{Code: "3D000", Message: missing.Error()}
	}
	return &Error{Code: codeCannotConnectNow, Message: "the proxy could not read the catalog of the database",
		Hint: "See the proxy's log; \"keyaside check\" tries the same login."}
}

func (s *Server) dial(ctx context.Context) (net.Conn, error) {
	network, address := upstreamAddress(s.upstream)
	d := net.Dialer{Timeout: s.limits.DialTimeout}
	return d.DialContext(ctx, network, address)
}

// upstreamAddress reads "host:port", or "/directory:port" for the Unix socket that a server keeps there.
func upstreamAddress(upstream string) (network, address string) {
	if !strings.HasPrefix(upstream, "/") {
		return "tcp", upstream
	}
	dir, port, ok := strings.Cut(upstream, ":")
	if !ok {
		port = "5432"
	}
	return "unix", dir + "/.s.PGSQL." + port
}

func (s *Server) newTransport(client, server net.Conn, db *database, packet *pgwire.StartupPacket, log *slog.Logger) *transport {
	return &transport{
		srv: s, db: db, log: log, client: client, server: server,
		wake:    make(chan struct{}, 1),
		machine: s.newMachine(db, packet),
	}
}

func (s *Server) newMachine(db *database, packet *pgwire.StartupPacket) *machine {
	m := &machine{
		policy: s.policy, keys: s.keys, limits: s.limits,
		planner: db.planner, schemaChanged: db.invalidate, groups: db.groups,
		user: packet.User(), database: packet.Database(),
		statements: make(map[string]*statement), portals: make(map[string]*portal), changed: make(map[nameKey]uint64),
		scratch: scratch{tenants: make(map[string]resolvedKey), indexes: make(map[string]resolvedKey), ids: make(map[fieldcrypt.KeyID]resolvedKey)},
	}
	if s.observer != nil {
		m.observer, m.planner = s.observer, db.plannerNow
	}
	return m
}

// cancelUpstream hands a CancelRequest on as it came: the server knows the key that it gave to the client.
func (s *Server) cancelUpstream(ctx context.Context, raw []byte, log *slog.Logger) {
	server, err := s.dial(ctx)
	if err != nil {
		log.Warn("connecting to the server for a cancel request", "error", err)
		return
	}
	defer server.Close()
	_ = server.SetDeadline(time.Now().Add(s.limits.DialTimeout))
	if _, err := server.Write(raw); err != nil {
		log.Warn("passing a cancel request on", "error", err)
		return
	}
	// The server closes when it has sent the signal; clients wait for that before they go on.
	_, _ = io.Copy(io.Discard, server)
	log.Debug("cancel request passed on", "pid", binary.BigEndian.Uint32(raw[8:]))
}
