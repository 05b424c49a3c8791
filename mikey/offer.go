package mikey

// An Offer is what an initiator proposes. The zero value of everything but
// CryptoSessions is a good default.
type Offer struct {
	// CryptoSessions are the streams to key: entry i has CS ID i+1. SSRC 0
	// leaves a stream's SSRC to the responder, who sends that stream.
	CryptoSessions []CryptoSession

	// Policies are the security policies that the crypto sessions name by
	// number. None: AES_CM_128_HMAC_SHA1_80 as policy 0.
	Policies []SecurityPolicy

	// Keys are the keys to send, in the modes that transport keys. None: a
	// random TGK. A KeyData without Key gets a random one of the right length,
	// and a random salt where its type has a salt. Several keys need an SPI
	// each to be told apart by SRTP receivers.
	Keys []KeyData

	// Algorithms protect the message. Nil: the mode's own default.
	Algorithms *Algorithms

	// Verification asks for a verification message, which proves that the
	// responder is who it should be. Modes that always have a response ignore
	// it.
	Verification bool

	// Extensions are general extensions, such as SDPIDs.
	Extensions []GeneralExtension

	// Timestamp replaces the time of the clock; for counters and tests.
	Timestamp *Timestamp

	// Group makes this exchange one of several with the members of a group.
	Group *Group

	// OmitIDs leaves the identities out of the message, for receivers that
	// cannot step over them. They still count in the verification.
	OmitIDs bool
}

// A Group is what the members of a group have in common with the first of them:
// the same CSB ID and RAND, and the same crypto sessions, policies and keys in
// the offer (RFC 3830, Sections 6.11 and 8.1). Nobody else may use a RAND or a
// CSB ID a second time.
type Group struct {
	CSBID uint32
	RAND  []byte // 16 to 255 octets
}

// Algorithms protect a message.
type Algorithms struct {
	PRF  PRFFunc
	Encr EncrAlg
	MAC  MACAlg
}

var (
	// Algorithms128 are those that every implementation has: MIKEY-1,
	// AES-CM-128 and HMAC-SHA-1-160.
	Algorithms128 = Algorithms{PRFMIKEY1, EncrAESCM128, MACHMACSHA1160}

	// Algorithms256 are PRF-HMAC-SHA-256, AES-CM-256 and HMAC-SHA-256-256 (RFC
	// 6043, Section 12.1).
	Algorithms256 = Algorithms{PRFHMACSHA256, EncrAESCM256, MACHMACSHA256256}
)
