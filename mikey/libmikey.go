package mikey

// Libmikey are habits of the C++ library libmikey and its descendants that depart
// from the RFCs, for programs that have to work with it. Each weakens or changes
// something; the zero value has none.
type Libmikey struct {
	// AcceptV accepts verification messages whose MAC covers no identities, so
	// that it does not prove who answered.
	AcceptV bool

	// WriteV makes such verification messages.
	WriteV bool

	// AcceptT accepts answers with a timestamp of their own. Their MAC covers
	// that of the request nevertheless.
	AcceptT bool

	// AcceptRAND accepts RSA-R answers with a RAND although the request has one.
	// The one of the request counts.
	AcceptRAND bool

	// PRF uses a MIKEY-1 that is wrong for keys whose length is a multiple of
	// 32 octets. Both parties need it, or their keys differ.
	PRF bool
}
