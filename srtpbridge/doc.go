// Package srtpbridge makes SRTP contexts of github.com/pion/srtp/v2 from MIKEY
// sessions and from those of SDES. Package srtpv3 below it does the same for
// github.com/pion/srtp/v3.
//
// # Use
//
// A context works in one direction. Each crypto session of a MIKEY session is
// one stream, so each party takes a [Sender] for the crypto sessions that it
// sends and a [Receiver] for the others:
//
//	sender, err := srtpbridge.Sender(session, 1)
//	packet, err = sender.EncryptRTP(nil, packet, nil)
//
//	receiver, err := srtpbridge.Receiver(session, 2)
//	packet, err = receiver.DecryptRTP(nil, packet, nil)
//
// Which crypto session goes which way is for the two parties to know. With SDP
// it follows from the m= lines (RFC 4567, Section 7.1).
//
// The context has the suite, the master keys, the MKIs and the ROC of the crypto
// session. Receivers refuse replayed packets, within [SRTPReplayWindow] and
// [SRTCPReplayWindow]. What pion/srtp cannot do is refused with an
// [*UnsupportedError]; [Suites] in the mikey.Config of a responder refuses it
// earlier, while the peer can still offer something else.
//
// A [Stream] is the same in two steps, for a stream whose SSRC becomes known
// late, and for keys that come from elsewhere.
//
// # Sessions of SDES
//
// With keys from crypto attributes each party has a session of package sdes for
// each medium, with a direction for each way:
//
//	stream, err := srtpbridge.FromSDES(session.Send)
//	sender, err := stream.LimitedSender(session.Send.Limits, warn)
//
//	stream, err = srtpbridge.FromSDES(session.Receive)
//	receiver, err := stream.LimitedReceiver(session.Receive.Limits, warn)
//
// SRTCP goes both ways, so both are needed even if media go one way. SSRCs are
// not negotiated: the sender chooses its own, and starts below sequence number
// 2^15; the receiver binds the first one that authenticates, as below. Several
// SSRCs under one key have to be distinct. When RTP forgets an SSRC, after a BYE
// or a timeout, its context goes too (RFC 4568, Section 6.5); pion/srtp can drop
// whole contexts only.
//
// After a later offer, Direction.Context says what to do. Keep: go on with the
// context that there is; FromSDES refuses to make another one. Start: a new
// context. Rekey: new keys for the same stream, see below.
//
// # The end of a key
//
// Contexts do not count the packets under a master key, and the parties have to
// (RFC 3711, Section 8.1; RFC 4568, Section 6.1). [Stream.LimitedSender] and
// [Stream.LimitedReceiver] return contexts that do: a [Limiter] warns while
// there is time for new keys, and does not go on with a key that is spent.
//
// # One sender for each crypto session
//
// Make one sender for each crypto session and use it until its keys are
// replaced. A second one with the same keys starts its counters again and
// repeats the key stream, which gives the plaintext away (RFC 3711, Section
// 9.1). The same goes for a session that is the result of an update without new
// keys: keep the contexts of the session before.
//
// A context is not safe for concurrent use.
//
// # SSRC and ROC
//
// Contexts of pion/srtp take packets with any SSRC. A sender must send the SSRC
// of its crypto session and no other. A receiver keeps about 300 octets for
// every SSRC that it sees, even in packets that do not authenticate, and never
// lets go of them: look at the SSRC first and drop packets that have another
// one.
//
// SSRC 0 in a MIKEY message means that the SSRC is not known yet. Signalling
// may tell it later, as the Transport header of RTSP does. Put it into
// Stream.SSRC then: without it, a ROC other than 0 has no stream to count for,
// and the error is [ErrNoSSRC]. Where nothing tells it, the first packet that
// authenticates does; the example of [Stream.Receiver] binds a stream in this
// way without keeping anything of the packets that fail.
//
// The ROC of a message is that of the moment it was sent. If the sequence
// number wraps between that and the first packet, the packets do not
// authenticate, and a receiver with a ROC greater by one is needed.
//
// # Several keys and re-keying
//
// With an MKI on packets, which is a key validity of type SPI, a context holds
// several keys. Senders start with the first; the SetSendMKI of the context
// chooses another one. Keys of a later session go into the contexts that exist,
// with [Stream.AddKeys]: ROC and replay window stay as they are, and both ends
// can change keys at their own time.
//
// Without an MKI, new keys need new contexts. The sender states its current
// ROC in the message with the new keys, and carries on with the SRTCP index of
// its old context (RFC 3711, Section 3.4: it is not reset on re-keying):
//
//	roc, _ := sender.ROC(ssrc)     // for mikey.CryptoSession
//	index, _ := sender.Index(ssrc) // for SetIndex of the new sender
//
// With SDES both parties take the ROC from their old contexts: it goes into
// Stream.ROC of the new ones, with the SSRC. A receiver tries the old context
// too while old packets can come.
//
// # Limits
//
// These are limits of pion/srtp v2. The first group is refused:
//
//   - ciphers other than AES-CM with 128 or 256 bits, AES-GCM and NULL;
//   - HMAC-SHA1 tags other than 80 bits, or 32 bits for SRTP;
//   - SRTP without authentication, the authentication of RFC 4771 (RCC), and
//     an SRTP prefix;
//   - several keys unless each has an MKI, all of one length;
//   - of SDES, a key derivation rate and SRTP before FEC (FEC_ORDER=SRTP_FEC).
//
// The second group is for the application to know:
//
//   - A single key with an interval of packets (From, To) is used without a
//     look at the interval.
//   - SRTCP packets say themselves whether they are encrypted. Receivers take
//     both kinds, once the packet is authentic.
//   - With the NULL cipher, receivers decrypt SRTCP packets that claim to be
//     encrypted, which spoils them.
//   - RTP header extensions of RFC 8285 are encoded again when a packet is
//     encrypted, and lose padding between their elements. A packet with an
//     element of the reserved ID 15 is spoiled, by senders and by receivers.
//   - The first SRTCP packet of a sender has index 1.
//   - Replay windows have one size: the hint of SDES (WSH) is not taken.
package srtpbridge
