package inspect

// A Crypto is one crypto attribute (RFC 4568), as far as it parses. Offsets
// count octets from the start of the line, which begins with "a=crypto:" in a
// description.
type Crypto struct {
	Level     *int   `json:"level,omitempty"` // in a description
	LevelName string `json:"level_name,omitempty"`

	Length       int           `json:"length"`
	TagOffset    int           `json:"tag_offset"`
	Tag          uint32        `json:"tag,omitempty"` // none if it does not parse
	SuiteOffset  int           `json:"suite_offset"`
	Suite        string        `json:"suite,omitempty"`
	SuiteSection string        `json:"suite_section,omitempty"` // registered suites only
	SRTP         *SRTP         `json:"srtp,omitempty"`          // what it means with the session parameters
	Keys         []CryptoKey   `json:"keys,omitempty"`
	Params       []CryptoParam `json:"params"`
	Unparsed     *Rest         `json:"unparsed,omitempty"` // from the field with the error to the end
	Notes        []Note        `json:"notes"`
	Error        *CryptoError  `json:"error,omitempty"`
}

// A CryptoKey is a key parameter.
type CryptoKey struct {
	Offset int    `json:"offset"`
	Length int    `json:"length"` // of the text
	Method string `json:"method"`

	// Secret is master key and salt, one behind the other, where suite and
	// method are known, and the text behind the method where they are not.
	Secret   Secret          `json:"secret"`
	Split    *Split          `json:"split,omitempty"`    // how much of it is key and how much salt
	Lifetime *CryptoLifetime `json:"lifetime,omitempty"` // where suite and method are known
	MKI      *CryptoMKI      `json:"mki,omitempty"`      // where packets have one
}

// A CryptoLifetime is the number of packets that a key has to stay below.
type CryptoLifetime struct {
	Written string `json:"written"` // "2^20", or "default" if it is not there
	SRTP    uint64 `json:"srtp"`
	SRTCP   uint64 `json:"srtcp"`
}

// A CryptoMKI is a master key identifier.
type CryptoMKI struct {
	Number string `json:"number"` // decimal, up to 309 digits
	Length int    `json:"length"` // in packets, in octets
	Hex    string `json:"hex"`    // as it stands in packets
}

// A CryptoParam is a session parameter.
type CryptoParam struct {
	Offset    int         `json:"offset"`
	Length    int         `json:"length"` // of the text
	Name      string      `json:"name"`
	Value     string      `json:"value,omitempty"`
	Keys      []CryptoKey `json:"keys,omitempty"`   // of FEC_KEY
	Secret    *Secret     `json:"secret,omitempty"` // the value of an unknown parameter, which may be a key
	Kind      string      `json:"kind"`             // "negotiated", "declarative" or "unknown"
	Mandatory bool        `json:"mandatory,omitempty"`
	Meaning   string      `json:"meaning"`
	Section   string      `json:"section"`
}

// A CryptoError says where a line stops being a crypto attribute.
type CryptoError struct {
	Code    string `json:"code"` // "invalid" or "too_large"
	Field   string `json:"field"`
	Offset  int    `json:"offset"`
	Message string `json:"message"`

	err error
}

// Unwrap returns the error of package sdes.
func (e *CryptoError) Unwrap() error { return e.err }

func (e *CryptoError) Error() string { return e.err.Error() }
