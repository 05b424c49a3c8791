package mikey

import "strconv"

// The numbers of this file are those of the IANA "Multimedia Internet KEYing
// (MIKEY) Payload Name Spaces" registry. Values that have no constant here are
// carried unchanged by the codec and refused, with the matching error, by the
// exchange.

// name returns names[n], or kind(n) where the registry has no name for n.
func name(names []string, kind string, n uint8) string {
	if int(n) < len(names) && names[n] != "" {
		return names[n]
	}
	return kind + "(" + strconv.Itoa(int(n)) + ")"
}

// Version is the only version of MIKEY (RFC 3830, Section 6.1).
const Version = 1

// A DataType says what kind of message a header starts (RFC 3830, Table 6.1.a).
type DataType uint8

const (
	PSKInit      DataType = 0  // RFC 3830, Table 6.1.a
	PSKVerify    DataType = 1  // RFC 3830, Table 6.1.a
	PKInit       DataType = 2  // RFC 3830, Table 6.1.a
	PKVerify     DataType = 3  // RFC 3830, Table 6.1.a
	DHInit       DataType = 4  // RFC 3830, Table 6.1.a
	DHResp       DataType = 5  // RFC 3830, Table 6.1.a
	ErrorMessage DataType = 6  // RFC 3830, Table 6.1.a
	DHHMACInit   DataType = 7  // RFC 4650, Section 4.1
	DHHMACResp   DataType = 8  // RFC 4650, Section 4.1
	RSARInit     DataType = 9  // RFC 4738, Section 3.9.1
	RSARResp     DataType = 10 // RFC 4738, Section 3.9.1
)

var dataTypeNames = []string{
	"PSK init", "PSK ver", "PK init", "PK ver", "DH init", "DH resp", "Error",
	"DHHMAC init", "DHHMAC resp", "RSA-R init", "RSA-R resp",
	"REQUEST_INIT_PSK", "REQUEST_INIT_PK", "REQUEST_RESP", "TRANSFER_INIT", "TRANSFER_RESP",
	"RESOLVE_INIT_PSK", "RESOLVE_INIT_PK", "RESOLVE_RESP",
	"REQUEST_KEY_PSK", "REQUEST_KEY_PKE", "REQUEST_KEY_RESP",
	"I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2", "SAKKE",
}

func (t DataType) String() string { return name(dataTypeNames, "DataType", uint8(t)) }

// A PayloadType names a payload in the "next payload" octet of the one before
// it (RFC 3830, Table 6.1.b).
type PayloadType uint8

const (
	LastPayload             PayloadType = 0
	KEMACPayload            PayloadType = 1
	PKEPayload              PayloadType = 2
	DHPayload               PayloadType = 3
	SIGNPayload             PayloadType = 4
	TPayload                PayloadType = 5
	IDPayload               PayloadType = 6
	CERTPayload             PayloadType = 7
	CHASHPayload            PayloadType = 8
	VPayload                PayloadType = 9
	SPPayload               PayloadType = 10
	RANDPayload             PayloadType = 11
	ERRPayload              PayloadType = 12
	IDRPayload              PayloadType = 14 // RFC 6043, Section 6.6
	KeyDataPayload          PayloadType = 20 // only inside a KEMAC
	GeneralExtensionPayload PayloadType = 21
)

var payloadTypeNames = []string{
	"Last payload", "KEMAC", "PKE", "DH", "SIGN", "T", "ID", "CERT", "CHASH", "V", "SP", "RAND", "ERR",
	"TR", "IDR", "RANDR", "TP", "TICKET", "", "", "Key data", "General extension",
	"IBAKE", "ESK", "SK", "ECCPT", "SAKKE",
}

func (t PayloadType) String() string { return name(payloadTypeNames, "PayloadType", uint8(t)) }

// A PRFFunc is a pseudo-random function for key derivation (RFC 3830, Table
// 6.1.c). It has 7 bits on the wire.
type PRFFunc uint8

const (
	PRFMIKEY1     PRFFunc = 0 // RFC 3830, Section 4.1.2: HMAC-SHA-1
	PRFHMACSHA256 PRFFunc = 1 // RFC 6043, Section 6.1
)

func (f PRFFunc) String() string {
	return name([]string{"MIKEY-1", "PRF-HMAC-SHA-256"}, "PRFFunc", uint8(f))
}

// A CSIDMapType says how crypto sessions map to sessions of the security
// protocol (RFC 3830, Table 6.1.d).
type CSIDMapType uint8

const (
	MapSRTPID    CSIDMapType = 0 // RFC 3830, Section 6.1.1
	MapEmpty     CSIDMapType = 1 // RFC 4563, Section 5
	MapGenericID CSIDMapType = 2 // RFC 6043, Section 6.1.1
)

func (t CSIDMapType) String() string {
	return name([]string{"SRTP-ID", "Empty map", "GENERIC-ID"}, "CSIDMapType", uint8(t))
}

// An EncrAlg encrypts the key data of a KEMAC (RFC 3830, Table 6.2.a).
type EncrAlg uint8

const (
	EncrNULL     EncrAlg = 0 // only over a transport that protects the message
	EncrAESCM128 EncrAlg = 1 // RFC 3830, Section 4.2.3
	EncrAESKW128 EncrAlg = 2 // RFC 3830, Section 4.2.3
	EncrAESCM256 EncrAlg = 3 // RFC 6043, Section 6.2
)

func (a EncrAlg) String() string {
	return name([]string{"NULL", "AES-CM-128", "AES-KW-128", "AES-CM-256"}, "EncrAlg", uint8(a))
}

// A MACAlg authenticates a KEMAC or V payload (RFC 3830, Table 6.2.b).
type MACAlg uint8

const (
	MACNULL          MACAlg = 0 // only over a transport that protects the message
	MACHMACSHA1160   MACAlg = 1 // RFC 3830, Section 4.2.4
	MACHMACSHA256256 MACAlg = 2 // RFC 6043, Section 6.2
)

func (a MACAlg) String() string {
	return name([]string{"NULL", "HMAC-SHA-1-160", "HMAC-SHA-256-256"}, "MACAlg", uint8(a))
}

// Len returns the length of the MAC in octets; false for an algorithm that the
// registry does not have.
func (a MACAlg) Len() (int, bool) {
	switch a {
	case MACNULL:
		return 0, true
	case MACHMACSHA1160:
		return 20, true
	case MACHMACSHA256256:
		return 32, true
	}
	return 0, false
}

// A CacheType says what the receiver of an envelope key does with it after the
// exchange (RFC 3830, Table 6.3). It has 2 bits on the wire.
type CacheType uint8

const (
	NoCache     CacheType = 0
	Cache       CacheType = 1
	CacheForCSB CacheType = 2
)

func (c CacheType) String() string {
	return name([]string{"No cache", "Cache", "Cache for CSB"}, "CacheType", uint8(c))
}

// A DHGroup is a Diffie-Hellman group (RFC 3830, Section 6.4).
type DHGroup uint8

const (
	OAKLEY5 DHGroup = 0 // 1536 bits, RFC 3526, Section 2
	OAKLEY1 DHGroup = 1 // 768 bits, RFC 2409, Section 6.1
	OAKLEY2 DHGroup = 2 // 1024 bits, RFC 2409, Section 6.2
)

func (g DHGroup) String() string {
	return name([]string{"OAKLEY 5", "OAKLEY 1", "OAKLEY 2"}, "DHGroup", uint8(g))
}

// ValueLen returns the length of a public value in octets; false for a group
// that the registry does not have.
func (g DHGroup) ValueLen() (int, bool) {
	switch g {
	case OAKLEY5:
		return 192, true
	case OAKLEY1:
		return 96, true
	case OAKLEY2:
		return 128, true
	}
	return 0, false
}

// A SignType is a signature algorithm (RFC 3830, Section 6.5). It has 4 bits on
// the wire; the hash is not signalled.
type SignType uint8

const (
	SignRSAPKCS1 SignType = 0
	SignRSAPSS   SignType = 1
	SignECCSI    SignType = 2 // RFC 6509, Section 4.3
)

func (t SignType) String() string {
	switch t {
	case SignECDSAP256:
		return "ECDSA P-256"
	case SignECDSAP384:
		return "ECDSA P-384"
	case SignEd25519:
		return "Ed25519"
	case SignEd448:
		return "Ed448"
	}
	return name([]string{"RSASSA-PKCS1-v1_5", "RSASSA-PSS", "ECCSI"}, "SignType", uint8(t))
}

// A TSType is a kind of timestamp (RFC 3830, Section 6.6).
type TSType uint8

const (
	TSNTPUTC   TSType = 0
	TSNTP      TSType = 1
	TSCounter  TSType = 2
	TSNTPUTC32 TSType = 3 // RFC 6043, Section 6.3
)

func (t TSType) String() string {
	return name([]string{"NTP-UTC", "NTP", "COUNTER", "NTP-UTC-32"}, "TSType", uint8(t))
}

// An IDType is a form of identity (RFC 3830, Table 6.7.a).
type IDType uint8

const (
	IDTypeNAI        IDType = 0
	IDTypeURI        IDType = 1
	IDTypeByteString IDType = 2 // RFC 6043, Section 6.5
)

func (t IDType) String() string {
	return name([]string{"NAI", "URI", "byte string"}, "IDType", uint8(t))
}

// An IDRole says whose identity an IDR payload carries (RFC 6043, Section 6.6;
// RFC 6509, Section 4.4).
type IDRole uint8

var idRoleNames = []string{"", "IDRi", "IDRr", "IDRkms", "IDRpsk", "IDRapp", "IDRkmsi", "IDRkmsr"}

func (r IDRole) String() string { return name(idRoleNames, "IDRole", uint8(r)) }

// A CertType is a form of certificate (RFC 3830, Table 6.7.b).
type CertType uint8

const (
	CertX509     CertType = 0 // DER
	CertX509URL  CertType = 1 // ASCII URL of the certificate
	CertX509Sign CertType = 2 // DER, for signatures only
	CertX509Encr CertType = 3 // DER, for encryption only
)

func (t CertType) String() string {
	return name([]string{"X.509v3", "X.509v3 URL", "X.509v3 Sign", "X.509v3 Encr"}, "CertType", uint8(t))
}

// A HashFunc is a hash of a certificate (RFC 3830, Table 6.8).
type HashFunc uint8

const (
	HashSHA1   HashFunc = 0
	HashMD5    HashFunc = 1
	HashSHA256 HashFunc = 2 // RFC 6043, Section 6.7
)

func (h HashFunc) String() string {
	return name([]string{"SHA-1", "MD5", "SHA-256"}, "HashFunc", uint8(h))
}

// Len returns the length of the hash in octets; false for a function that the
// registry does not have.
func (h HashFunc) Len() (int, bool) {
	switch h {
	case HashSHA1:
		return 20, true
	case HashMD5:
		return 16, true
	case HashSHA256:
		return 32, true
	}
	return 0, false
}

// A Protocol is a security protocol that MIKEY keys (RFC 3830, Table 6.10).
type Protocol uint8

const (
	ProtocolSRTP  Protocol = 0
	ProtocolTESLA Protocol = 1 // RFC 4442, Section 4.1
)

func (p Protocol) String() string {
	return name([]string{"SRTP", "TESLA"}, "Protocol", uint8(p))
}

// A KeyType is a kind of key in a key data sub-payload (RFC 3830, Table
// 6.13.a). It has 4 bits on the wire.
type KeyType uint8

const (
	TGK      KeyType = 0 // TEK generation key
	TGKSalt  KeyType = 1 // TGK and master salt
	TEK      KeyType = 2 // traffic encrypting key, used as it is
	TEKSalt  KeyType = 3 // TEK and master salt
	GTGK     KeyType = 4 // RFC 6043, Section 6.2.1
	GTGKSalt KeyType = 5 // RFC 6043, Section 6.2.1
	MPK      KeyType = 6 // RFC 6043, Section 6.2.1
	KPR      KeyType = 7 // RFC 6267, Section 6.1.3
)

var keyTypeNames = []string{"TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT", "MPK", "K_PR"}

func (t KeyType) String() string { return name(keyTypeNames, "KeyType", uint8(t)) }

// hasSalt reports whether the sub-payload has a salt field; ok is false for a
// type whose layout is unknown.
func (t KeyType) hasSalt() (salt, ok bool) {
	return t == TGKSalt || t == TEKSalt || t == GTGKSalt, t <= KPR
}

// A KVType is a kind of key validity (RFC 3830, Table 6.13.b). It has 4 bits on
// the wire.
type KVType uint8

const (
	KVNull     KVType = 0
	KVSPI      KVType = 1
	KVInterval KVType = 2
)

func (t KVType) String() string {
	return name([]string{"Null", "SPI", "Interval"}, "KVType", uint8(t))
}

// An ExtensionType is a kind of general extension (RFC 3830, Table 6.15).
type ExtensionType uint8

const (
	ExtVendorID  ExtensionType = 0
	ExtSDPIDs    ExtensionType = 1
	ExtTESLAIKey ExtensionType = 2 // RFC 4442, Section 4.4
	ExtKeyID     ExtensionType = 3 // RFC 4563, Section 4
	ExtCSBID     ExtensionType = 4 // RFC 4738, Section 3.9.3
	ExtOMABCAST  ExtensionType = 5 // RFC 5410, Section 3
)

var extensionNames = []string{"Vendor ID", "SDP IDs", "TESLA I-Key", "Key ID", "CSB_ID", "OMA BCAST"}

func (t ExtensionType) String() string { return name(extensionNames, "ExtensionType", uint8(t)) }

// A KeyIDType is a kind of MBMS key identifier (RFC 4563, Section 4).
type KeyIDType uint8

const (
	KeyIDDomain  KeyIDType = 0
	KeyIDService KeyIDType = 1
	KeyIDTraffic KeyIDType = 2
)

func (t KeyIDType) String() string {
	return name([]string{"MBMS Key Domain ID", "MBMS Service Key ID", "MBMS Traffic Key ID"}, "KeyIDType", uint8(t))
}

// A ParamType is the type of an SRTP policy parameter (RFC 3830, Table
// 6.10.1.a).
type ParamType uint8

const (
	ParamEncrAlg      ParamType = 0
	ParamEncrKeyLen   ParamType = 1
	ParamAuthAlg      ParamType = 2
	ParamAuthKeyLen   ParamType = 3
	ParamSaltLen      ParamType = 4
	ParamPRF          ParamType = 5
	ParamKDR          ParamType = 6
	ParamEncryptSRTP  ParamType = 7
	ParamEncryptSRTCP ParamType = 8
	ParamFECOrder     ParamType = 9
	ParamAuthenticate ParamType = 10
	ParamTagLen       ParamType = 11
	ParamPrefixLen    ParamType = 12
	ParamROCRate      ParamType = 13 // RFC 4771, Section 4, as are 14 to 19
	ParamSRTPAuthAlg  ParamType = 14
	ParamSRTCPAuthAlg ParamType = 15
	ParamSRTPAuthKey  ParamType = 16
	ParamSRTCPAuthKey ParamType = 17
	ParamSRTPTagLen   ParamType = 18
	ParamSRTCPTagLen  ParamType = 19
	ParamAEADTagLen   ParamType = 20 // RFC 7714, Section 14.3
)

var paramNames = []string{
	"encryption algorithm", "session encryption key length", "authentication algorithm",
	"session authentication key length", "session salt key length", "SRTP PRF", "key derivation rate",
	"SRTP encryption", "SRTCP encryption", "sender's FEC order", "SRTP authentication",
	"authentication tag length", "SRTP prefix length", "ROC transmission rate",
	"SRTP authentication algorithm", "SRTCP authentication algorithm",
	"SRTP session authentication key length", "SRTCP session authentication key length",
	"SRTP tag length", "SRTCP tag length", "AEAD tag length",
}

func (t ParamType) String() string { return name(paramNames, "ParamType", uint8(t)) }

// An SRTPEncrAlg is the cipher of an SRTP policy (RFC 3830, Table 6.10.1.b).
type SRTPEncrAlg uint8

const (
	SRTPEncrNULL    SRTPEncrAlg = 0
	SRTPEncrAESCM   SRTPEncrAlg = 1
	SRTPEncrAESF8   SRTPEncrAlg = 2
	SRTPEncrSEEDCTR SRTPEncrAlg = 3 // RFC 5748, Section 2.1, as are 4 and 5
	SRTPEncrSEEDCCM SRTPEncrAlg = 4
	SRTPEncrSEEDGCM SRTPEncrAlg = 5
	SRTPEncrAESGCM  SRTPEncrAlg = 6 // RFC 7714, Section 14.3
	SRTPEncrARIACTR SRTPEncrAlg = 7 // RFC 8269, Section 6.2, as is 8
	SRTPEncrARIAGCM SRTPEncrAlg = 8
)

var srtpEncrNames = []string{
	"NULL", "AES-CM", "AES-F8", "SEED-CTR", "SEED-CCM", "SEED-GCM", "AES-GCM", "ARIA-CTR", "ARIA-GCM",
}

func (a SRTPEncrAlg) String() string { return name(srtpEncrNames, "SRTPEncrAlg", uint8(a)) }

// aead reports whether the cipher authenticates by itself.
func (a SRTPEncrAlg) aead() bool {
	switch a {
	case SRTPEncrSEEDCCM, SRTPEncrSEEDGCM, SRTPEncrAESGCM, SRTPEncrARIAGCM:
		return true
	}
	return false
}

// An SRTPAuthAlg is the authentication of an SRTP policy (RFC 3830, Table
// 6.10.1.c; RFC 4771, Section 4).
type SRTPAuthAlg uint8

const (
	SRTPAuthNULL     SRTPAuthAlg = 0
	SRTPAuthHMACSHA1 SRTPAuthAlg = 1
	SRTPAuthRCCm1    SRTPAuthAlg = 2
	SRTPAuthRCCm2    SRTPAuthAlg = 3
	SRTPAuthRCCm3    SRTPAuthAlg = 4
)

func (a SRTPAuthAlg) String() string {
	return name([]string{"NULL", "HMAC-SHA-1", "RCCm1", "RCCm2", "RCCm3"}, "SRTPAuthAlg", uint8(a))
}

// An SRTPPRF derives SRTP session keys (RFC 3830, Table 6.10.1.d).
type SRTPPRF uint8

const (
	SRTPPRFAESCM   SRTPPRF = 0
	SRTPPRFSEEDCTR SRTPPRF = 1 // RFC 5748, Section 2.2
	SRTPPRFARIACTR SRTPPRF = 2 // RFC 8269, Section 6.2
)

func (f SRTPPRF) String() string {
	return name([]string{"AES-CM", "SEED-CTR", "ARIA-CTR"}, "SRTPPRF", uint8(f))
}
