package inspect

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
)

// The types of this file are the output of mikeytool inspect --json, and so a
// contract with the programs that read it: members may be added, but none is
// removed, renamed or given another meaning. Octets are strings of hexadecimal
// digits. A number that has a name stands beside it: "type": 11, "type_name":
// "RAND". Offsets count octets from the start of the message.

// A Report is what was found in an input.
type Report struct {
	Form        Form         `json:"form"`
	Description *Description `json:"description,omitempty"` // FormSDP only
	Messages    []*Message   `json:"messages"`
	Crypto      []*Crypto    `json:"crypto,omitempty"` // none if there are no crypto attributes
}

// A Form is how an input holds messages.
type Form string

const (
	FormBinary  Form = "binary"
	FormHex     Form = "hex"
	FormBase64  Form = "base64"
	FormKeyMgmt Form = "key_mgmt" // the SDP attribute by itself, or several of them
	FormRTSP    Form = "rtsp"     // the RTSP header KeyMgmt
	FormSDP     Form = "sdp"
	FormCrypto  Form = "crypto" // the SDP attribute crypto by itself, or several of them
)

// A Description is the key management of an SDP description.
type Description struct {
	Levels []Level `json:"levels"` // the session level, then the media
}

// A Level is the session level or an m= line of a description.
type Level struct {
	Level     int        `json:"level"` // -1 is the session level
	LevelName string     `json:"level_name"`
	Profile   string     `json:"profile,omitempty"`       // media only
	Secure    *bool      `json:"secure,omitempty"`        // media only: SRTP with keys from key-mgmt
	RuledBy   *int       `json:"ruled_by,omitempty"`      // secure media only: the level whose messages count
	RuledName string     `json:"ruled_by_name,omitempty"` // "no level" where there is no message
	KeyMgmt   []Attr     `json:"key_mgmt"`
	Crypto    []int      `json:"crypto,omitempty"` // indexes into the crypto attributes of the report
	Notes     []LineNote `json:"notes"`
}

// An Attr is a key-mgmt attribute.
type Attr struct {
	Protocol string `json:"protocol"`
	Length   int    `json:"length"`
	Message  *int   `json:"message,omitempty"` // index into the messages of the report
}

// A LineNote says what is remarkable about a level of a description.
type LineNote struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A Message is one MIKEY message, as far as it parses.
type Message struct {
	Level     *int   `json:"level,omitempty"` // in a description
	LevelName string `json:"level_name,omitempty"`
	URI       string `json:"uri,omitempty"` // in an RTSP header

	Length   int       `json:"length"`
	Header   *Header   `json:"header,omitempty"` // none if it does not parse
	Payloads []Payload `json:"payloads"`
	Trailing *Rest     `json:"trailing,omitempty"` // what was tolerated after the last payload
	Unparsed *Rest     `json:"unparsed,omitempty"` // from the error to the end
	SDPIDs   *SDPIDs   `json:"sdp_ids,omitempty"`  // in a description
	Notes    []Note    `json:"notes"`
	Error    *Error    `json:"error,omitempty"`
}

// A Header is the common header HDR.
type Header struct {
	Offset          int    `json:"offset"`
	Length          int    `json:"length"`
	Section         string `json:"section"`
	Version         int    `json:"version"`
	DataType        int    `json:"data_type"`
	DataTypeName    string `json:"data_type_name"`
	DataTypeSection string `json:"data_type_section,omitempty"`
	Next            int    `json:"next"`
	NextName        string `json:"next_name"`
	V               bool   `json:"v"`
	PRFFunc         int    `json:"prf_func"`
	PRFFuncName     string `json:"prf_func_name"`
	CSBID           uint32 `json:"csb_id"`
	CSCount         int    `json:"cs_count"`
	MapType         int    `json:"map_type"`
	MapTypeName     string `json:"map_type_name"`
	MapSection      string `json:"map_section,omitempty"`

	CryptoSessions  []CryptoSession  `json:"crypto_sessions,omitempty"`  // of an SRTP-ID map
	GenericSessions []GenericSession `json:"generic_sessions,omitempty"` // of a GENERIC-ID map
	MapInfo         *Rest            `json:"map_info,omitempty"`         // of an unknown map: the rest of the message
}

// A CryptoSession is an entry of an SRTP-ID map.
type CryptoSession struct {
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	CSID   int    `json:"cs_id"`
	Policy int    `json:"policy"`
	SSRC   uint32 `json:"ssrc"`
	ROC    uint32 `json:"roc"`
}

// A GenericSession is an entry of a GENERIC-ID map.
type GenericSession struct {
	Offset       int    `json:"offset"`
	Length       int    `json:"length"`
	CSID         int    `json:"cs_id"`
	Protocol     int    `json:"protocol"`
	ProtocolName string `json:"protocol_name"`
	S            bool   `json:"s"`
	Policies     []int  `json:"policies"`
	Data         string `json:"data"`
	SPI          string `json:"spi"`
}

// A Payload is one payload of the chain, or of the chain inside a KEMAC. The
// member that its type names holds what is in it.
type Payload struct {
	Type     int    `json:"type"`
	TypeName string `json:"type_name"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	Section  string `json:"section,omitempty"`
	Next     *int   `json:"next,omitempty"` // SIGN and unknown payloads have none
	NextName string `json:"next_name,omitempty"`

	KEMAC        *KEMAC        `json:"kemac,omitempty"`
	PKE          *PKE          `json:"pke,omitempty"`
	DH           *DH           `json:"dh,omitempty"`
	Sign         *Sign         `json:"sign,omitempty"`
	Timestamp    *Timestamp    `json:"timestamp,omitempty"`
	ID           *ID           `json:"id,omitempty"` // ID and IDR
	Cert         *Cert         `json:"cert,omitempty"`
	CertHash     *CertHash     `json:"cert_hash,omitempty"`
	Verification *Verification `json:"verification,omitempty"`
	Policy       *Policy       `json:"policy,omitempty"`
	Rand         *Rand         `json:"rand,omitempty"`
	Error        *ErrorCode    `json:"error_code,omitempty"`
	Extension    *Extension    `json:"extension,omitempty"`
	KeyData      *KeyData      `json:"key_data,omitempty"`
	Unknown      *Secret       `json:"unknown,omitempty"` // the rest of the message
}

// A KEMAC is the key data transport payload.
type KEMAC struct {
	EncrAlg        int       `json:"encr_alg"`
	EncrAlgName    string    `json:"encr_alg_name"`
	EncrDataLength int       `json:"encr_data_length"`
	EncrData       *Secret   `json:"encr_data,omitempty"` // where Payloads does not say it
	Payloads       []Payload `json:"payloads,omitempty"`  // what NULL encryption lets everybody read
	MACAlg         int       `json:"mac_alg"`
	MACAlgName     string    `json:"mac_alg_name"`
	MAC            string    `json:"mac"`
}

// A KeyData is a key data sub-payload.
type KeyData struct {
	KeyType     int      `json:"key_type"`
	KeyTypeName string   `json:"key_type_name"`
	Key         Secret   `json:"key"`
	Salt        *Secret  `json:"salt,omitempty"`
	Split       *Split   `json:"split,omitempty"` // the key holds the salt as well
	Validity    Validity `json:"validity"`
}

// A Split says how a key and a salt in one field are to be taken apart.
type Split struct {
	KeyLength  int `json:"key_length"`
	SaltLength int `json:"salt_length"`
}

// A Validity says when a key is to be used.
type Validity struct {
	KVType     int     `json:"kv_type"`
	KVTypeName string  `json:"kv_type_name"`
	SPI        *string `json:"spi,omitempty"` // for SRTP the MKI
	From       *string `json:"from,omitempty"`
	To         *string `json:"to,omitempty"`
}

// A PKE is the envelope data payload.
type PKE struct {
	Cache     int    `json:"cache"`
	CacheName string `json:"cache_name"`
	Data      string `json:"data"`
	Length    int    `json:"length"`             // of Data in octets
	RSABits   int    `json:"rsa_bits,omitempty"` // of a key that the length fits
}

// A DH is the Diffie-Hellman data payload.
type DH struct {
	Group       int      `json:"group"`
	GroupName   string   `json:"group_name"`
	Value       string   `json:"value"`
	ValueLength int      `json:"value_length"`         // in octets
	ValueBits   *int     `json:"value_bits,omitempty"` // without leading zeros, where the value is a number
	Problem     string   `json:"problem,omitempty"`    // why nobody accepts the value
	Reserved    int      `json:"reserved"`
	Validity    Validity `json:"validity"`
}

// A Sign is the signature payload.
type Sign struct {
	SignType     int    `json:"sign_type"`
	SignTypeName string `json:"sign_type_name"`
	Signature    string `json:"signature"`
	Length       int    `json:"length"`             // of Signature in octets
	RSABits      int    `json:"rsa_bits,omitempty"` // of a key that the length fits, where the type is RSA
}

// A Timestamp is the timestamp payload.
type Timestamp struct {
	TSType     int     `json:"ts_type"`
	TSTypeName string  `json:"ts_type_name"`
	Value      string  `json:"value"`
	Time       string  `json:"time,omitempty"`     // RFC 3339, for the types that tell a time
	Counter    *uint64 `json:"counter,omitempty"`  // COUNTER
	FILETIME   string  `json:"filetime,omitempty"` // the time in another format that fits better
	UnixTime   string  `json:"unix_time,omitempty"`
}

// An ID is an identity.
type ID struct {
	Role     *int   `json:"role,omitempty"` // IDR only
	RoleName string `json:"role_name,omitempty"`
	IDType   int    `json:"id_type"`
	IDName   string `json:"id_type_name"`
	Value    string `json:"value"`
	Text     string `json:"text,omitempty"` // where the octets are text
}

// A Cert is a certificate payload.
type Cert struct {
	CertType int    `json:"cert_type"`
	CertName string `json:"cert_type_name"`
	Data     string `json:"data"`
	URL      string `json:"url,omitempty"`     // where it is printable text
	SHA256   string `json:"sha256,omitempty"`  // the fingerprint, of everything but a URL
	Problem  string `json:"problem,omitempty"` // why the rest is missing

	Subject      string    `json:"subject,omitempty"` // these where it is X.509
	Issuer       string    `json:"issuer,omitempty"`
	Serial       string    `json:"serial,omitempty"`
	NotBefore    string    `json:"not_before,omitempty"`
	NotAfter     string    `json:"not_after,omitempty"`
	Status       string    `json:"status,omitempty"` // at the time of the report: valid, expired or not_yet_valid
	Key          *CertKey  `json:"key,omitempty"`
	AltNames     []AltName `json:"alt_names,omitempty"`
	KeyUsage     []string  `json:"key_usage,omitempty"` // none: for everything
	CA           bool      `json:"ca,omitempty"`
	SignatureAlg string    `json:"signature_alg,omitempty"` // of the issuer

	x509 *x509.Certificate
}

// The values of Cert.Status.
const (
	CertValid       = "valid"
	CertExpired     = "expired"
	CertNotYetValid = "not_yet_valid"
)

// A CertKey is the public key of a certificate.
type CertKey struct {
	KeyType string `json:"key_type"` // RSA, RSAES-OAEP, ECDSA, Ed25519, X25519, DSA or unknown
	Bits    int    `json:"bits,omitempty"`
	Curve   string `json:"curve,omitempty"`
	OID     string `json:"oid,omitempty"` // of a type that is not understood
}

// An AltName is a subject alternative name of a certificate.
type AltName struct {
	NameType string `json:"name_type"` // uri, mail, dns or ip
	Value    string `json:"value"`
}

// A CertHash is the payload CHASH.
type CertHash struct {
	HashFunc     int    `json:"hash_func"`
	HashFuncName string `json:"hash_func_name"`
	Hash         string `json:"hash"`
	CertOffset   *int   `json:"cert_offset,omitempty"` // of the CERT payload of the message whose hash it is
}

// A Verification is the payload V.
type Verification struct {
	AuthAlg     int    `json:"auth_alg"`
	AuthAlgName string `json:"auth_alg_name"`
	MAC         string `json:"mac"`
}

// A Policy is a security policy payload.
type Policy struct {
	Number       int     `json:"number"`
	Protocol     int     `json:"protocol"`
	ProtocolName string  `json:"protocol_name"`
	Suite        string  `json:"suite,omitempty"`   // the name of what the parameters amount to
	SRTP         *SRTP   `json:"srtp,omitempty"`    // with the defaults filled in
	Problem      string  `json:"problem,omitempty"` // why there is no SRTP
	Params       []Param `json:"params"`
}

// An SRTP is what the parameters of a policy for SRTP amount to. Lengths are
// octets.
type SRTP struct {
	EncrAlg         int    `json:"encr_alg"`
	EncrAlgName     string `json:"encr_alg_name"`
	KeyLength       int    `json:"key_length"`
	SaltLength      int    `json:"salt_length"`
	AuthAlg         int    `json:"auth_alg"` // of SRTP
	AuthAlgName     string `json:"auth_alg_name"`
	SRTPTagLength   int    `json:"srtp_tag_length"`
	SRTCPTagLength  int    `json:"srtcp_tag_length"`
	SRTPEncryption  bool   `json:"srtp_encryption"`
	SRTCPEncryption bool   `json:"srtcp_encryption"`
	Authentication  bool   `json:"srtp_authentication"`
}

// A Param is a parameter of a policy.
type Param struct {
	Type      int     `json:"type"`
	TypeName  string  `json:"type_name"`
	Offset    int     `json:"offset"`
	Length    int     `json:"length"` // with the octets of type and length
	Section   string  `json:"section,omitempty"`
	Hex       string  `json:"hex"`
	Value     *uint64 `json:"value,omitempty"` // of 1 to 4 octets
	ValueName string  `json:"value_name,omitempty"`
}

// A Rand is the payload RAND.
type Rand struct {
	Value string `json:"value"`
}

// An ErrorCode is the payload ERR.
type ErrorCode struct {
	Code     int    `json:"code"`
	CodeName string `json:"code_name"`
	Reserved int    `json:"reserved"`
}

// An Extension is a general extension payload.
type Extension struct {
	ExtType int      `json:"ext_type"`
	ExtName string   `json:"ext_type_name"`
	Section string   `json:"section,omitempty"` // of the extension
	Data    string   `json:"data"`
	Text    string   `json:"text,omitempty"`    // where the octets are text
	SDPIDs  []string `json:"sdp_ids,omitempty"` // the list of an extension of type SDP IDs
	KeyIDs  []KeyID  `json:"key_ids,omitempty"` // those of an extension of type Key ID
}

// A KeyID is the identifier of a key of a multicast service.
type KeyID struct {
	Type     int    `json:"type"`
	TypeName string `json:"type_name"`
	ID       string `json:"id"`
}

// SDPIDs compares the SDP IDs extension of a message with the description that
// the message stands in. The message is not verified, so this shows whether
// both fit, and proves nothing.
type SDPIDs struct {
	Result     string   `json:"result"` // absent, matches or differs
	Listed     []string `json:"listed"`
	Offered    []string `json:"offered"`    // at the level of the message
	Acceptable bool     `json:"acceptable"` // that a receiver can go on
	Problem    string   `json:"problem,omitempty"`
}

// The results of SDPIDs.
const (
	IDsAbsent = "absent"
	IDsMatch  = "matches"
	IDsDiffer = "differs"
)

// A Secret is octets that are or may hold keys. Their digest tells two of them
// apart.
type Secret struct {
	Length int    `json:"length"`
	SHA256 string `json:"sha256"`        // the first 4 octets of the digest
	Hex    string `json:"hex,omitempty"` // the octets, where they may be shown
}

// A Rest is octets of the message that were not understood.
type Rest struct {
	Offset int `json:"offset"`
	Secret
}

// A Note says what is remarkable about a message that parses: a deviation from
// the RFCs, or a habit of some senders.
type Note struct {
	Code    string `json:"code"`
	Offset  int    `json:"offset"`
	Message string `json:"message"`
}

// An Error says where the octets stop being a MIKEY message.
type Error struct {
	Code        string `json:"code"`
	Payload     int    `json:"payload"` // 0 is the header and the message as a whole
	PayloadName string `json:"payload_name"`
	Offset      int    `json:"offset"`
	Message     string `json:"message"`

	err error
}

// Unwrap returns the error of package mikey.
func (e *Error) Unwrap() error { return e.err }

func (e *Error) Error() string { return e.err.Error() }

func newSecret(octets []byte, show bool) Secret {
	digest := sha256.Sum256(octets)
	s := Secret{Length: len(octets), SHA256: hex.EncodeToString(digest[:4])}
	if show {
		s.Hex = hex.EncodeToString(octets)
	}
	return s
}
