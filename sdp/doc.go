// Package sdp carries key management messages, such as those of MIKEY, in
// SDP descriptions: the attribute a=key-mgmt of [RFC 4567].
//
// It works on the descriptions of github.com/pion/sdp/v3 and treats the
// messages as opaque octets; it neither builds nor reads them.
//
// # Offering
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
// # Receiving
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
// # Which media are meant
//
// Key management applies to media with a secure profile: RTP/SAVP and
// RTP/SAVPF. Media under RTP/AVP and RTP/AVPF are not affected by a session
// level attribute; a media level attribute there has a meaning only for
// opportunistic SRTP (RFC 8643), see [Levels.ForMedia]. The DTLS-SRTP profiles
// (UDP/TLS/RTP/SAVP and relatives) have their own key management and are never
// keyed by a=key-mgmt.
//
// # Not supported
//
// The RTSP header KeyMgmt is not SDP and not handled here. One-way
// distribution such as SAP may offer one protocol only (RFC 4567, Section
// 4.1.3); the caller sees to that.
//
// # Errors
//
// Errors start with "sdp: ", tell the place, and never hold octets of a
// message, because MIKEY messages with NULL encryption hold keys. Match them
// with errors.Is and [ErrMalformed], [ErrTooLarge] or [ErrDuplicate], and with
// errors.As and [*AttributeError], [*DescriptionError] or [*BiddingDownError].
//
// [RFC 4567]: https://www.rfc-editor.org/rfc/rfc4567
package sdp
