package inspect

import (
	"fmt"
	"strconv"
	"strings"
)

// crypto prints a crypto attribute.
func (p *printer) crypto(r *Report, i int, c *Crypto) {
	title := "Crypto attribute"
	if len(r.Crypto) > 1 || r.Description != nil {
		title += " " + strconv.Itoa(i+1)
	}
	title += ", " + countOctets(c.Length)
	if c.LevelName != "" {
		title += ", " + c.LevelName
	}
	p.line("%s (RFC 4568)", title)
	if c.Tag != 0 {
		p.row(c.TagOffset, "tag", strconv.FormatUint(uint64(c.Tag), 10))
	}
	if c.Suite != "" {
		p.row(c.SuiteOffset, "crypto-suite", c.Suite+parenthesis(c.SuiteSection))
	}
	if s := c.SRTP; s != nil {
		p.remark("means", "%s", s.text())
	}
	p.cryptoKeys("key", c.Keys)
	for i := range c.Params {
		p.cryptoParam(&c.Params[i])
	}
	if c.Unparsed != nil {
		p.row(c.Unparsed.Offset, "not parsed", c.Unparsed.uncertain())
	}
	if len(c.Notes) > 0 {
		p.line("Notes")
		for _, n := range c.Notes {
			p.line("%6d  %s", n.Offset, n.Message)
		}
	}
	if e := c.Error; e != nil {
		p.line("Error")
		p.line("%6d  %s: %s", e.Offset, e.Field, e.Message)
	}
}

// text is what the parameters amount to.
func (s *SRTP) text() string {
	return fmt.Sprintf("key %d, salt %d, SRTP tag %d, SRTCP tag %d octets\n%s, %s; SRTP encryption %s, authentication %s; SRTCP encryption %s",
		s.KeyLength, s.SaltLength, s.SRTPTagLength, s.SRTCPTagLength, s.EncrAlgName, authName(s),
		onOff(s.SRTPEncryption), onOff(s.Authentication), onOff(s.SRTCPEncryption))
}

func (p *printer) cryptoKeys(name string, keys []CryptoKey) {
	for i := range keys {
		k := &keys[i]
		title := name
		if len(keys) > 1 {
			title += " " + strconv.Itoa(i+1)
		}
		if k.Split == nil {
			p.row(k.Offset, title, k.Method+", not understood: "+k.Secret.uncertain())
			continue
		}
		p.row(k.Offset, title, fmt.Sprintf("%s, key of %d with salt of %d: %s",
			k.Method, k.Split.KeyLength, k.Split.SaltLength, k.Secret.text()))
		l := k.Lifetime
		p.remark("lifetime", "%s: fewer than %s SRTP and %s SRTCP packets", l.Written, packets(l.SRTP), packets(l.SRTCP))
		if k.MKI != nil {
			p.remark("MKI", "%s in %s", k.MKI.Number, countOctets(k.MKI.Length))
			p.remark("", "%s", wrap(k.MKI.Hex))
		} else {
			p.remark("MKI", "none")
		}
	}
}

// packets writes a number, large powers of two as such.
func packets(n uint64) string {
	for exponent := 30; exponent <= 48; exponent++ {
		if n == 1<<exponent {
			return fmt.Sprintf("2^%d", exponent)
		}
	}
	return strconv.FormatUint(n, 10)
}

func (p *printer) cryptoParam(param *CryptoParam) {
	name := visible(param.Name)
	switch {
	case param.Value != "":
		name += "=" + visible(param.Value)
	case param.Secret != nil:
		name += "="
	}
	p.row(param.Offset, "session param", name+parenthesis(param.Section))
	if param.Secret != nil {
		p.remark("value", "%s", param.Secret.uncertain())
	}
	kind := param.Kind
	if kind == unknown {
		kind = ""
	} else {
		kind = ", " + kind
	}
	p.remark("means", "%s%s", param.Meaning, kind)
	p.cryptoKeys(strings.ToUpper(param.Name)+" key", param.Keys)
}

// visible is text of visible characters as it is.
func visible(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}
