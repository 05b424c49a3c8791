// Package mikey is MIKEY, the key management protocol for real-time media of
// [RFC 3830] and its extensions: two parties exchange one or two short messages
// and end up with the same SRTP master keys.
//
// # Use
//
// Most programs need a mode, an [Initiator] at the party that makes the offer
// and a [Responder] at the one that answers:
//
//	mode, err := mikey.PSK(secret)
//
//	initiator, err := mikey.NewInitiator(mode, nil)
//	message, pending, err := initiator.Start(mikey.Offer{
//		CryptoSessions: []mikey.CryptoSession{{SSRC: mySSRC}, {SSRC: 0}},
//	})
//	// ... the message travels; at the other party:
//	responder, err := mikey.NewResponder(nil, mode)
//	received, err := responder.Receive(message)
//	answer, session, err := received.Accept(theirSSRC)
//	// ... the answer travels back, if the offer asked for one:
//	session, err := pending.Finish(answer)
//
// Everything flows this way only: an offer becomes octets, octets are verified
// before anything else happens with them, and keys can be read from a [Session]
// alone. Nothing in this package does I/O. Package sdp puts messages into SDP,
// package srtpbridge makes SRTP contexts of sessions.
//
// [ParseMessage] and [Message.AppendBinary] are the codec by itself, for tools.
//
// # Security
//
// Messages that fail leave nothing behind, except in the clock of the caller.
// Their errors are of type [*Error], say at which [Stage] they failed and hold
// no key. Dangerous choices have names that start with Insecure. Key types print
// without their keys.
//
// # Modes
//
// [PSK] needs a secret that both parties have, and two messages at most.
// [PublicKey] needs certificates, and reaches who cannot answer yet. [SignedDH]
// has forward secrecy. [RSAR] needs no certificate of the peer beforehand, and
// keys groups. [InsecureTransportProtected] is for keys that TLS protects, as
// RTSP cameras send them. Package dhhmac has one more, and package ecdh groups on
// elliptic curves.
//
// [RFC 3830]: https://www.rfc-editor.org/rfc/rfc3830
package mikey
