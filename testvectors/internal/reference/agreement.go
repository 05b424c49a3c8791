package reference

// Numbers for private use (RFC 3830, Section 10) that docs/interop.md gives to
// groups without one of their own.
const (
	GroupP256   = 241
	GroupP384   = 242
	GroupP521   = 243
	GroupX25519 = 244
	GroupX448   = 245
	GroupXWing  = 246
)

// A Group is one for the DH payload, with what each party computes of its private
// value.
type Group struct {
	Name   string
	Number byte

	// Initiate is DHi.
	Initiate func(private []byte) []byte
	// Respond is DHr and the TGK.
	Respond func(private, dhi []byte) (dhr, tgk []byte)
	// Finish is the TGK of the initiator.
	Finish func(private, dhr []byte) []byte
}

// Groups are all groups, by name.
var Groups = map[string]Group{
	"OAKLEY5": modpGroup("OAKLEY5", OAKLEY5),
	"OAKLEY1": modpGroup("OAKLEY1", OAKLEY1),
	"OAKLEY2": modpGroup("OAKLEY2", OAKLEY2),
	"P-256":   symmetric("P-256", GroupP256, P256.Public, P256.Shared),
	"P-384":   symmetric("P-384", GroupP384, P384.Public, P384.Shared),
	"P-521":   symmetric("P-521", GroupP521, P521.Public, P521.Shared),
	"X25519": symmetric("X25519", GroupX25519, func(k []byte) []byte {
		return X25519(k, x25519Base)
	}, X25519),
	"X448": symmetric("X448", GroupX448, func(k []byte) []byte {
		return X448(k, append([]byte{5}, make([]byte, 55)...))
	}, X448),
	"X-Wing": {"X-Wing", GroupXWing, XWingPublic, func(private, dhi []byte) ([]byte, []byte) {
		return XWingEncapsulate(dhi, private)
	}, XWingDecapsulate},
}

func modpGroup(name string, number byte) Group {
	return symmetric(name, number,
		func(x []byte) []byte { return Public(number, x) },
		func(x, y []byte) []byte { return Shared(number, x, y) })
}

// symmetric is a group in which both parties do the same.
func symmetric(name string, number byte, public func(k []byte) []byte, shared func(k, value []byte) []byte) Group {
	return Group{name, number, public, func(k, value []byte) ([]byte, []byte) {
		return public(k), shared(k, value)
	}, shared}
}
