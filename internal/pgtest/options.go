package pgtest

import "maps"

// Options describe a throwaway server; the zero value is a server of the newest version found that trusts everybody.
type Options struct {
	Version int               // major version, e.g. 15; 0 means the newest of the first place that has any
	Auth    string            // pg_hba.conf method for TCP: trust (default), scram-sha-256, md5, password
	HBA     []string          // lines put before those of initdb in pg_hba.conf
	Conf    map[string]string // settings of postgresql.conf; values are quoted by this package
}

// Option changes Options.
type Option func(*Options)

// WithVersion asks for a major version, e.g. 17. The start fails when it is not installed.
func WithVersion(major int) Option { return func(o *Options) { o.Version = major } }

// WithAuth sets the authentication method for TCP connections. For a method that asks for a password, Server.Password
// is the superuser's. The Unix socket always trusts: only the server's user and root can reach it.
func WithAuth(method string) Option { return func(o *Options) { o.Auth = method } }

// WithHBA puts a line before all others of pg_hba.conf, e.g. "host all alice 127.0.0.1/32 md5".
func WithHBA(line string) Option { return func(o *Options) { o.HBA = append(o.HBA, line) } }

// WithConf sets one server setting, e.g. WithConf("log_statement", "all").
func WithConf(key, value string) Option {
	return func(o *Options) {
		o.Conf = maps.Clone(o.Conf)
		if o.Conf == nil {
			o.Conf = make(map[string]string)
		}
		o.Conf[key] = value
	}
}
