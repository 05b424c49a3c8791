// Package dhhmac is the HMAC-authenticated Diffie-Hellman mode of MIKEY ([RFC
// 4650]): two parties that share a secret agree on keys that the secret alone
// does not give away later.
//
//	mode, err := dhhmac.New(secret, ecdh.X25519())
//
//	initiator, err := mikey.NewInitiator(mode, &mikey.Config{
//		ID:   mikey.URI("sip:alice@example.com"),
//		Peer: mikey.URI("sip:bob@example.com"),
//	})
//
// The rest is as in all modes of package mikey.
//
// # Identities
//
// The request names both parties, and the response both again (RFC 4650, Section
// 3), so the initiator needs Config.ID and Config.Peer. A responder takes requests
// that name nobody but itself, if its own Config.Peer says who they are from.
//
// # Groups
//
// Without groups the mode has OAKLEY 5, which every implementation has (RFC 3830,
// Section 4.2.7). Package ecdh has more. The initiator offers the first group; a
// responder takes any that was given.
//
// # Algorithms
//
// Messages carry HMAC-SHA-1-160, the only MAC that RFC 4650 has besides NULL,
// which is refused. Offer.Algorithms may ask for HMAC-SHA-256-256, which RFC 6043
// registered later, best together with PRF-HMAC-SHA-256: Algorithms256 does. The
// encryption algorithm does not matter, for nothing is encrypted. A responder
// takes both MACs and answers with that of the request.
//
// # SDP
//
// Every request lists the key management protocols of the SDP around it (RFC
// 4650, Section 4.4). Where Offer.Extensions has no such list, it is "mikey"
// alone; give [mikey.SDPIDs] where the SDP offers more. A request without a list
// is taken: only who sees the SDP can tell whether one is missing. Package sdp
// does.
//
// [RFC 4650]: https://www.rfc-editor.org/rfc/rfc4650
package dhhmac
