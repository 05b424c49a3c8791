package inspect

import "github.com/gomikey/gomikey/mikey"

const headerSection = "RFC 3830, Section 6.1"

var payloadSections = [...]string{
	mikey.KEMACPayload:            "RFC 3830, Section 6.2",
	mikey.PKEPayload:              "RFC 3830, Section 6.3",
	mikey.DHPayload:               "RFC 3830, Section 6.4",
	mikey.SIGNPayload:             "RFC 3830, Section 6.5",
	mikey.TPayload:                "RFC 3830, Section 6.6",
	mikey.IDPayload:               "RFC 3830, Section 6.7",
	mikey.CERTPayload:             "RFC 3830, Section 6.7",
	mikey.CHASHPayload:            "RFC 3830, Section 6.8",
	mikey.VPayload:                "RFC 3830, Section 6.9",
	mikey.SPPayload:               "RFC 3830, Section 6.10",
	mikey.RANDPayload:             "RFC 3830, Section 6.11",
	mikey.ERRPayload:              "RFC 3830, Section 6.12",
	13:                            "RFC 6043, Section 6.4",
	mikey.IDRPayload:              "RFC 6043, Section 6.6",
	15:                            "RFC 6043, Section 6.8",
	16:                            "RFC 6043, Section 6.10",
	17:                            "RFC 6043, Section 6.10",
	mikey.KeyDataPayload:          "RFC 3830, Section 6.13",
	mikey.GeneralExtensionPayload: "RFC 3830, Section 6.15",
	22:                            "RFC 6267, Section 6.1",
	23:                            "RFC 6267, Section 6.1",
	24:                            "RFC 6267, Section 6.1",
	25:                            "RFC 6267, Section 6.1",
	26:                            "RFC 6509, Section 4.2",
}

func payloadSection(t mikey.PayloadType) string {
	if int(t) < len(payloadSections) {
		return payloadSections[t]
	}
	return ""
}

func dataTypeSection(t mikey.DataType) string {
	switch {
	case t <= mikey.ErrorMessage:
		return "RFC 3830, Section 6.1"
	case t <= mikey.DHHMACResp:
		return "RFC 4650, Section 4.1"
	case t <= mikey.RSARResp:
		return "RFC 4738, Section 3.9.1"
	case t <= 18:
		return "RFC 6043, Section 6.1"
	case t <= 25:
		return "RFC 6267, Section 6.1"
	case t == 26:
		return "RFC 6509, Section 4.1"
	}
	return ""
}

func mapSection(t mikey.CSIDMapType) string {
	switch t {
	case mikey.MapSRTPID:
		return "RFC 3830, Section 6.1.1"
	case mikey.MapEmpty:
		return "RFC 4563, Section 5"
	case mikey.MapGenericID:
		return "RFC 6043, Section 6.1.1"
	}
	return ""
}

func extensionSection(t mikey.ExtensionType) string {
	switch t {
	case mikey.ExtVendorID:
		return "RFC 3830, Section 6.15"
	case mikey.ExtSDPIDs:
		return "RFC 4567, Section 4.1.4"
	case mikey.ExtTESLAIKey:
		return "RFC 4442, Section 4.4"
	case mikey.ExtKeyID:
		return "RFC 4563, Section 4"
	case mikey.ExtCSBID:
		return "RFC 4738, Section 3.9.3"
	case mikey.ExtOMABCAST:
		return "RFC 5410, Section 3"
	}
	return ""
}

func paramSection(protocol mikey.Protocol, t mikey.ParamType) string {
	switch {
	case protocol == mikey.ProtocolTESLA && t >= 1 && int(t) < len(teslaParams):
		return "RFC 4442, Section 4.2"
	case protocol != mikey.ProtocolSRTP:
		return ""
	case t <= mikey.ParamPrefixLen:
		return "RFC 3830, Section 6.10.1"
	case t <= mikey.ParamSRTCPTagLen:
		return "RFC 4771, Section 4"
	case t == mikey.ParamAEADTagLen:
		return "RFC 7714, Section 14.3"
	}
	return ""
}

// teslaParams names the policy parameters of TESLA (RFC 4442, Section 4.2).
var teslaParams = [...]string{
	1: "PRF",
	2: "length of PRF output F'",
	3: "MAC",
	4: "length of MAC output",
	5: "start of session",
	6: "interval duration",
	7: "key disclosure delay",
	8: "key chain length",
	9: "local timestamp of the receiver",
}
