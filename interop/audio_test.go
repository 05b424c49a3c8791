package interop

import (
	"encoding/binary"
	"math"
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

const (
	rate      = 8000 // samples per second, of G.711
	frame     = 160  // samples of a packet: 20 ms
	frameTime = 20 * time.Millisecond
)

// sine returns n samples of a tone, from sample number first on.
func sine(frequency float64, first, n int) []int16 {
	samples := make([]int16, n)
	for i := range samples {
		samples[i] = int16(8000 * math.Sin(2*math.Pi*frequency*float64(first+i)/rate))
	}
	return samples
}

// share returns how much of the energy of the samples is at a frequency: nearly
// 1 for that tone, nearly 0 for others, noise and silence. It is the algorithm
// of Goertzel.
func share(samples []int16, frequency float64) float64 {
	c := 2 * math.Cos(2*math.Pi*frequency/rate)
	var s1, s2, energy float64
	for _, sample := range samples {
		x := float64(sample)
		s1, s2 = x+c*s1-s2, s1
		energy += x * x
	}
	if energy == 0 {
		return 0
	}
	return 2 * (s1*s1 + s2*s2 - c*s1*s2) / (energy * float64(len(samples)))
}

// checkTone checks that the samples are a tone. It looks at windows of a tenth
// of a second: in two of three there must be nothing else. A few may have lost
// packets or the silence before the tone.
func checkTone(t *testing.T, who string, samples []int16, frequency float64) {
	t.Helper()
	const window = rate / 10
	total, good := 0, 0
	for ; len(samples) >= window; samples = samples[window:] {
		total++
		if share(samples[:window], frequency) > 0.8 {
			good++
		}
	}
	t.Logf("%s: a tone of %v Hz in %d of %d windows", who, frequency, good, total)
	if total < 5 || 3*good < 2*total {
		t.Errorf("%s: too little of the tone of %v Hz", who, frequency)
	}
}

// expand reads a sample of G.711 mu-law.
func expand(u byte) int16 {
	u = ^u
	magnitude := (int16(u&0x0f)<<3 + 132) << (u >> 4 & 7)
	if u&0x80 != 0 {
		return 132 - magnitude
	}
	return magnitude - 132
}

// compress returns the mu-law octet nearest to a sample.
func compress(sample int16) byte {
	best, distance := 0, math.MaxInt
	for u := range 256 {
		d := int(expand(byte(u))) - int(sample)
		if d = max(d, -d); d < distance {
			best, distance = u, d
		}
	}
	return byte(best)
}

// pcmu returns the samples of a payload.
func pcmu(payload []byte) []int16 {
	samples := make([]int16, len(payload))
	for i, u := range payload {
		samples[i] = expand(u)
	}
	return samples
}

// littleEndian returns the samples of a file.
func littleEndian(data []byte) []int16 {
	samples := make([]int16, len(data)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return samples
}

// playTone sends a tone as SRTP, in real time, for a second and until stop is
// closed.
func playTone(t *testing.T, conn *net.UDPConn, to *net.UDPAddr, ctx *srtp.Context, frequency float64, stop <-chan struct{}) {
	t.Helper()
	ticker := time.NewTicker(frameTime)
	defer ticker.Stop()
	timeout := time.After(hang)
	for i := 0; ; i++ {
		payload := make([]byte, frame)
		for j, sample := range sine(frequency, i*frame, frame) {
			payload[j] = compress(sample)
		}
		packet, err := (&rtp.Packet{
			Header: rtp.Header{
				Version: 2, Marker: i == 0, SequenceNumber: uint16(i), Timestamp: uint32(i * frame), SSRC: 0xa11ce,
			},
			Payload: payload,
		}).Marshal()
		if err != nil {
			t.Error(err)
			return
		}
		if packet, err = ctx.EncryptRTP(nil, packet, nil); err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.WriteToUDP(packet, to) // what matters is what the peer makes of it
		ended := stop
		if i < rate/frame {
			ended = nil
		}
		select {
		case <-ended:
			return
		case <-timeout:
			t.Error("the peer still has not enough audio")
			return
		case <-ticker.C:
		}
	}
}

// recordTone receives SRTP of PCMU until there are n samples.
func recordTone(t *testing.T, conn *net.UDPConn, ctx *srtp.Context, n int) []int16 {
	t.Helper()
	var samples []int16
	for len(samples) < n {
		packet, err := ctx.DecryptRTP(nil, receive(t, conn), nil)
		if err != nil {
			t.Fatalf("SRTP packet: %v", err)
		}
		var p rtp.Packet
		if err := p.Unmarshal(packet); err != nil {
			t.Fatal(err)
		}
		if p.PayloadType != 0 {
			t.Fatalf("payload type %d, want 0", p.PayloadType)
		}
		samples = append(samples, pcmu(p.Payload)...)
	}
	return samples
}

func TestTone(t *testing.T) {
	samples := sine(440, 0, rate)
	for i := range samples {
		samples[i] = expand(compress(samples[i]))
	}
	checkTone(t, "here", samples, 440)
	for _, other := range []float64{330, 550, 880, 1000} {
		if s := share(samples, other); s > 0.01 {
			t.Errorf("%v Hz has %v of a tone of 440 Hz", other, s)
		}
	}
	if s := share(make([]int16, rate), 440); s != 0 {
		t.Errorf("silence has %v of a tone", s)
	}
}
