package reference

// SealKEMAC ends a DHHMAC message: with a KEMAC that has nothing but the MAC, over
// the entire message without the MAC field, which is its end (RFC 4650, Sections 3
// and 4.2). It returns the octets and what the MAC covers.
//
// NULL encryption has its registered number, 0, and not the 2 of Section 4.2.
func (m *Message) SealKEMAC(k MessageKeys) (octets, covered []byte) {
	return m.Seal(k, KEMAC(EncrNULL, nil, k.MAC, nil))
}

// Seal is SealKEMAC with another last payload, without its MAC.
func (m *Message) Seal(k MessageKeys, last Payload) (octets, covered []byte) {
	m.Add(last)
	covered = m.Octets()
	mac := MAC(k.MAC, k.AuthKey(), covered)
	end := &m.Payloads[len(m.Payloads)-1]
	end.Body = append(append([]byte{}, end.Body...), mac...)
	return append(append([]byte{}, covered...), mac...), covered
}
