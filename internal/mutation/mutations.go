package main

// A mutation replaces one piece of the text of a file.
type mutation struct {
	name, file string // file: slash-separated, from the root of the module
	old, new   string
}

// mutations are mistakes that somebody could make, or has made.
var mutations = []mutation{
	// Key derivation.
	{
		"PRF: an empty block behind a full last one", "internal/prf/prf.go",
		"	for len(inkey) > 0 {\n",
		"	if len(inkey)%blockLen == 0 {\n		defer func() { p.macs = append(p.macs, hmac.New(h, nil)) }()\n	}\n	for len(inkey) > 0 {\n",
	},
	{
		"PRF: the last short block is left out", "internal/prf/prf.go",
		"	for len(inkey) > 0 {\n", "	for len(inkey) >= min(blockLen, 17) {\n",
	},
	{
		"PRF: blocks of 160 bits", "internal/prf/prf.go",
		"const blockLen = 32", "const blockLen = 20",
	},
	{
		"PRF: blocks follow each other instead of being XORed", "internal/prf/prf.go",
		"n := subtle.XORBytes(outkey, outkey, block)", "n := subtle.XORBytes(outkey, block, make([]byte, len(block)))",
	},
	{
		"PRF: A_i is not fed back", "internal/prf/prf.go",
		"a = mac.Sum(p.a[:0])", "_ = mac.Sum(p.a[:0])",
	},
	{
		"PRF: the label is left out of the steps", "internal/prf/prf.go",
		"		mac.Write(a)\n		mac.Write(label)\n", "		mac.Write(a)\n",
	},
	{
		"PRF-HMAC-SHA-256: over SHA-1", "internal/prf/prf.go",
		"{ p.init(sha256.New, inkey) }", "{ _ = sha256.New; p.init(sha1.New, inkey) }",
	},
	{
		"label: csb_id before cs_id", "mikey/kdf.go",
		"	d.label[4] = csID\n", "	copy(d.label[4:8], d.label[5:9])\n	d.label[8] = csID\n",
	},
	{
		"label: RAND left out", "mikey/kdf.go",
		"	d.label = append(d.label, rand...)\n", "",
	},
	{
		"label: salt constant for the TEK", "mikey/draft.go",
		"tgk.derive(salt, LabelSalt, uint8(cs+1))", "tgk.derive(salt, LabelTEK, uint8(cs+1))",
	},
	{
		"label: crypto sessions counted from 0", "mikey/draft.go",
		"			tgk.derive(key, LabelTEK, uint8(cs+1))\n			tgk.derive(salt, LabelSalt, uint8(cs+1))\n",
		"			tgk.derive(key, LabelTEK, uint8(cs))\n			tgk.derive(salt, LabelSalt, uint8(cs))\n",
	},
	{
		"label: message keys with cs_id 0", "mikey/kdf.go",
		"const CSIDMIKEY = 0xFF", "const CSIDMIKEY = 0",
	},
	{
		"keys: a salt that came with the TGK is derived anyway", "mikey/draft.go",
		"			tgk.derive(key, LabelTEK, uint8(cs+1))\n			copy(salt, k.Salt)\n",
		"			tgk.derive(key, LabelTEK, uint8(cs+1))\n			tgk.derive(salt, LabelSalt, uint8(cs+1))\n",
	},
	{
		"keys: only the first of several is used", "mikey/draft.go",
		"s.master[cs*len(s.keys)+i] = MasterKey{key, salt, k.Validity}",
		"s.master[cs*len(s.keys)+i] = MasterKey{key, salt, s.keys[0].Validity}",
	},
	{
		"keys: a salt of the wrong length is taken", "mikey/draft.go",
		"	case TGKSalt:\n		if len(k.Salt) != saltLen {", "	case TGKSalt:\n		if false {",
	},
	{
		"keys: a RAND of 15 octets is enough", "mikey/draft.go",
		"const minRAND = 16",
		"const minRAND = 15",
	},
	{
		"keys: two with one SPI are taken", "mikey/draft.go",
		"			if keys[j].Validity.Type == KVSPI && string(",
		"			if false && string(",
	},
	{
		"keys: a TGK is not for two streams with one SSRC", "mikey/draft.go",
		"	if k.KeyType != TEK && k.KeyType != TEKSalt {",
		"	if false {",
	},
	{
		"modp: private values are cut to 32 octets", "internal/modp/modp.go",
		"	return bigmod.NewNat().Exp(g.generator, private, g.modulus).Bytes(g.modulus)",
		"	return bigmod.NewNat().Exp(g.generator, private[max(0, len(private)-32):], g.modulus).Bytes(g.modulus)",
	},

	// What protects messages.
	{
		"PSK: the MAC is not verified", "mikey/mode_psk.go",
		"if !state.verify(covered, nil, k.MAC) {", "if _ = state.verify(covered, nil, k.MAC); false {",
	},
	{
		"PSK: the MAC covers all but the MAC algorithm", "mikey/mode_psk.go",
		"len(m.raw)-len(m.Trailing)-len(k.MAC)]", "len(m.raw)-len(m.Trailing)-len(k.MAC)-1]",
	},
	{
		"PSK: NULL authentication is taken", "mikey/mode_psk.go",
		"	if k.MACAlg == MACNULL {", "	if false {",
	},
	{
		"PSK: NULL encryption is taken", "mikey/mode_psk.go",
		"	if k.EncrAlg == EncrNULL {", "	if false {",
	},
	{
		"V: identities swapped", "mikey/mode.go",
		"	b = append(b, x.IDi.Value...)\n	b = append(b, x.IDr.Value...)\n", "	b = append(b, x.IDr.Value...)\n	b = append(b, x.IDi.Value...)\n",
	},
	{
		"V: identities left out", "mikey/mode.go",
		"	b = append(b, x.IDi.Value...)\n	b = append(b, x.IDr.Value...)\n", "",
	},
	{
		"V: timestamp left out", "mikey/mode.go",
		"return x.Timestamp.appendValue(b)", "return b",
	},
	{
		"V: not verified", "mikey/protection.go",
		"	if !ok {\n		return refuse(AuthFailure, \"the verification MAC", "	if false {\n		return refuse(AuthFailure, \"the verification MAC",
	},
	{
		"AES-CM: the CSB ID is left out of the IV", "mikey/protection.go",
		"	binary.BigEndian.PutUint32(iv[2:6], x.CSBID)\n", "",
	},
	{
		"AES-CM: T two octets too early in the IV", "mikey/protection.go",
		"binary.BigEndian.PutUint64(iv[6:14], x.Timestamp.uint64())", "binary.BigEndian.PutUint64(iv[4:12], x.Timestamp.uint64())",
	},
	{
		"AES-CM: a COUNTER padded on the right", "mikey/payload_t.go",
		"	if t.TSType == TSNTPUTC32 {\n		return t.Value << 32\n", "	if t.TSType == TSNTPUTC32 || t.TSType == TSCounter {\n		return t.Value << 32\n",
	},
	{
		"AES-KW: the initial value of RFC 3394", "internal/keywrap/keywrap.go",
		"	copy(a, iv[:])\n", "	copy(a, \"\\xa6\\xa6\\xa6\\xa6\\xa6\\xa6\\xa6\\xa6\")\n",
	},
	{
		"AES-KW: the initial value is not compared", "internal/keywrap/keywrap.go",
		"if subtle.ConstantTimeCompare(a[:], iv[:]) != 1 {", "if subtle.ConstantTimeCompare(a[:], iv[:]) > 1 {",
	},
	{
		"auth_key: 160 bits for HMAC-SHA-256", "mikey/protection.go",
		"keys.auth = keys.buf[32 : 32+authLen]", "keys.auth = keys.buf[32 : 32+min(authLen, 20)]",
	},
	{
		"KEMAC: the MAC covers the next-payload octet of the wire", "mikey/envelope.go",
		"out, err := k.appendTo(nil, LastPayload)", "out, err := k.appendTo(nil, PKEPayload)",
	},
	{
		"KEMAC: not authenticated in the modes with certificates", "mikey/envelope.go",
		"if !state.verify(covered, nil, k.MAC) {", "if _ = state.verify(covered, nil, k.MAC); false {",
	},
	{
		"public key: the encrypted identity is not compared", "mikey/envelope.go",
		"	case *inner != known:", "	case false:",
	},
	{
		"public key: a PKE that does not decrypt is told apart", "mikey/envelope.go",
		"	if err != nil || len(secret) == 0 {\n		return substitute, nil\n",
		"	if err != nil || len(secret) == 0 {\n		return nil, refuseWith(Malformed, ErrorUnspecified, \"the PKE does not decrypt\")\n",
	},
	{
		"envelope: the cached key is forgotten", "mikey/bundle.go",
		"	if s.envelope != nil {\n", "	if false {\n",
	},
	{
		"signature: not verified", "mikey/signature.go",
		"		if verifySignature(key, s, message) {", "		if _ = verifySignature(key, s, message); true {",
	},
	{
		"signature: S type and length are not covered", "mikey/signature.go",
		"	covered := [][]byte{field}\n", "	covered := [][]byte{payload}\n",
	},
	{
		"signature: RSA-R's second coverage is refused", "mikey/signature.go",
		"covered = [][]byte{payload, field}", "covered = [][]byte{payload}",
	},
	{
		"signature: RSA-R covers no identities", "mikey/mode_rsar.go",
		"x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDr, x.verificationInput(nil), true)",
		"x.PeerCertificates, err = m.x509.authenticate(x, msg, x.IDr, nil, true)",
	},
	{
		"signature: SHA-1 is taken", "mikey/signature.go",
		"			if !c.InsecureSHA1 {", "			if false {",
	},
	{
		"certificate: validity is not looked at", "mikey/x509.go",
		"	case now.After(leaf.NotAfter):\n		return bad(", "	case false:\n		return bad(",
	},
	{
		"certificate: the chain is not verified", "mikey/x509.go",
		"	if c.Roots != nil {\n		intermediates", "	if c.Roots != nil && len(chain) > 9 {\n		intermediates",
	},
	{
		"certificate: the identity is not compared", "mikey/x509.go",
		"	return chain, c.verifyIdentity(chain, id)", "	return chain, nil",
	},
	{
		"certificate: weak RSA keys are taken", "mikey/x509.go",
		"	least := 2048\n", "	least := 512\n",
	},
	{
		"MAC: the first 10 octets are compared", "mikey/protection.go",
		"	return hmac.Equal(s.sum(nil, message, of), mac)\n",
		"	sum := s.sum(nil, message, of)\n	n := min(len(sum), len(mac), 10)\n	return hmac.Equal(sum[:n], mac[:n])\n",
	},
	{
		"MAC: another algorithm than that of the request is taken", "mikey/protection.go",
		"	if k.MACAlg != m.state.macAlg {",
		"	if false {",
	},
	{
		"V: another algorithm than that of the request is taken", "mikey/protection.go",
		"	if v.AuthAlg != s.macAlg {",
		"	if false {",
	},
	{
		"envelope: one that an update brings is not cached", "mikey/bundle.go",
		"	b.current = s\n	b.cache(s)\n	return nil",
		"	b.current = s\n	return nil",
	},
	{
		"envelope: the identity alone is not compared with the certificate", "mikey/envelope.go",
		"		if matchName(*inner, x.PeerCertificates[0]) != nil {",
		"		if false {",
	},
	{
		"envelope: a cached key does not keep public-key updates out", "mikey/responder.go",
		"	case envelope != nil:\n",
		"	case false:\n",
	},
	{
		"certificate: the last second of validity does not count", "mikey/x509.go",
		"	case now.After(leaf.NotAfter):\n		return bad(",
		"	case !now.Before(leaf.NotAfter):\n		return bad(",
	},
	{
		"certificate: usage is not looked at", "mikey/x509.go",
		"	case leaf.KeyUsage != 0 && leaf.KeyUsage&(",
		"	case false && leaf.KeyUsage&(",
	},
	{
		"certificate: names in any case", "mikey/x509.go",
		"			if name.String() == id.Value {",
		"			if strings.EqualFold(name.String(), id.Value) {",
	},

	// Diffie-Hellman.
	{
		"DH: 1 is taken as a value", "internal/modp/modp.go",
		"y.IsZero()|y.IsOne()|y.IsMinusOne(g.modulus) != 0", "y.IsZero()|y.IsMinusOne(g.modulus) != 0",
	},
	{
		"DH: p-1 is taken as a value", "internal/modp/modp.go",
		"y.IsZero()|y.IsOne()|y.IsMinusOne(g.modulus) != 0", "y.IsZero()|y.IsOne() != 0",
	},
	{
		"DH: generator 3", "internal/modp/modp.go",
		"two[len(two)-1] = 2", "two[len(two)-1] = 3",
	},
	{
		"DH: leading zeros of the secret are stripped", "internal/modp/modp.go",
		"	return bigmod.NewNat().Exp(y, private, g.modulus).Bytes(g.modulus), nil\n",
		"	secret := bigmod.NewNat().Exp(y, private, g.modulus).Bytes(g.modulus)\n	for len(secret) > 0 && secret[0] == 0 {\n		secret = secret[1:]\n	}\n	return secret, nil\n",
	},
	{
		"DH: groups 1 and 2 swapped", "internal/modp/modp.go",
		"	case 1:\n		return Oakley1\n	case 2:\n		return Oakley2\n", "	case 1:\n		return Oakley2\n	case 2:\n		return Oakley1\n",
	},
	{
		"DH: the echo of DHi is not compared", "mikey/agreement.go",
		"if dhi.Group != a.own.Group || !bytes.Equal(dhi.Value, a.own.Value) || !dhi.Validity.equal(a.own.Validity) {",
		"if !bytes.Equal(dhi.Value, dhi.Value) {",
	},
	{
		"DH: DHi before DHr", "mikey/agreement.go",
		"return []Payload{a.own, dhValues(x.Request)[0]}", "return []Payload{dhValues(x.Request)[0], a.own}",
	},
	{
		"DH: IDi of the answer is not compared", "mikey/agreement.go",
		"if last := *ids[len(ids)-1]; !x.IDi.IsZero() && last != x.IDi {", "if last := *ids[len(ids)-1]; false && last != x.IDi {",
	},
	{
		"DH: differing validities are taken", "mikey/agreement.go",
		"	case a.equal(b):\n", "	case a.equal(b) || a.Type == b.Type:\n",
	},
	{
		"DHHMAC: the value before the MAC", "dhhmac/dhhmac.go",
		"	if err := mac.VerifyKEMAC(x.Request); err != nil {\n		return err\n	}\n	x.Authentic = true\n",
		"	if _, err := mikey.RespondAgreement(x, m.groups); err != nil {\n		return err\n	}\n	if err := mac.VerifyKEMAC(x.Request); err != nil {\n		return err\n	}\n	x.Authentic = true\n",
	},
	{
		"DHHMAC: the MAC of the answer is not verified", "dhhmac/dhhmac.go",
		"	if err := e.mac.VerifyKEMAC(x.Response); err != nil {\n		return err\n	}\n", "",
	},
	{
		"DHHMAC: encrypted data is taken", "dhhmac/dhhmac.go",
		"	if len(k.EncrData) > 0 {", "	if false {",
	},
	{
		"X25519: the secret of a small-order value is taken", "ecdh/montgomery.go",
		"	ok := x25519.Shared(secret, &k.private, &public)\n	if !ok || isZero(secret[:]) {", "	ok := x25519.Shared(secret, &k.private, &public)\n	if false && ok {",
	},
	{
		"DH: a group other than that of DHi is taken", "mikey/agreement.go",
		"	if dhr.Group != a.own.Group {",
		"	if false {",
	},
	{
		"DH: validity of DHr alone is dropped", "mikey/agreement.go",
		"	case a.Type == KVNull:\n		return b, nil\n",
		"	case a.Type == KVNull:\n		return a, nil\n",
	},
	{
		"DH: values in an answer that nobody asked for are taken", "mikey/agreement.go",
		"		if len(values) > 0 {\n",
		"		if false {\n",
	},

	// State.
	{
		"replay: requests are not remembered", "mikey/replay.go",
		"	c.seen[e.Digest] = struct{}{}\n", "",
	},
	{
		"replay: messages are remembered before they are verified", "mikey/responder.go",
		"	entry.Digest = sha256.Sum256(octets)\n	return entry, replayError(r.cfg.Replay.Check(entry))",
		"	entry.Digest = sha256.Sum256(octets)\n	err := replayError(r.cfg.Replay.Record(entry))\n	entry.Digest[0]++\n	return entry, err",
	},
	{
		"skew: not checked", "mikey/responder.go",
		"skew > r.cfg.MaxSkew {", "skew > 9999*r.cfg.MaxSkew {",
	},
	{
		"skew: messages from the future are taken", "mikey/responder.go",
		"if skew := now.Sub(tm).Abs(); skew", "if skew := now.Sub(tm); skew",
	},
	{
		"identity: messages for somebody else are taken", "mikey/responder.go",
		"	if !own.IsZero() && x.IDr != own {", "	if false {",
	},
	{
		"identity: messages from somebody else are taken", "mikey/responder.go",
		"	if !r.cfg.Peer.IsZero() && x.IDi != r.cfg.Peer {", "	if false {",
	},
	{
		"answer: the timestamp is not compared", "mikey/pending.go",
		"if *ts != x.Timestamp && !x.Config.Libmikey.AcceptT {", "if *ts != *ts {",
	},
	{
		"answer: the CSB ID is not compared", "mikey/pending.go",
		"	if h.CSBID != x.CSBID {\n		return nil, refuse(State, \"the message", "	if false {\n		return nil, refuse(State, \"the message",
	},
	{
		"answer: crypto sessions may change", "mikey/pending.go",
		"	if cs != want {", "	if false {",
	},
	{
		"answer: an exchange ends twice", "mikey/pending.go",
		"	p.done = true\n	wipeKeys(x.Keys) // the session has copies\n	clear(x.EnvelopeKey)\n	p.x.State = nil\n", "",
	},
	{
		"update: the timestamp need not grow", "mikey/bundle.go",
		"return ts.isClock() == last.isClock() && ts.order() > last.order()", "return true",
	},
	{
		"update: without keys, the old ones are gone", "mikey/draft.go",
		"		keys = d.before.keys // the old ones stay in force (RFC 3830, Section 4.5)\n", "		keys = d.before.keys[:0]\n",
	},
	{
		"error: unprotected messages end the exchange", "mikey/pending.go",
		"	if h.DataType == ErrorMessage {\n		return nil, p.openError(x, m)", "	if h.DataType == ErrorMessage {\n		p.done = true\n		return nil, p.openError(x, m)",
	},
	{
		"error: the timestamp of the request is not repeated", "mikey/responder.go",
		"	x.Timestamp = *ts\n	x.CSBID, x.PRF", "	x.Timestamp = ts.next()\n	x.CSBID, x.PRF",
	},
	{
		"RSA-R: a second RAND is taken", "mikey/mode_rsar.go",
		"case sent && hasRAND && !x.Config.Libmikey.AcceptRAND:", "case false:",
	},
	{
		"RSA-R: the CSB ID of the header for the keys of a group", "mikey/mode_rsar.go",
		"x.KeyCSBID, x.RAND = binary.BigEndian.Uint32(e.Data), rnd.Value", "x.RAND = rnd.Value",
	},
	{
		"RSA-R: policies that were not offered are taken", "mikey/pending.go",
		"		if !offered {", "		if false && !offered {",
	},
	{
		"skew: a message at its limit is too old", "mikey/responder.go",
		"skew > r.cfg.MaxSkew {",
		"skew >= r.cfg.MaxSkew {",
	},
	{
		"identity: the type is not compared", "mikey/responder.go",
		"	if !own.IsZero() && x.IDr != own {",
		"	if !own.IsZero() && x.IDr.Value != own.Value {",
	},
	{
		"answer: refused with the V flag", "mikey/pending.go",
		"	// V has no meaning in an answer (RFC 3830, Section 6.1).\n",
		"	if h.V {\n		return nil, refuse(Malformed, \"the answer asks for an answer\")\n	}\n",
	},
	{
		"answer: PRF is not compared", "mikey/pending.go",
		"	if h.PRF != x.PRF {",
		"	if false {",
	},
	{
		"answer: SSRCs that are not 0 are replaced", "mikey/received.go",
		"		if filled[i].SSRC == 0 && len(ssrcs) > 0 {",
		"		if len(ssrcs) > 0 {",
	},
	{
		"answer: a wrong one leaves its IDr", "mikey/pending.go",
		"	x := *p.x // so that a wrong answer leaves no trace\n",
		"	x := *p.x\n	defer func() { p.x.IDr = x.IDr }()\n",
	},
	{
		"update: without a MAC where the transport protects messages", "mikey/responder.go",
		"	if s.authentic && !x.Request.authenticated() {",
		"	if false {",
	},
	{
		"update: T is used again before the answer", "mikey/bundle.go",
		"	b.last = ts\n	return ts, nil",
		"	return ts, nil",
	},
	{
		"update: the COUNTER starts again", "mikey/bundle.go",
		"	if !laterThan(ts, b.last) {\n		return ts, refuse(State, \"the counter",
		"	if false {\n		return ts, refuse(State, \"the counter",
	},
	{
		"update: policies that it does not repeat are gone", "mikey/draft.go",
		"		if !replaced {",
		"		if false && !replaced {",
	},
	{
		"update: of the wrong peer's CSB", "mikey/bundle.go",
		"		if b.peer == peer {",
		"		if b.peer == peer || len(t.byID[key]) == 1 {",
	},
	{
		"error: V covers identities and T", "mikey/protection.go",
		"	return s.openV(m, nil)",
		"	return s.openV(m, &Exchange{Config: new(Config)})",
	},
	{
		"RSA-R: the RAND of the responder is not in the answer", "mikey/mode_rsar.go",
		"		front = append(front, &Rand{x.RAND})\n	}\n	x.Response",
		"		_ = front\n	}\n	x.Response",
	},
	{
		"RSA-R: a group that nobody asked to join", "mikey/mode_rsar.go",
		"		if !x.Offer.JoinGroup {",
		"		if false {",
	},
	{
		"replay: forgotten when the message expires at its limit", "mikey/replay.go",
		"	if _, seen := c.seen[e.Digest]; seen {",
		"	if _, seen := c.seen[e.Digest]; seen && !e.Now.Before(e.Expires.Add(-300*time.Second)) {",
	},

	// Codec.
	{
		"codec: octets behind the last payload are taken", "mikey/message.go",
		"if !d.TrailingZero || len(s) != 1 || s[0] != 0 || !m.unprotected() {", "if false {",
	},
	{
		"codec: doubled payloads are taken", "mikey/message.go",
		"		if !p.count(this) && !d.Repeats {", "		if p.count(this); false {",
	},
	{
		"codec: any version is taken", "mikey/header.go",
		"if len(*s) > 0 && (*s)[0] != Version {", "if false {",
	},
	{
		"codec: the PRF has 8 bits", "mikey/header.go",
		"h.PRF = PRFFunc(flags & 0x7f)", "h.PRF = PRFFunc(flags)",
	},
	{
		"codec: SSRC and ROC swapped", "mikey/header.go",
		"				SSRC:   binary.BigEndian.Uint32(e[1:5]),\n				ROC:    binary.BigEndian.Uint32(e[5:9]),\n",
		"				ROC:    binary.BigEndian.Uint32(e[1:5]),\n				SSRC:   binary.BigEndian.Uint32(e[5:9]),\n",
	},
	{
		"codec: key data outside of a KEMAC is taken", "mikey/message.go",
		"		err = ErrMisplaced\n	default:", "		err = unknownLayout(ErrorUnspecified)\n	default:",
	},
	{
		"key data: octets behind the last sub-payload are taken", "mikey/keydata.go",
		"	if len(s) > padding {", "	if false {",
	},
	{
		"NTP: an era too early", "mikey/payload_t.go",
		"	if seconds < eraSeconds/2 {\n", "	if false {\n",
	},
	{
		"key data: From and To swapped", "mikey/keydata.go",
		"		ok = s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.From)) &&\n			s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.To))",
		"		ok = s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.To)) &&\n			s.ReadUint8LengthPrefixed((*cryptobyte.String)(&v.From))",
	},
	{
		"key data: any octets are taken for the padding of key wrap", "mikey/keydata.go",
		"		if zero != 0 {",
		"		if false && zero != 0 {",
	},
	{
		"codec: a CS ID map of any type is taken", "mikey/responder.go",
		"	if h.MapType != MapSRTPID && h.MapType != MapEmpty {",
		"	if false {",
	},

	// Policies, SDES, SDP and SRTP.
	{
		"policy: SRTCP with a tag of 4 octets", "mikey/policy.go",
		"p.SRTCPTagLen = max(n, 10)", "p.SRTCPTagLen = n",
	},
	{
		"policy: salts of 14 octets with AES-GCM", "mikey/policy.go",
		"		p.SaltLen = 12\n", "",
	},
	{
		"policy: unknown parameters are ignored", "mikey/policy.go",
		"		return fmt.Errorf(\"parameter %d is unknown\", uint8(t))\n", "		return nil\n",
	},
	{
		"policy: any key derivation rate is taken", "mikey/policy.go",
		"			if b != 0 {\n				return", "			if b != b {\n				return",
	},
	{
		"policy: a key length in bits is taken", "mikey/policy.go",
		"return n == 16 || n == 24 || n == 32", "return n == 16 || n == 24 || n == 32 || n == 128",
	},
	{
		"SDES: lifetimes above 2^48 are taken", "sdes/lifetime.go",
		"n, ok := parseNumber(exponent, 48)", "n, ok := parseNumber(exponent, 63)",
	},
	{
		"SDES: one key twice in an attribute is taken", "sdes/key.go",
		"			if sameMaster(&keys[i], &keys[j]) {", "			if false {",
	},
	{
		"SDES: the answer may repeat a key of the offer", "sdes/key.go",
		"	for i := range a {\n		for j := range b {\n			if sameMaster(&a[i], &b[j]) {", "	for i := range a {\n		for j := range b {\n			if false && sameMaster(&a[i], &b[j]) {",
	},
	{
		"SDP: protocol identifiers in any case", "sdp/keymgmt.go",
		"	return KeyMgmt{Protocol: protocol, Data: data}, nil", "	return KeyMgmt{Protocol: strings.ToLower(protocol), Data: data}, nil",
	},
	{
		"SDP: pad bits may be set", "sdp/keymgmt.go",
		"encoding.Strict().DecodeString(text)", "encoding.DecodeString(text)",
	},
	{
		"SRTP: _32 and _80 swapped", "srtpbridge/bridge.go",
		"		mikey.AES_CM_128_HMAC_SHA1_80: srtp.ProtectionProfileAes128CmHmacSha1_80,\n		mikey.AES_CM_128_HMAC_SHA1_32: srtp.ProtectionProfileAes128CmHmacSha1_32,\n",
		"		mikey.AES_CM_128_HMAC_SHA1_80: srtp.ProtectionProfileAes128CmHmacSha1_32,\n		mikey.AES_CM_128_HMAC_SHA1_32: srtp.ProtectionProfileAes128CmHmacSha1_80,\n",
	},
	{
		"SRTP: no MKI in packets", "srtpbridge/internal/core/core.go",
		"	if mkis != nil {\n		options = append(options, l.MKI(mkis[0]))", "	if false {\n		options = append(options, l.MKI(mkis[0]))",
	},
	{
		"policy: a parameter twice, the last one counts", "mikey/policy.go",
		"	if g.present[t] {\n		return fmt.Errorf(\"%v occurs",
		"	if false {\n		return fmt.Errorf(\"%v occurs",
	},
	{
		"policy: lengths modulo 256", "mikey/policy.go",
		"	if t.isLength() && g.value[t] > 0xff {",
		"	if false {",
	},
	{
		"policy: a rate without RCC is taken", "mikey/policy.go",
		"	case g.present[ParamROCRate] && !rcc:",
		"	case false:",
	},
	{
		"policy: a rate beside AES-GCM is taken", "mikey/policy.go",
		"	if g.present[ParamROCRate] {\n		return",
		"	if false {\n		return",
	},
	{
		"policy: AES-GCM without authentication of SRTP", "mikey/policy.go",
		"	if !p.EncryptSRTP || !p.Authenticate {",
		"	if !p.EncryptSRTP {",
	},
	{
		"SDES: two attributes with one tag", "sdes/answer.go",
		"		if err == nil && tags[a.Tag] > 1 {",
		"		if false {",
	},
	{
		"SDES: WSH of 63 is taken", "sdes/params.go",
		"!ok || n < 64",
		"!ok || n < 63",
	},
	{
		"SDP: spaces behind the colon", "sdp/keymgmt.go",
		"value = strings.TrimPrefix(value, \" \")",
		"value = strings.TrimLeft(value, \" \")",
	},
	{
		"RTSP: the last MIKEY of a transport counts", "internal/rtspheader/rtspheader.go",
		"			if t.MIKEY != nil {",
		"			if false {",
	},
}
