package sdp

import "fmt"

// CryptoSessionIDs returns the two MIKEY crypto session identifiers (CS IDs) of
// a stream. RFC 4567, Section 7.1, gives each m= line two consecutive numbers,
// because a stream can go both ways: 1 and 2 for the first, 3 and 4 for the
// second.
//
// position counts, from 0, the m= lines that the message covers, not all m=
// lines: it is the place of the m= line in [Levels.Covered]. MIKEY numbers its
// crypto sessions without gaps, so a medium that it does not protect has none.
// For a media level message position is 0.
//
// MIKEY counts crypto sessions in one octet, so there is room for 127 streams;
// the error says that position is negative or 127 and more. Many peers use one
// crypto session for each medium instead, mostly in RTSP; nothing here helps
// to recognise them.
func CryptoSessionIDs(position int) (first, second uint8, err error) {
	const streams = 255 / 2
	if position < 0 || position >= streams {
		return 0, 0, fmt.Errorf("sdp: stream %d has no crypto session IDs: one message covers at most %d streams",
			position, streams)
	}
	first = uint8(2*position + 1)
	return first, first + 1, nil
}
