package reference

import "testing"

func TestPolicy(t *testing.T) {
	p := func(octets ...byte) (all []Param) { // type, value
		for i := 0; i < len(octets); i += 2 {
			all = append(all, Param{octets[i], octets[i+1 : i+2]})
		}
		return all
	}
	for _, tt := range []struct {
		source string
		params []Param
		want   SRTP
		code   int
	}{
		{"RFC 3711, Section 5: the defaults", nil, SRTP{"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10}, NoError},
		{"RFC 4568, Section 6.2.2", p(11, 4), SRTP{"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10}, NoError},
		{"RFC 6188, Section 4", p(1, 24), SRTP{"AES_192_CM_HMAC_SHA1_80", 24, 14, 10, 10}, NoError},
		{"RFC 6188, Section 4", p(1, 32, 11, 4), SRTP{"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10}, NoError},
		{"RFC 7714, Table 4", p(0, 6, 1, 16, 20, 16), SRTP{"AEAD_AES_128_GCM", 16, 12, 16, 16}, NoError},
		{"RFC 7714, Table 4", p(0, 6, 1, 32, 20, 16), SRTP{"AEAD_AES_256_GCM", 32, 12, 16, 16}, NoError},
		{"RFC 8269, Figure 1", p(0, 7, 1, 16, 11, 4), SRTP{"ARIA_128_CTR_HMAC_SHA1_32", 16, 14, 4, 10}, NoError},
		{"RFC 8269, Figure 2", p(0, 8, 1, 32, 20, 16), SRTP{"AEAD_ARIA_256_GCM", 32, 12, 16, 16}, NoError},
		{"RFC 5669, Section 2.3", p(0, 5), SRTP{"SEED_128_GCM_96", 16, 12, 12, 12}, NoError},
		{"RFC 4771, Section 4: its example", p(2, 1, 14, 2), SRTP{"", 16, 14, 14, 10}, NoError},
		{"RFC 4771, Section 5", p(14, 4, 18, 5), SRTP{}, InvalidSPpar},
		{"RFC 3711, Section 5.2", p(19, 4), SRTP{}, InvalidSPpar},
	} {
		got, code := Policy(0, tt.params)
		if got != tt.want || code != tt.code {
			t.Errorf("%s: %v: %+v, %d", tt.source, tt.params, got, code)
		}
	}
	if _, code := Policy(1, nil); code != InvalidSP {
		t.Errorf("TESLA: %d", code)
	}
}
