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
	//
	// Where the parties agree on a TGK, it is at most one KeyData, without Key,
	// that says the validity.
	Keys []KeyData

	// Algorithms protect the message. Nil: the mode's own default.
	Algorithms *Algorithms

	// Verification asks for a verification message, which proves that the
	// responder is who it should be. Modes that always have a response ignore
	// it.
	Verification bool

	// Cache asks the responder to keep the envelope key of PublicKey; this
	// party does so too.
	Cache CacheType

	// JoinGroup asks for the keys of a group, with RSAR. The responder says
	// policies and crypto sessions too; those of the offer are for the streams
	// that this party sends.
	JoinGroup bool

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

// An Answer is what a responder decides. The zero value is a good default.
type Answer struct {
	// SSRCs are those of the streams that this party sends: they replace those
	// that are 0, in the order of the crypto sessions; fewer leave the last
	// ones open.
	SSRCs []uint32

	// What follows is for RSAR, where the responder sends the keys.

	// Keys, Algorithms and Cache are as in an Offer.
	Keys       []KeyData
	Algorithms *Algorithms
	Cache      CacheType

	// CryptoSessions follow those of the request: streams that the initiator
	// cannot know of. With Group, they are all there are.
	CryptoSessions []CryptoSession

	// Policies are those of a group. Otherwise the first policy of the request
	// that is acceptable holds, or the first of Policies if the request has
	// none. None: AES_CM_128_HMAC_SHA1_80.
	Policies []SecurityPolicy

	// Group makes this the answer to a member of a group. CSB ID and RAND, and
	// crypto sessions, policies and keys, are the same for all members.
	Group *Group
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
