package configs

// Keys says where keys live and how long they are used.
type Keys struct {
	Store  Store  `yaml:"store" envPrefix:"STORE_"`
	Master Master `yaml:"master" envPrefix:"MASTER_"`
	// Create is on-first-use (a tenant that writes for the first time gets its keys) or explicit (only
	// `keyaside keys create` makes them, and an unknown tenant is refused).
	Create string `yaml:"create" env:"CREATE" default:"on-first-use"`
	// Cryptoperiod is how long a data key seals new values before it is due for rotation (SP 800-57 part 1, 5.3). Whole
	// days; 0 means no end. Old versions keep opening old values.
	Cryptoperiod Duration `yaml:"cryptoperiod" env:"CRYPTOPERIOD" default:"365d"`
	Cache        Cache    `yaml:"cache" envPrefix:"CACHE_"`
}

// The values of Keys.Create.
const (
	CreateOnFirstUse = "on-first-use"
	CreateExplicit   = "explicit"
)

// Store is where wrapped keys are kept: never in the database that they protect.
type Store struct {
	// Bolt is the path of a bbolt file (mode 0600). Losing it loses every value: back it up. Required.
	Bolt string `yaml:"bolt" env:"BOLT"`
	// Create allows a missing file to be created. Leave it false after the first start, so that an unmounted disk is an
	// error and not an empty key store.
	Create bool `yaml:"create" env:"CREATE" default:"false"`
}

// Master is the master key that wraps every tenant's keys. Exactly one of its parts is set.
type Master struct {
	PKCS11 *PKCS11  `yaml:"pkcs11" envPrefix:"PKCS11_"`
	File   *KeyFile `yaml:"file" envPrefix:"FILE_"`
}

// PKCS11 is a master key in a hardware security module, or in SoftHSM. It never leaves the module.
type PKCS11 struct {
	// Module is the path of the vendor's PKCS#11 library, e.g. /usr/lib/softhsm/libsofthsm2.so. Required.
	Module string `yaml:"module" env:"MODULE"`
	// Token is the label of the token. Required.
	Token string `yaml:"token" env:"TOKEN"`
	// Key is the label of the AES-256 key; `keyaside master create` generates it.
	Key string `yaml:"key" env:"KEY" default:"keyaside-master"`
	// PIN is where the user PIN is found. Required. A refused PIN is not tried again, since tokens lock.
	PIN *SecretRef `yaml:"pin" envPrefix:"PIN_"`
	// Sessions is how many sessions are opened on the token. 2 to 1024.
	Sessions int `yaml:"sessions" env:"SESSIONS" default:"12"`
}

// KeyFile is a master key in a file that is encrypted with a passphrase: for development and for machines without an
// HSM. Whoever has the file and the passphrase has every key.
type KeyFile struct {
	// Path is the file (mode 0600); `keyaside master create` generates it. Required.
	Path string `yaml:"path" env:"PATH"`
	// Passphrase is where the passphrase is found. Required.
	Passphrase *SecretRef `yaml:"passphrase" envPrefix:"PASSPHRASE_"`
}

// Cache holds unwrapped data keys in memory.
type Cache struct {
	// Entries is how many keys are held; the least recently used gives way. 1 to 10,000,000; about 1 KiB each.
	Entries int `yaml:"entries" env:"ENTRIES" default:"10000"`
	// TTL is how long an unwrapped key may stay in memory, and so how long reading goes on without HSM and key store.
	// More than 0.
	TTL Duration `yaml:"ttl" env:"TTL" default:"1h"`
	// Refresh is how often a key in use is looked up again, in the background, and so how soon a rotation or a change of
	// state made elsewhere is seen; a key that lay idle for longer serves once more as it was. More than 0, at most ttl.
	Refresh Duration `yaml:"refresh" env:"REFRESH" default:"1m"`
	// NegativeTTL is how long the absence of a key is remembered, so that unknown tenants don't load the key store.
	// More than 0, at most ttl.
	NegativeTTL Duration `yaml:"negative_ttl" env:"NEGATIVE_TTL" default:"5s"`
}
