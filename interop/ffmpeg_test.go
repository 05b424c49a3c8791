package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomikey/gomikey/mikey"
)

// FFmpeg sends with the key of an a=crypto attribute.
func TestFFmpegSends(t *testing.T) {
	need(t, "ffmpeg")
	version(t, "FFmpeg", output(t, command(t, "ffmpeg", "-version")))
	for _, tt := range []struct {
		name  string // of the suite at FFmpeg
		suite mikey.Suite
		srtcp bool // as RFC 3711, Section 5.2, and RFC 4568, Section 6.2, have it
	}{
		{"AES_CM_128_HMAC_SHA1_80", mikey.AES_CM_128_HMAC_SHA1_80, true},
		{"AES_CM_128_HMAC_SHA1_32", mikey.AES_CM_128_HMAC_SHA1_32, false}, // tags of 4 octets
		{"SRTP_AES128_CM_HMAC_SHA1_32", mikey.AES_CM_128_HMAC_SHA1_32, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			media, control := listenPair(t)
			value, _, here := negotiate(t, tt.suite)
			_, key, _ := strings.Cut(value, "inline:")
			start(t, command(t, "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning",
				"-re", "-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=8000",
				"-c:a", "pcm_mulaw", "-f", "rtp", "-srtp_out_suite", tt.name, "-srtp_out_params", key,
				fmt.Sprintf("srtp://127.0.0.1:%d?rtcpport=%d", port(media), port(control))))
			samples := recordTone(t, media, receiver(t, stream(&here.Receive)), rate)
			checkTone(t, "from FFmpeg", samples, 1000)

			_, err := receiver(t, stream(&here.Receive)).DecryptRTCP(nil, receive(t, control), nil)
			if err != nil && tt.srtcp {
				t.Errorf("SRTCP: %v", err)
			}
			t.Logf("SRTCP: %v", err)
			cell := "SRTP and SRTCP"
			if err != nil {
				cell = "SRTP, but not SRTCP"
			}
			if tt.name != tt.suite.String() {
				cell += " under the name " + tt.name
			}
			packetsTable.record(t, tt.suite.String(), "from FFmpeg", "%s", cell)
		})
	}
}

// FFmpeg receives with the key that an SDP file has.
func TestFFmpegReceives(t *testing.T) {
	need(t, "ffmpeg")
	for _, suite := range []mikey.Suite{mikey.AES_CM_128_HMAC_SHA1_80, mikey.AES_CM_128_HMAC_SHA1_32} {
		t.Run(suite.String(), func(t *testing.T) {
			t.Parallel()
			media, _ := listenPair(t)
			to := freePair(t)
			value, here, _ := negotiate(t, suite)
			dir := t.TempDir()
			description, result := filepath.Join(dir, "call.sdp"), filepath.Join(dir, "audio.raw")
			if err := os.WriteFile(description, describe(to, []string{value}), 0o600); err != nil {
				t.Fatal(err)
			}
			p := start(t, command(t, "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning",
				"-protocol_whitelist", "file,udp,rtp,srtp", "-i", description,
				"-t", "1", "-f", "s16le", "-ar", fmt.Sprint(rate), "-ac", "1", result))
			playTone(t, media, loopback(to), sender(t, stream(&here.Send)), 440, p.done)
			if p.err != nil {
				t.Fatalf("ffmpeg: %v", p.err)
			}
			data, err := os.ReadFile(result)
			if err != nil {
				t.Fatal(err)
			}
			checkTone(t, "at FFmpeg", littleEndian(data), 440)
			packetsTable.record(t, suite.String(), "to FFmpeg", "SRTP")
		})
	}
}
