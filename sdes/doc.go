// Package sdes negotiates SRTP keys with SDP security descriptions, the
// attribute a=crypto of [RFC 4568].
//
// # Use
//
// Each medium of a description is negotiated by itself. The offerer makes an
// offer and puts the attributes into its m= section; the answerer answers:
//
//	offer, err := sdes.MakeOffer(sdes.Medium{}, nil)
//	for _, value := range offer.Medium().Crypto {
//		// a=crypto:value
//	}
//
//	answer, session, err := sdes.Answer(sdes.Medium{Crypto: offered}, sdes.Medium{}, nil)
//	// a=crypto:answer.Crypto[0], or port 0 if err is not nil
//
// The offerer applies the answer, with [Offer.ApplyAnswer], and has its session
// too. Contexts come from package srtpbridge:
//
//	send, err := srtpbridge.FromSDES(session.Send)
//	sender, err := send.LimitedSender(session.Send.Limits, nil)
//
//	receive, err := srtpbridge.FromSDES(session.Receive)
//	receiver, err := receive.LimitedReceiver(session.Receive.Limits, nil)
//
// A [Medium] says more than the attributes where there is more to say: another
// profile, addresses that may change, FEC to an address of its own, port 0. A
// [Config] says what is offered and accepted. For the contexts of pion/srtp, set
// Config.Suites to srtpbridge.Suites().
//
// # The keys stand in the description
//
// Who reads the description can read the media. It must travel over channels
// that are encrypted and authenticated, end to end if possible (RFC 4568,
// Section 8.3). The types of this package print themselves without keys;
// Medium.Crypto, [Attribute.Line] and [Attribute.Value] are the text with them.
//
// # New offers
//
// A [Session] makes and answers later offers for its medium: [Session.Reoffer]
// leaves the keys as they are, [Session.Rekey] replaces them, and
// [Session.Answer] answers. The new session says in Direction.Context what
// becomes of the SRTP contexts. The old one remains valid until then, and if the
// new offer fails.
//
// # What SRTP has to do
//
// Keys belong to the party that sends them: each sends with its own. SSRCs are
// not negotiated. A context takes the SSRC of the first packet that
// authenticates, with ROC 0 (RFC 4568, Section 6.4.1), and senders start with
// sequence numbers below 2^15. Contexts are removed when RTP forgets the SSRC
// (Section 6.5).
//
// Direction has what a context does not do by itself: the number of packets
// after which a key is not used any more, in Limits, the size of the replay
// window, and, if the configuration lets them pass, a key derivation rate and an
// order of FEC. By default an attribute that asks for these is not accepted.
// Ciphers are not checked against an implementation: Config.Suites is for that.
//
// # Reading attributes
//
// [Parse] reads all attributes of the grammar, and [Attribute.Line] writes
// them. An attribute of somebody else's suite, key method or mandatory session
// parameter can be read and written; [Attribute.Check] says that it cannot be
// used.
//
// # Not supported
//
// Multicast and use outside of offer and answer, as in announcements: it is not
// defined, for nothing would say under which key the receivers send their SRTCP
// packets (RFC 4568, Section 7.2). The parameters From and To do not exist here.
//
// # Errors
//
// Errors start with "sdes: " and never quote a field that may hold a key. Match
// them with errors.Is and [ErrInvalid], [ErrTooLarge], [ErrUnsupported],
// [ErrPolicy], [ErrNoCrypto], [ErrRejected] or [ErrTransport], and with
// errors.As and [*FieldError], [*AttributeError] or [*NoMatchError].
//
// [RFC 4568]: https://www.rfc-editor.org/rfc/rfc4568
package sdes
