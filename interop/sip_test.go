package interop

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

func init() { sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) }

// A userAgent is as much of a SIP user agent as one call needs.
type userAgent struct {
	port    int
	calls   *sipgo.DialogClientCache
	answers chan *sipgo.DialogServerSession // calls that were answered
}

// newUserAgent starts a user agent. It answers calls with what answer makes of
// their offer.
func newUserAgent(t *testing.T, answer func(offer []byte) ([]byte, error)) *userAgent {
	t.Helper()
	conn, err := net.ListenUDP("udp4", loopback(0))
	if err != nil {
		t.Fatal(err)
	}
	u := &userAgent{port: port(conn), answers: make(chan *sipgo.DialogServerSession, 1)}

	agent, err := sipgo.NewUA(sipgo.WithUserAgent("gomikey"), sipgo.WithUserAgentHostname("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := sipgo.NewClient(agent, sipgo.WithClientAddr(conn.LocalAddr().String()))
	if err != nil {
		t.Fatal(err)
	}
	server, err := sipgo.NewServer(agent)
	if err != nil {
		t.Fatal(err)
	}
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "alice", Host: "127.0.0.1", Port: u.port}}
	u.calls = sipgo.NewDialogClientCache(client, contact)
	answered := sipgo.NewDialogServerCache(client, contact)
	server.OnInvite(func(request *sip.Request, tx sip.ServerTransaction) {
		call, err := answered.ReadInvite(request, tx)
		if err != nil {
			t.Errorf("INVITE: %v", err)
			return
		}
		description, err := answer(request.Body())
		if err != nil {
			t.Errorf("offer: %v", err)
			_ = call.Respond(sip.StatusNotAcceptableHere, "Not Acceptable Here", nil)
			return
		}
		if err := call.RespondSDP(description); err != nil { // waits for ACK
			t.Errorf("answer: %v", err)
			return
		}
		u.answers <- call
	})
	server.OnAck(func(request *sip.Request, tx sip.ServerTransaction) { _ = answered.ReadAck(request, tx) })
	server.OnBye(func(request *sip.Request, tx sip.ServerTransaction) {
		if answered.ReadBye(request, tx) != nil {
			_ = u.calls.ReadBye(request, tx)
		}
	})

	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ServeUDP(conn) // until the connection is closed
	}()
	t.Cleanup(func() {
		agent.Close()
		conn.Close()
		<-done
	})
	return u
}

// call calls somebody, and returns the answer to the offer.
func (u *userAgent) call(ctx context.Context, to sip.Uri, offer []byte) (*sipgo.DialogClientSession, []byte, error) {
	call, err := u.calls.Invite(ctx, to, offer, sip.NewHeader("Content-Type", "application/sdp"))
	if err != nil {
		return nil, nil, err
	}
	if err := call.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
		return nil, nil, err
	}
	return call, call.InviteResponse.Body(), call.Ack(ctx)
}
