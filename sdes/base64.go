package sdes

// The octets of keys never go through encoding/base64: it skips line breaks,
// and the length is known from the suite before anything is decoded.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// base64Values has 0xff for characters outside the alphabet.
var base64Values = func() (values [256]byte) {
	for i := range values {
		values[i] = 0xff
	}
	for i := range len(alphabet) {
		values[alphabet[i]] = byte(i)
	}
	return values
}()

// decodeBase64 decodes text into all of dst. What is wrong is told in words
// without any of the text; "" means nothing.
//
// Padding is discarded, so it may be missing (RFC 4568, Section 6.1), and the
// pad bits are zero, so that each key has one spelling.
func decodeBase64(dst []byte, text string) (problem string) {
	padding := 0
	for padding < 2 && len(text) > 0 && text[len(text)-1] == '=' {
		text = text[:len(text)-1]
		padding++
	}
	if len(text) != (8*len(dst)+5)/6 {
		return "the length is not that of key and salt of the suite"
	}
	if padding != 0 && (len(text)+padding)%4 != 0 {
		return "the padding does not fit"
	}
	var bad byte
	i := 0
	for ; len(text)-i >= 4; i += 4 {
		v0, v1 := base64Values[text[i]], base64Values[text[i+1]]
		v2, v3 := base64Values[text[i+2]], base64Values[text[i+3]]
		bad |= v0 | v1 | v2 | v3
		dst[0] = v0<<2 | v1>>4
		dst[1] = v1<<4 | v2>>2
		dst[2] = v2<<6 | v3
		dst = dst[3:]
	}
	var rest byte // the pad bits
	switch len(text) - i {
	case 2:
		v0, v1 := base64Values[text[i]], base64Values[text[i+1]]
		bad |= v0 | v1
		dst[0] = v0<<2 | v1>>4
		rest = v1 << 4
	case 3:
		v0, v1, v2 := base64Values[text[i]], base64Values[text[i+1]], base64Values[text[i+2]]
		bad |= v0 | v1 | v2
		dst[0] = v0<<2 | v1>>4
		dst[1] = v1<<4 | v2>>2
		rest = v2 << 6
	}
	switch {
	case bad >= 64:
		return "a character is not in the alphabet of base64"
	case rest != 0:
		return "the pad bits are not zero"
	}
	return ""
}
