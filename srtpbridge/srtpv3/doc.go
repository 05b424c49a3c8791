// Package srtpv3 is package srtpbridge for github.com/pion/srtp/v3, which
// applications with pion/webrtc v4 have:
//
//	sender, err := srtpv3.Sender(session, 1)   // of MIKEY
//	receiver, err := srtpv3.Receiver(session, 2)
//
//	stream, err := srtpv3.FromSDES(session.Send) // of SDES
//	sender, err := stream.LimitedSender(session.Send.Limits, warn)
//
// Names, meaning and errors are those of package srtpbridge, and so is most of
// its documentation: the rules for senders, SSRCs, ROCs, several keys and the
// end of a key hold for all versions. Both packages make the same packets from
// the same keys. This one does not need version 2.
//
// # What is different
//
// What is refused is the same, although version 3 could do some of it: tags of
// SRTP with 0 to 20 octets, and the authentication of RFC 4771 (RCC).
//
// Receivers keep nothing of packets that do not authenticate, so forged SSRCs
// cost no memory. Look at the SSRC all the same: packets of any SSRC under the
// right key are accepted.
//
// The UpdateKey of the session types of pion/srtp starts the ROC again, which
// RFC 3711, Section 3.3.1, forbids. Change keys by MKI, with [Stream.AddKeys],
// or carry ROC and index over to a new context.
package srtpv3
