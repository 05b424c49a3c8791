package peer

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// offer is what an initiator proposes.
type offer struct {
	CryptoSessions []cryptoSession `json:"crypto_sessions"`
	Policies       []struct {
		Suite    string  `json:"suite"`
		Protocol uint8   `json:"protocol"`
		Params   []param `json:"params"`
	} `json:"policies"`
	Keys []struct {
		Type string    `json:"type"`
		Key  *hexBytes `json:"key"`
		Salt *hexBytes `json:"salt"`
		KV   validity  `json:"kv"`
	} `json:"keys"`
	PRF       *uint8 `json:"prf"`
	EncrAlg   *uint8 `json:"encr_alg"`
	MACAlg    *uint8 `json:"mac_alg"`
	Timestamp *struct {
		Type  uint8     `json:"type"`
		Value *hexBytes `json:"value"`
	} `json:"timestamp"`
	Verification bool      `json:"verification"`
	Group        string    `json:"group"`
	KV           *validity `json:"kv"`
	Cache        uint8     `json:"cache"`
	Signature    string    `json:"signature"`
	Envelope     string    `json:"envelope"`
	GroupMode    bool      `json:"group_mode"`
	IDi          *identity `json:"id_i"`
	IDr          *identity `json:"id_r"`
	Extensions   []struct {
		ExtType uint8    `json:"ext_type"`
		Data    hexBytes `json:"data"`
	} `json:"extensions"`
}

// fixed are values that would otherwise be random.
type fixed struct {
	CSBID *hex32    `json:"csb_id"`
	Rand  *hexBytes `json:"rand"`
	TGK   *hexBytes `json:"tgk"`
	Salt  *hexBytes `json:"salt"`

	EnvelopeKey *hexBytes `json:"envelope_key"`
	DHPrivate   *hexBytes `json:"dh_private"`
}

// reader returns the source of randomness: what is fixed, in the order in which
// the library draws it, and real randomness otherwise.
func (f *fixed) reader(values ...*hexBytes) io.Reader {
	r := &fixedReader{rest: rand.Reader}
	for _, v := range values {
		if v != nil {
			r.queue = append(r.queue, *v)
		}
	}
	return r
}

// mikey returns the offer for the library, for a mode.
func (o *offer) mikey(mode string, f *fixed, now func() time.Time) (mikey.Offer, error) {
	out := mikey.Offer{
		Verification:   o.Verification,
		CryptoSessions: cryptoSessions(o.CryptoSessions),
		Cache:          mikey.CacheType(o.Cache),
		JoinGroup:      o.GroupMode,
	}
	var err error
	if out.Policies, err = o.policies(); err != nil {
		return out, err
	}
	if out.Keys, err = o.keys(f); err != nil {
		return out, err
	}
	switch mode {
	case "dh", "dhhmac":
		// The parties agree on the key: only its validity is offered.
		if len(o.Keys) > 0 {
			return out, usageError("mode %s agrees on a key: offer kv, not keys", mode)
		}
		if o.KV != nil || o.Group != "" {
			out.Keys = []mikey.KeyData{{}}
			if o.KV != nil {
				out.Keys[0].Validity = o.KV.mikey()
			}
		}
	}
	for _, e := range o.Extensions {
		out.Extensions = append(out.Extensions, mikey.GeneralExtension{ExtType: mikey.ExtensionType(e.ExtType), Data: e.Data})
	}
	if ts := o.Timestamp; ts != nil {
		t := mikey.TSType(ts.Type)
		value := deref(ts.Value)
		if value == nil {
			value = timeOf(t, now())
		}
		parsed, err := timestamp(t, value)
		if err != nil {
			return out, usageError("%w", err)
		}
		out.Timestamp = parsed
	}
	return out, nil
}

func cryptoSessions(sessions []cryptoSession) []mikey.CryptoSession {
	var out []mikey.CryptoSession
	for i := range sessions {
		out = append(out, sessions[i].mikey())
	}
	return out
}

func (o *offer) policies() ([]mikey.SecurityPolicy, error) {
	var out []mikey.SecurityPolicy
	for i, p := range o.Policies {
		if i > 255 {
			return nil, usageError("there are more policies than numbers")
		}
		if p.Suite != "" {
			suite, err := mikey.SuiteByName(p.Suite)
			if err != nil {
				return nil, &mikey.Error{Stage: mikey.Unsupported, Err: err}
			}
			out = append(out, suite.Policy(uint8(i)))
			continue
		}
		sp, err := policy(uint8(i), mikey.Protocol(p.Protocol), p.Params)
		if err != nil {
			return nil, usageError("policy %d: %w", i, err)
		}
		out = append(out, *sp)
	}
	return out, nil
}

func (o *offer) keys(f *fixed) ([]mikey.KeyData, error) {
	var out []mikey.KeyData
	for i, k := range o.Keys {
		t, err := keyType(k.Type)
		if err != nil {
			return nil, usageError("key %d: %w", i, err)
		}
		key := mikey.KeyData{KeyType: t, Key: deref(k.Key), Salt: deref(k.Salt), Validity: k.KV.mikey()}
		if key.Key == nil && t <= mikey.TGKSalt {
			key.Key = deref(f.TGK)
		}
		if key.Salt == nil && (t == mikey.TGKSalt || t == mikey.TEKSalt) {
			key.Salt = deref(f.Salt)
		}
		out = append(out, key)
	}
	return out, nil
}

// timeOf returns the time as a timestamp value; a counter counts seconds.
func timeOf(t mikey.TSType, now time.Time) []byte {
	ts := mikey.NTPTime(now).Value
	value := []byte{
		byte(ts >> 56), byte(ts >> 48), byte(ts >> 40), byte(ts >> 32),
		byte(ts >> 24), byte(ts >> 16), byte(ts >> 8), byte(ts),
	}
	if t == mikey.TSCounter || t == mikey.TSNTPUTC32 {
		return value[:4]
	}
	return value
}

func keyType(name string) (mikey.KeyType, error) {
	for _, t := range []mikey.KeyType{mikey.TGK, mikey.TGKSalt, mikey.TEK, mikey.TEKSalt} {
		if t.String() == name {
			return t, nil
		}
	}
	return 0, fmt.Errorf("there is no key type %q", name)
}

// algorithms returns the algorithms that the offer names; those that it does not
// name are the default ones.
func (o *offer) algorithms(defaults mikey.Algorithms) *mikey.Algorithms {
	alg := defaults
	if o.PRF != nil {
		alg.PRF = mikey.PRFFunc(*o.PRF)
	}
	if o.EncrAlg != nil {
		alg.Encr = mikey.EncrAlg(*o.EncrAlg)
	}
	if o.MACAlg != nil {
		alg.MAC = mikey.MACAlg(*o.MACAlg)
	}
	return &alg
}

// An exchange is one that initiate or update started.
type exchange struct {
	pending   *mikey.Pending
	initiator *initiator
	session   string // name of the session, once there is one
}

// An initiator is the party of one CSB.
type initiator struct {
	*mikey.Initiator
	mode        string
	now         func() time.Time
	algorithms  mikey.Algorithms // of the first message
	cfg         *mikey.Config
	credentials credentials
	offer       offer // of the first message
}

// A session is one that an exchange agreed on.
type session struct {
	*mikey.Session
	initiator *initiator // nil at the responder
}

func (p *Peer) initiate(request []byte) (any, error) {
	var in struct {
		Mode        string      `json:"mode"`
		Credentials credentials `json:"credentials"`
		Offer       offer       `json:"offer"`
		Fixed       fixed       `json:"fixed"`
		Now         *time.Time  `json:"now"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	c := &in.Credentials
	if err := c.check(); err != nil {
		return nil, err
	}
	mode, err := c.mode(in.Mode, &in.Offer, &in.Fixed)
	if err != nil {
		return nil, err
	}
	// The identities go into the message: those of the offer, else those of
	// the credentials.
	i := &initiator{
		mode: in.Mode, now: clock(in.Now), algorithms: mikey.Algorithms128, credentials: *c, offer: in.Offer,
	}
	if in.Mode == "psk" && len(c.PSK) == 0 {
		i.algorithms = mikey.Algorithms{}
	}
	cfg := c.config()
	cfg.Now = func() time.Time { return i.now() }
	if in.Offer.IDi != nil {
		cfg.ID = in.Offer.IDi.mikey()
	}
	if in.Offer.IDr != nil {
		cfg.Peer = in.Offer.IDr.mikey()
	}
	cfg.Rand = in.Fixed.reader(in.Fixed.EnvelopeKey)
	cfg.Bundles = new(mikey.Bundles) // of what initiators of updates there will be
	i.cfg = cfg
	if i.Initiator, err = mikey.NewInitiator(mode, cfg); err != nil {
		return nil, err
	}
	o, err := in.Offer.mikey(in.Mode, &in.Fixed, i.now)
	if err != nil {
		return nil, err
	}
	o.Algorithms = in.Offer.algorithms(i.algorithms)
	i.algorithms = *o.Algorithms
	if len(o.Keys) == 0 && in.Fixed.TGK != nil && (in.Mode == "psk" || in.Mode == "pk") {
		o.Keys = []mikey.KeyData{{KeyType: mikey.TGK, Key: *in.Fixed.TGK}}
	}
	if o.Group, err = in.Fixed.group(); err != nil {
		return nil, err
	}
	message, pending, err := i.Start(o)
	if err != nil {
		return nil, err
	}
	return p.started(&exchange{pending: pending, initiator: i}, message)
}

// updateMode returns the mode of the updates of a session: with a cached envelope
// key, pre-shared key mode.
func (i *initiator) updateMode(s *mikey.Session) string {
	if s.CachesEnvelopeKey() {
		return "psk"
	}
	return i.mode
}

// agreeAgain makes what comes draw another private value, in the group of the
// offer. What the offer leaves out stays as it was.
func (i *initiator) agreeAgain(o offer, f *fixed) error {
	if o.Group == "" {
		o.Group = i.offer.Group
	}
	if o.Signature == "" {
		o.Signature = i.offer.Signature
	}
	mode, err := i.credentials.mode(i.mode, &o, f)
	if err != nil {
		return err
	}
	i.offer.Group, i.offer.Signature = o.Group, o.Signature
	i.Initiator, err = mikey.NewInitiator(mode, i.cfg)
	return err
}

func randomGroup() (*mikey.Group, error) {
	var random [4 + 16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, usageError("no random octets: %w", err)
	}
	return &mikey.Group{CSBID: binary.BigEndian.Uint32(random[:4]), RAND: random[4:]}, nil
}

// group returns the fixed CSB ID and RAND; where only one is fixed, the other is
// random.
func (f *fixed) group() (*mikey.Group, error) {
	if f.CSBID == nil && f.Rand == nil {
		return nil, nil
	}
	g, err := randomGroup()
	if err != nil {
		return nil, err
	}
	if f.CSBID != nil {
		g.CSBID = uint32(*f.CSBID)
	}
	if f.Rand != nil {
		g.RAND = *f.Rand
	}
	return g, nil
}

// started enters an exchange and answers initiate or update.
func (p *Peer) started(e *exchange, message []byte) (any, error) {
	var reply struct {
		Exchange string  `json:"exchange"`
		Message  []byte  `json:"message"`
		Keys     *result `json:"keys"`
	}
	if !e.pending.AwaitsAnswer() {
		s, err := e.pending.Finish(nil)
		if err != nil {
			return nil, err
		}
		if reply.Keys, err = p.finished(e, s); err != nil {
			return nil, err
		}
	}
	reply.Exchange = fmt.Sprintf("e%d", len(p.exchanges)+1)
	reply.Message = message
	p.exchanges[reply.Exchange] = e
	return &reply, nil
}

// finished enters the session of an exchange. The session of an update keeps the
// name of the one before.
func (p *Peer) finished(e *exchange, s *mikey.Session) (*result, error) {
	if e.session == "" {
		e.session = p.newSessionName()
	}
	p.sessions[e.session] = &session{Session: s, initiator: e.initiator}
	return newResult(e.session, s)
}

func (p *Peer) newSessionName() string { return fmt.Sprintf("s%d", len(p.sessions)+1) }

func (p *Peer) update(request []byte) (any, error) {
	var in struct {
		Exchange string     `json:"exchange"`
		Session  string     `json:"session"`
		Offer    offer      `json:"offer"`
		Fixed    fixed      `json:"fixed"`
		Now      *time.Time `json:"now"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	name := in.Session
	if in.Exchange != "" {
		e := p.exchanges[in.Exchange]
		if e == nil {
			return nil, stateError("there is no exchange %q", in.Exchange)
		}
		if e.session == "" {
			return nil, stateError("exchange %q has no session yet", in.Exchange)
		}
		name = e.session
	}
	s := p.sessions[name]
	if s == nil {
		return nil, stateError("there is no session %q", name)
	}
	if s.initiator == nil {
		return nil, stateError("session %q is updated by the party that initiated it", name)
	}
	i := s.initiator
	i.now = clock(in.Now)
	o, err := in.Offer.mikey(i.updateMode(s.Session), &in.Fixed, i.now)
	if err != nil {
		return nil, err
	}
	if (i.mode == "dh" || i.mode == "dhhmac") && len(o.Keys) > 0 {
		if err := i.agreeAgain(in.Offer, &in.Fixed); err != nil {
			return nil, err
		}
	}
	o.Algorithms = in.Offer.algorithms(i.algorithms)
	message, pending, err := i.Update(s.Session, o)
	if err != nil {
		return nil, err
	}
	return p.started(&exchange{pending: pending, initiator: i, session: name}, message)
}

func (p *Peer) complete(request []byte) (any, error) {
	var in struct {
		Exchange string     `json:"exchange"`
		Message  []byte     `json:"message"`
		Now      *time.Time `json:"now"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	e := p.exchanges[in.Exchange]
	if e == nil {
		return nil, stateError("there is no exchange %q", in.Exchange)
	}
	if in.Message == nil {
		return nil, errNoMessage
	}
	s, err := e.pending.Finish(in.Message)
	if err != nil {
		return nil, err
	}
	keys, err := p.finished(e, s)
	if err != nil {
		return nil, err
	}
	return struct {
		Keys *result `json:"keys"`
	}{keys}, nil
}

func (p *Peer) respond(request []byte) (any, error) {
	var in struct {
		Message     []byte      `json:"message"`
		Credentials credentials `json:"credentials"`
		Offer       offer       `json:"offer"`
		Fixed       fixed       `json:"fixed"`
		SSRCs       []hex32     `json:"ssrcs"`
		Now         *time.Time  `json:"now"`
		MaxSkew     *float64    `json:"max_skew_seconds"`
	}
	if err := unmarshal(request, &in); err != nil {
		return nil, err
	}
	if in.Message == nil {
		return nil, errNoMessage
	}
	c := &in.Credentials
	if err := c.check(); err != nil {
		return nil, err
	}
	cfg := c.config()
	cfg.Now = clock(in.Now)
	taken := &takenRequest{ReplayCache: p.replay}
	cfg.Replay, cfg.Bundles = taken, p.bundles
	// Suites drive both roles and count as they like; and a suite that starts a
	// CSB anew means it.
	cfg.AllowCounter, cfg.RestartCSB = true, true
	cfg.Rand = in.Fixed.reader(in.Fixed.EnvelopeKey)
	if in.Fixed.Rand != nil && !in.Offer.GroupMode && drawsRAND(in.Message) {
		cfg.Rand = in.Fixed.reader(in.Fixed.Rand, in.Fixed.EnvelopeKey)
	}
	if err := setSkew(cfg, in.MaxSkew); err != nil {
		return nil, err
	}
	modes, err := c.modes(&in.Offer, &in.Fixed)
	if err != nil {
		return nil, err
	}
	responder, err := mikey.NewResponder(cfg, modes...)
	if err != nil {
		return nil, err
	}
	mode := modeOf(in.Message)
	received, err := responder.Receive(in.Message)
	if err != nil {
		taken.commit()
		if c.lacksPSK {
			return nil, errNoPSK
		}
		return nil, err
	}
	a, err := in.Offer.answer(mode, &in.Fixed, received)
	if err != nil {
		return nil, err
	}
	a.SSRCs = open(received, a.CryptoSessions, in.SSRCs)
	answer, s, err := received.AcceptWith(a)
	if err != nil {
		return nil, err
	}
	taken.commit()
	name := p.nameOf(s)
	p.sessions[name] = &session{Session: s}
	keys, err := newResult(name, s)
	if err != nil {
		return nil, err
	}
	type peer struct {
		ID      *string   `json:"id"`
		IDHex   *hexBytes `json:"id_hex,omitempty"`
		Subject *string   `json:"subject"`
	}
	reply := struct {
		Mode   string  `json:"mode"`
		Answer *string `json:"answer"`
		Keys   *result `json:"keys"`
		Peer   peer    `json:"peer"`
	}{Mode: mode, Keys: keys}
	if answer != nil {
		text := base64.StdEncoding.EncodeToString(answer)
		reply.Answer = &text
	}
	if id := s.Peer(); !id.IsZero() {
		var d decodedPayload
		d.setID(id)
		reply.Peer.ID, reply.Peer.IDHex = d.ID, d.IDHex
	}
	if certs := s.PeerCertificates(); len(certs) > 0 {
		subject := certs[0].Subject.String()
		reply.Peer.Subject = &subject
	}
	return &reply, nil
}

// drawsRAND reports whether the responder makes the RAND: in RSA-R, where the
// initiator sends none. That of a group is part of the answer.
func drawsRAND(request []byte) bool {
	m, err := mikey.ParseMessage(request)
	if err != nil || m.Header.DataType != mikey.RSARInit {
		return false
	}
	_, sent := mikey.PayloadOf[*mikey.Rand](m)
	return !sent
}

// A takenRequest is the replay cache of one request. What it is to remember waits
// until the request is answered: one that is authentic and cannot be answered as
// asked may come again.
type takenRequest struct {
	mikey.ReplayCache
	entries []mikey.ReplayEntry
}

func (t *takenRequest) Record(e mikey.ReplayEntry) error {
	t.entries = append(t.entries, e)
	return t.Check(e)
}

func (t *takenRequest) commit() {
	for _, e := range t.entries {
		_ = t.ReplayCache.Record(e) // whether it was there, Check has told
	}
}

// answer returns what the responder decides.
func (o *offer) answer(mode string, f *fixed, r *mikey.Received) (mikey.Answer, error) {
	var a mikey.Answer
	if mode != "rsa-r" {
		return a, nil
	}
	var err error
	if a.Policies, err = o.policies(); err != nil {
		return a, err
	}
	if a.Keys, err = o.keys(f); err != nil {
		return a, err
	}
	if len(a.Keys) == 0 && f.TGK != nil {
		a.Keys = []mikey.KeyData{{KeyType: mikey.TGK, Key: *f.TGK}}
	}
	a.Cache = mikey.CacheType(o.Cache)
	a.Algorithms = o.algorithms(mikey.Algorithms128)
	if !o.GroupMode {
		// Those of the request stand; an initiator that knows of none leaves
		// them to the responder.
		if len(r.CryptoSessions()) == 0 {
			a.CryptoSessions = cryptoSessions(o.CryptoSessions)
		}
		return a, nil
	}
	a.CryptoSessions = cryptoSessions(o.CryptoSessions)
	if a.Group, err = f.group(); err == nil && a.Group == nil {
		a.Group, err = randomGroup()
	}
	return a, err
}

// setSkew sets how far the timestamp may be off; -1 is no check.
func setSkew(cfg *mikey.Config, seconds *float64) error {
	const most = 100 * 366 * 24 * 3600
	switch {
	case seconds == nil:
	case *seconds == -1:
		cfg.InsecureIgnoreSkew = true
	case *seconds < 0:
		return usageError("max_skew_seconds is negative, but not -1")
	default:
		// Zero would mean the default.
		cfg.MaxSkew = max(1, time.Duration(min(*seconds, most)*float64(time.Second)))
	}
	return nil
}

// open returns as many SSRCs as there are crypto sessions without one: those of
// the message and those that the responder adds.
func open(r *mikey.Received, added []mikey.CryptoSession, ssrcs []hex32) []uint32 {
	var out []uint32
	for _, cs := range append(r.CryptoSessions(), added...) {
		if cs.SSRC == 0 && len(out) < len(ssrcs) {
			out = append(out, uint32(ssrcs[len(out)]))
		}
	}
	return out
}

// nameOf returns the name of a responder's session: that of its CSB, if it has
// one already.
func (p *Peer) nameOf(s *mikey.Session) string {
	for name, old := range p.sessions {
		if old.initiator == nil && old.CSBID() == s.CSBID() && old.Peer() == s.Peer() {
			return name
		}
	}
	return p.newSessionName()
}

func stateError(format string, args ...any) error {
	return &mikey.Error{Stage: mikey.State, Err: fmt.Errorf(format, args...)}
}

// result is what a session agreed on.
type result struct {
	Session        string          `json:"session"`
	CSBID          hex32           `json:"csb_id"`
	CryptoSessions []sessionResult `json:"crypto_sessions"`
}

type sessionResult struct {
	CSID   int       `json:"cs_id"`
	Policy uint8     `json:"policy"`
	SSRC   hex32     `json:"ssrc"`
	ROC    uint32    `json:"roc"`
	TEK    hexBytes  `json:"tek"`
	Salt   hexBytes  `json:"salt"`
	MKI    *hexBytes `json:"mki,omitempty"`
	KV     validity  `json:"kv"`
	SRTP   *srtpKeys `json:"srtp,omitempty"`
}

type srtpKeys struct {
	Suite      string   `json:"suite"`
	MasterKey  hexBytes `json:"master_key"`
	MasterSalt hexBytes `json:"master_salt"`
}

func newResult(name string, s *mikey.Session) (*result, error) {
	r := &result{Session: name, CSBID: hex32(s.CSBID()), CryptoSessions: []sessionResult{}}
	for i, cs := range s.CryptoSessions() {
		policy, err := s.Policy(uint8(i + 1))
		if err != nil {
			return nil, err
		}
		keys, err := s.MasterKeys(uint8(i + 1))
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			entry := sessionResult{
				CSID: i + 1, Policy: cs.Policy, SSRC: hex32(cs.SSRC), ROC: cs.ROC,
				TEK: k.Key, Salt: k.Salt, KV: newValidity(k.Validity),
			}
			if k.Validity.Type == mikey.KVSPI {
				entry.MKI = octets(k.Validity.SPI)
			}
			if suite := policy.Suite(); suite != mikey.NoSuite {
				entry.SRTP = &srtpKeys{suite.String(), k.Key, k.Salt}
			}
			r.CryptoSessions = append(r.CryptoSessions, entry)
		}
	}
	return r, nil
}
