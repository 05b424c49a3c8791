package sdes

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// again runs an offer and its answer in a session.
func again(t *testing.T, o *Offer, bob *Session, local Medium, c *Config) (sa, sb *Session) {
	t.Helper()
	answer, sb, err := bob.Answer(o.Medium(), local, c)
	if err != nil {
		t.Fatal(err)
	}
	sa = mustApply(t, o, answer)
	crosswise(t, sa, sb)
	return sa, sb
}

func contextsOf(a, b *Session) [4]Context {
	return [4]Context{a.Send.Context, a.Receive.Context, b.Send.Context, b.Receive.Context}
}

func TestR4568_031_032_Modify(t *testing.T) {
	alice1, alice2 := Medium{Address: "192.0.2.1:4000"}, Medium{Address: "192.0.2.1:4002"}
	bob1, bob2 := Medium{Address: "198.51.100.7:4000"}, Medium{Address: "198.51.100.8:4000"}
	c := one()
	c.MKILength = 1
	a, b := exchange(t, c, c, alice1, bob1)

	for name, test := range map[string]struct {
		offer func(*Session) (*Offer, error)
		bob   Medium
		want  [4]Context // of a.Send, a.Receive, b.Send, b.Receive
	}{
		"nothing changes":  {func(s *Session) (*Offer, error) { return s.Reoffer(alice1, c) }, bob1, [4]Context{Keep, Keep, Keep, Keep}},
		"Alice moves":      {func(s *Session) (*Offer, error) { return s.Reoffer(alice2, c) }, bob1, [4]Context{Start, Keep, Keep, Start}},
		"Bob moves":        {func(s *Session) (*Offer, error) { return s.Reoffer(alice1, c) }, bob2, [4]Context{Keep, Start, Start, Keep}},
		"both move":        {func(s *Session) (*Offer, error) { return s.Reoffer(alice2, c) }, bob2, [4]Context{Start, Start, Start, Start}},
		"Alice rekeys":     {func(s *Session) (*Offer, error) { return s.Rekey(alice1, c) }, bob1, [4]Context{Rekey, Keep, Keep, Rekey}},
		"rekey and move":   {func(s *Session) (*Offer, error) { return s.Rekey(alice2, c) }, bob1, [4]Context{Start, Keep, Keep, Start}},
		"Bob is the first": {nil, bob1, [4]Context{Keep, Rekey, Rekey, Keep}},
		"another suite": {func(s *Session) (*Offer, error) {
			return s.Rekey(alice1, &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_32}})
		}, bob1, [4]Context{Rekey, Rekey, Rekey, Rekey}},
	} {
		c2 := *c
		c2.Suites = Suites()
		var sa, sb *Session
		if test.offer == nil {
			o, err := b.Rekey(bob1, c)
			if err != nil {
				t.Fatal(err)
			}
			sb, sa = again(t, o, a, alice1, &c2)
		} else {
			o, err := test.offer(a)
			if err != nil {
				t.Fatal(err)
			}
			sa, sb = again(t, o, b, test.bob, &c2)
		}
		if got := contextsOf(sa, sb); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		// The keys change exactly where the context does.
		if sameMasterKeys(a.Send.Keys, sa.Send.Keys) != (test.want[0] == Keep) ||
			sameMasterKeys(a.Receive.Keys, sa.Receive.Keys) != (test.want[1] == Keep) {
			t.Errorf("%s: wrong keys", name)
		}
		if test.want[0] == Rekey && sa.Suite == a.Suite && bytes.Equal(a.Send.Keys[0].Validity.SPI, sa.Send.Keys[0].Validity.SPI) {
			t.Errorf("%s: old and new key have one MKI", name)
		}
	}

	// A new offer that is rejected leaves the session as it was.
	before := a.Send.Keys[0].Key
	o, err := a.Rekey(alice2, c)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := o.ApplyAnswer(Medium{Rejected: true}); s != nil || !errors.Is(err, ErrRejected) {
		t.Error(s, err)
	}
	if !bytes.Equal(a.Send.Keys[0].Key, before) {
		t.Error("the session changed")
	}
	if _, err := a.Reoffer(Medium{Address: alice1.Address, Rejected: true}, c); !errors.Is(err, ErrRejected) {
		t.Error(err)
	}
	if _, err := a.Reoffer(Medium{Address: alice1.Address, Profile: "RTP/AVP"}, c); !errors.Is(err, ErrTransport) {
		t.Error(err)
	}
	if _, err := a.Reoffer(alice1, &Config{Keys: 2}); err == nil {
		t.Error("a configuration that cannot be")
	}
}

// TestR4568_031_MovedWithOldKey: peers that break the rules for new offers.
func TestR4568_031_MovedWithOldKey(t *testing.T) {
	alice, bob := Medium{Address: "192.0.2.1:4000"}, Medium{Address: "198.51.100.7:4000"}
	c := &Config{Suites: []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32}, AcceptKDR: true, AcceptUnencryptedSRTCP: true}
	a, b := exchange(t, c, c, alice, bob)
	old := a.local // what Alice sends with

	refused := func(name string, change func(m *Medium, x *Attribute)) {
		t.Helper()
		m, x := alice, old.clone()
		change(&m, &x)
		value, err := x.Value()
		if err != nil {
			t.Fatal(err)
		}
		m.Crypto = []string{value}
		if answer, s, err := b.Answer(m, bob, c); !errors.Is(err, ErrInvalid) || s != nil || !answer.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("moved", func(m *Medium, _ *Attribute) { m.Address = "192.0.2.9:4000" })
	refused("other suite", func(_ *Medium, x *Attribute) { x.Suite = mikey.AES_CM_128_HMAC_SHA1_32 })
	refused("other KDR", func(_ *Medium, x *Attribute) { x.Params.KDR = 5 })
	refused("other negotiated parameter", func(_ *Medium, x *Attribute) { x.Params.UnencryptedSRTCP = true })
	refused("key of Bob", func(_ *Medium, x *Attribute) { x.Keys = cloneKeys(b.local.Keys) })
	refused("old key for FEC", func(m *Medium, x *Attribute) {
		x.Params.FECKeys, m.FECAddress = x.Keys, "192.0.2.1:4002"
		x.Keys = cloneKeys(x.Keys)
		x.Keys[0].Master = bytes.Repeat([]byte{1}, 16)
	})

	// The same by an answerer.
	o, err := a.Reoffer(alice, c)
	if err != nil {
		t.Fatal(err)
	}
	value, err := b.local.Value()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.ApplyAnswer(Medium{Address: "198.51.100.9:4000", Crypto: []string{value}}); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	if s := mustApply(t, o, Medium{Address: bob.Address, Crypto: []string{value}}); s.Receive.Context != Keep {
		t.Error(s)
	}
}

func TestFECMoves(t *testing.T) {
	alice, bob := Medium{Address: "a", FECAddress: "a2"}, Medium{Address: "b"}
	a, b := exchange(t, one(), one(), alice, bob)
	o, err := a.Reoffer(alice, one())
	if err != nil {
		t.Fatal(err)
	}
	sa, _ := again(t, o, b, bob, one())
	if sa.Send.Context != Keep || sa.Send.FECContext != Keep {
		t.Error(sa)
	}
	if o, err = a.Reoffer(Medium{Address: "a", FECAddress: "a3"}, one()); err != nil {
		t.Fatal(err)
	}
	sa, sb := again(t, o, b, bob, one())
	if sa.Send.Context != Rekey || sa.Send.FECContext != Start || sb.Receive.FECContext != Start {
		t.Error(sa, sb)
	}
}

// TestMKIWraps: MKIs of new keys differ from those in use.
func TestMKIWraps(t *testing.T) {
	c := one()
	c.MKILength, c.Keys = 1, MaxKeys
	a, b := exchange(t, c, c, Medium{}, Medium{})
	for range 50 {
		o, err := a.Rekey(Medium{}, c)
		if err != nil {
			t.Fatal(err)
		}
		before := a
		a, b = again(t, o, b, Medium{}, c)
		for _, x := range before.Send.Keys {
			for _, y := range a.Send.Keys {
				if bytes.Equal(x.Validity.SPI, y.Validity.SPI) {
					t.Fatalf("MKI %x is used again", x.Validity.SPI)
				}
			}
		}
	}
}

// TestForking: several answers to one offer (RFC 4568, Section 7.3).
func TestForking(t *testing.T) {
	o := mustOffer(t, Medium{Address: "a"}, nil)
	answer1, bob := mustAnswer(t, o.Medium(), Medium{Address: "b"}, nil)
	answer2, carol := mustAnswer(t, o.Medium(), Medium{Address: "c"}, one())
	first, second, repeated := mustApply(t, o, answer1), mustApply(t, o, answer2), mustApply(t, o, answer1)
	crosswise(t, first, bob)
	crosswise(t, second, carol)
	if first.Forked || !second.Forked || repeated.Forked {
		t.Error(first.Forked, second.Forked, repeated.Forked)
	}
	// Nobody but Carol knows the keys of the next offer.
	next, err := second.Rekey(Medium{Address: "a2"}, one())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := again(t, next, carol, Medium{Address: "c"}, one())
	if s.Forked || s.Send.Context != Start || sameMasterKeys(s.Send.Keys, first.Send.Keys) {
		t.Error(s)
	}
}

// TestRFCOfferAnswer is the exchange of RFC 4568, Section 7.1.5.
func TestRFCOfferAnswer(t *testing.T) {
	offered := []string{
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey1 + "|2^20|1:4 FEC_ORDER=FEC_SRTP",
		"2 F8_128_HMAC_SHA1_80 inline:" + rfcKey2 + "|2^20|1:4; inline:" + rfcKey3 + "|2^20|2:4 FEC_ORDER=FEC_SRTP",
	}
	sam := Medium{Profile: "RTP/SAVP", Address: "168.2.17.12:49170", Crypto: offered}
	jill := Medium{Profile: "RTP/SAVP", Address: "168.2.17.11:32640"}

	// Jill's side, whose key is the random source.
	c := &Config{Suites: Suites(), MKILength: 4, Lifetime: PowerOfTwo(20)}
	parsed := mustParse(t, "1 AES_CM_128_HMAC_SHA1_80 inline:"+rfcKey)
	c.Rand = bytes.NewReader(append(bytes.Clone(parsed.Keys[0].Master), parsed.Keys[0].Salt...))
	answer, s := mustAnswer(t, sam, jill, c)
	want := "1 AES_CM_128_HMAC_SHA1_80 inline:" + rfcKey + "|2^20|1:4"
	if answer.Crypto[0] != want {
		t.Errorf("%s\nwant %s", answer.Crypto[0], want)
	}
	if s.Receive.FECOrder != FECThenSRTP || s.Receive.Limits[0] != (Limit{1 << 20, 1 << 20}) {
		t.Error(s)
	}

	// Sam's side.
	attributes := []Attribute{mustParse(t, offered[0]), mustParse(t, offered[1])}
	o, err := newOffer(sam, Config{}, attributes, nil)
	if err != nil {
		t.Fatal(err)
	}
	sams := mustApply(t, o, answer)
	crosswise(t, sams, s)

	// If F8 is selected there are two keys.
	c.Rand, c.Suites = nil, []mikey.Suite{mikey.F8_128_HMAC_SHA1_80}
	answer, s = mustAnswer(t, sam, jill, c)
	if len(s.Receive.Keys) != 2 || s.Receive.Keys[1].Validity.SPI[3] != 2 || !strings.HasPrefix(answer.Crypto[0], "2 F8_128_HMAC_SHA1_80 ") {
		t.Error(s)
	}
	crosswise(t, mustApply(t, o, answer), s)
}

func TestStrings(t *testing.T) {
	for want, v := range map[string]interface{ String() string }{
		"start": Start, "keep": Keep, "rekey": Rekey, "Context(9)": Context(9),
		"none": NoFECOrder, "FEC_SRTP": FECThenSRTP, "SRTP_FEC": SRTPThenFEC, "FECOrder(9)": FECOrder(9),
	} {
		if v.String() != want {
			t.Errorf("%s, want %s", v, want)
		}
	}
	many := &NoMatchError{}
	for i := range 30 {
		many.Reasons = append(many.Reasons, &AttributeError{Index: i, Tag: uint32(i), Err: ErrPolicy})
	}
	if text := many.Error(); len(text) > 500 || !strings.Contains(text, "and 26 more") {
		t.Error(text)
	}
}
