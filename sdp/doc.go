// Package sdp negotiates SRTP keys with SDP offers and answers: with MIKEY, whose
// messages stand in the attribute a=key-mgmt of [RFC 4567], with the attribute
// a=crypto of RFC 4568, or with both. It works on the descriptions of
// github.com/pion/sdp/v3.
//
// # Use
//
// A [Party] has what it needs for MIKEY, for crypto attributes or for both. One
// call makes an offer, one answers it, one applies the answer:
//
//	party := &sdp.Party{Initiator: initiator, Responder: responder, SDES: &sdes.Config{}}
//
//	offer, err := party.Offer(local, sdp.Stream{SSRC: mySSRC})
//	// ... offer.Description() travels; at the other party:
//	answer, agreement, err := party.Answer(offered, local, sdp.Stream{SSRC: theirSSRC})
//	// ... answer travels back:
//	agreement, err := offer.Apply(answer)
//
// An [Agreement] says for each medium where its keys come from and has a
// [Direction] for each way, of which package srtpbridge makes SRTP contexts:
//
//	send := srtpbridge.Stream(agreement.Media[0].Send)
//	sender, err := send.Sender()
//
// It also makes and answers new offers for the call: [Agreement.Reoffer],
// [Agreement.Rekey] and [Agreement.Answer]. Close it with the call.
//
// # What becomes of each medium
//
//   - RTP/SAVP and RTP/SAVPF: it has keys or is not accepted.
//   - RTP/AVP and RTP/AVPF: it is refused, unless the party allows opportunistic
//     SRTP (RFC 8643) or plain RTP.
//   - Anything else, such as DTLS-SRTP, is left as it is.
//
// What keys a medium follows from the attributes that are there and from what
// the party supports. If that fails, nothing else is tried: a bad key-mgmt
// attribute makes the whole offer or answer fail, a bad crypto attribute its
// medium in an answer, and everything in an offer that is answered.
//
// One MIKEY message is for all secure media, or each of these has its own. Each
// m= line that it covers has two crypto sessions: the first for what the offerer
// sends, the second for what the answerer sends. See [CryptoSessionIDs].
//
// # What an attacker can do
//
// MIKEY messages authenticate themselves and the protocols that key-mgmt
// attributes offered beside them. They do not authenticate the rest of the
// description: not addresses, nor that there were crypto attributes too. Who can
// change an offer with both can make the answerer see crypto attributes alone.
// Where that matters, offer one of them, or protect the signalling as crypto
// attributes need it anyway. Under RTP/AVP, who can change the description can
// turn opportunistic SRTP off.
//
// # Attributes
//
// What follows is the layer below, for RTSP and for what a [Party] does not do.
// It treats messages as opaque octets.
//
// Offering:
//
//  1. Decide which protocols to offer at a level and in which order. Give that
//     list to each protocol before it makes its message: MIKEY authenticates it
//     in a general extension of type SDP IDs. [FormatIDs] writes the list in
//     the form the extension holds.
//  2. Put the messages into the description with [SetSession] (one message for
//     all secure media) or [SetMedia] (one medium), most preferred first.
//  3. Write the description with [Marshal], which refuses values that would
//     inject lines.
//
// Receiving:
//
//  1. Read the description with [Parse], which bounds its size, and the
//     attributes with [Extract].
//  2. [Levels.ForMedia] tells which attributes rule an m= line, and
//     [Rule.Select] picks the offerer's most preferred protocol that the caller
//     supports. Hand the Data of that one to the protocol. When several
//     attributes apply (different levels), all of them must succeed: if one
//     fails, abort the whole setup (RFC 4567, Section 4.1.2).
//  3. When the message has been verified, compare the list it authenticates
//     with the description, using [Levels.CheckIDs].
//
// With package mikey the last step is
//
//	ids, present := received.SDPIDs()
//	if err := levels.CheckIDs(rule.Level, ids, present, nil); err != nil {
//		// reject the offer: somebody may have removed stronger protocols
//	}
//
// The list travels from offerer to answerer, so an answer has nothing to check;
// the offerer only makes sure that the answer uses a protocol it offered, at a
// level where it offered it.
//
// Which media are meant:
//
// Key management applies to media with a secure profile: RTP/SAVP and
// RTP/SAVPF. Media under RTP/AVP and RTP/AVPF are not affected by a session
// level attribute; a media level attribute there has a meaning only for
// opportunistic SRTP (RFC 8643), see [Levels.ForMedia]. The DTLS-SRTP profiles
// (UDP/TLS/RTP/SAVP and relatives) have their own key management and are never
// keyed by a=key-mgmt.
//
// # RTSP
//
// Descriptions that RTSP carries have the same attributes. What stands in its
// headers is read and written by [ParseKeyMgmtHeader] and [FormatKeyMgmtHeader]
// (RTSP 1.0, RFC 4567, Section 3.2), [ParseTransportHeader] and
// [FormatTransportMIKEY] (RTSP 2.0, RFC 7826, Appendix C.1.4.1). Which request
// carries which message is up to the program.
//
// # Not supported
//
// One-way distribution such as SAP may offer one protocol only (RFC 4567, Section
// 4.1.3); the caller sees to that. Multicast has no treatment of its own. A MIKEY
// offer has one answer, also where the request forks. FEC streams with addresses of
// their own (RFC 4568, Section 6.3.5) need package sdes by itself.
//
// # Errors
//
// Errors start with "sdp: ", tell the place, and never hold octets of a
// message, because MIKEY messages with NULL encryption hold keys. Match them
// with errors.Is and [ErrMalformed], [ErrTooLarge] or [ErrDuplicate], and with
// errors.As and [*AttributeError], [*DescriptionError] or [*BiddingDownError].
// Negotiations fail with a [*NegotiationError] that tells why, by [ErrNoKeying]
// and its siblings or an error of package mikey or sdes.
//
// [RFC 4567]: https://www.rfc-editor.org/rfc/rfc4567
package sdp
