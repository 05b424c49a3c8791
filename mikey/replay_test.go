package mikey_test

import (
	"encoding/binary"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
)

// replayEntry is the n-th message, sent at a time after exTime and valid for
// five minutes.
func replayEntry(n uint64, sent time.Duration) mikey.ReplayEntry {
	e := mikey.ReplayEntry{
		Timestamp: mikey.NTPTime(exTime.Add(sent)),
		Expires:   exTime.Add(sent + 5*time.Minute),
		Now:       exTime.Add(sent),
	}
	binary.BigEndian.PutUint64(e.Digest[:], n)
	return e
}

func TestR3830_075_ReplayCacheRefusesSecondCopy(t *testing.T) {
	t.Run("responder", func(t *testing.T) {
		p := newExPair(t, nil)
		message, _ := p.start(t, exOffer())
		_, s := p.respond(t, message)
		err := exRefused(t, exReceiveError(t, p, message), mikey.Replay, exNone)
		if !errors.Is(err, mikey.ErrReplayed) || err.Reply != nil {
			t.Errorf("%v, reply %x", err, err.Reply)
		}
		s.Close() // the end of the CSB makes no difference
		exRefused(t, exReceiveError(t, p, message), mikey.Replay, exNone)
		// Nor does the way through another responder with the same cache.
		config := *p.rConfig
		config.Bundles = nil
		_, e := exResponder(t, &config, p.mode).Receive(message)
		exRefused(t, e, mikey.Replay, exNone)
		// At the edge of the skew it is still known, beyond it is stale.
		p.clock.add(mikey.DefaultMaxSkew)
		exRefused(t, exReceiveError(t, p, message), mikey.Replay, exNone)
		p.clock.add(1)
		exRefused(t, exReceiveError(t, p, message), mikey.Stale, int(mikey.ErrorInvalidTS))
	})
	t.Run("cache", func(t *testing.T) {
		var c mikey.MemoryReplayCache
		e := replayEntry(1, 0)
		for range 2 {
			if err := c.Check(e); err != nil {
				t.Errorf("Check remembers: %v", err)
			}
		}
		if err := c.Record(e); err != nil {
			t.Fatal(err)
		}
		if err := c.Check(e); !errors.Is(err, mikey.ErrReplayed) {
			t.Errorf("Check: %v", err)
		}
		if err := c.Record(e); !errors.Is(err, mikey.ErrReplayed) {
			t.Errorf("Record: %v", err)
		}
		if err := c.Record(replayEntry(2, 0)); err != nil {
			t.Errorf("another message of the same time: %v", err)
		}
	})
}

func TestR3830_076_OnlyAuthenticatedMessagesEnter(t *testing.T) {
	p := newExPair(t, nil)
	message, _ := p.start(t, exOffer())
	e := p.reference(t, message, nil)
	e.psk = []byte("guess")
	for range 3 {
		exRefused(t, exReceiveError(t, p, e.request()), mikey.AuthFailure, int(mikey.ErrorAuthFailure))
	}
	if p.replay.records != 0 || p.replay.checks != 3 {
		t.Errorf("%d checks and %d records, want 3 and 0", p.replay.checks, p.replay.records)
	}
	p.respond(t, message)
	if p.replay.records != 1 {
		t.Errorf("%d records, want 1", p.replay.records)
	}
}

// TestR3830_077_Restart: after the loss of the cache nothing is taken that
// could have been sent before.
func TestR3830_077_Restart(t *testing.T) {
	p := newExPair(t, nil)
	before, _ := p.start(t, exOffer())
	p.respond(t, before)
	p.clock.add(time.Minute)
	floor := p.clock.now().Add(mikey.DefaultMaxSkew)
	p.rConfig.Replay, p.rConfig.Bundles = &mikey.MemoryReplayCache{Floor: floor}, nil
	p.bob = exResponder(t, p.rConfig, p.mode)

	err := exRefused(t, exReceiveError(t, p, before), mikey.Stale, exNone)
	if !errors.Is(err, mikey.ErrForgotten) {
		t.Errorf("%v", err)
	}
	for _, tt := range []struct {
		at    time.Time
		taken bool
	}{
		{p.clock.now(), false},
		{floor, false},
		{floor.Add(time.Microsecond), true},
	} {
		p.clock.set(tt.at)
		message, _ := p.start(t, exOffer())
		if tt.taken {
			p.respond(t, message)
		} else {
			exRefused(t, exReceiveError(t, p, message), mikey.Stale, exNone)
		}
	}
	exRefused(t, exReceiveError(t, p, before), mikey.Stale, int(mikey.ErrorInvalidTS))
}

// TestR3830_078_FullReplayCache: a full cache takes nothing of the age of what
// it forgot.
func TestR3830_078_FullReplayCache(t *testing.T) {
	c := mikey.MemoryReplayCache{Size: 10}
	for n := range uint64(10) {
		if err := c.Record(replayEntry(n, time.Duration(10+n)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	// Older than all, while there is room for it or not: the oldest goes.
	if err := c.Record(replayEntry(100, 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		n    uint64
		sent time.Duration
		want error
	}{
		{100, 5 * time.Second, mikey.ErrForgotten}, // was forgotten at once
		{101, 5 * time.Second, mikey.ErrForgotten},
		{101, 4 * time.Second, mikey.ErrForgotten},
		{0, 10 * time.Second, mikey.ErrReplayed},
		{101, 5*time.Second + 1, nil},
		{101, time.Hour, nil},
	} {
		if err := c.Check(replayEntry(tt.n, tt.sent)); !errors.Is(err, tt.want) {
			t.Errorf("message %d of %v: %v, want %v", tt.n, tt.sent, err, tt.want)
		}
	}
	if err := c.Record(replayEntry(200, 30*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(replayEntry(0, 10*time.Second)); !errors.Is(err, mikey.ErrForgotten) {
		t.Errorf("what was forgotten: %v", err)
	}
	if err := c.Check(replayEntry(1, 11*time.Second)); !errors.Is(err, mikey.ErrReplayed) {
		t.Errorf("the oldest that is left: %v", err)
	}

	t.Run("over the overflow of the seconds", func(t *testing.T) {
		c := mikey.MemoryReplayCache{Size: 2}
		entry := func(n uint64, value uint64) mikey.ReplayEntry {
			e := replayEntry(n, 0)
			e.Timestamp, e.Expires = mikey.Timestamp{Value: value}, time.Time{}
			return e
		}
		for n, value := range []uint64{0xfffffff0 << 32, 5 << 32, 0xfffffff1 << 32} {
			if err := c.Record(entry(uint64(n), value)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Check(entry(0, 0xfffffff0<<32)); !errors.Is(err, mikey.ErrForgotten) {
			t.Errorf("the oldest: %v", err)
		}
		if err := c.Check(entry(1, 5<<32)); !errors.Is(err, mikey.ErrReplayed) {
			t.Errorf("the latest: %v", err)
		}
	})
	t.Run("counters", func(t *testing.T) {
		c := mikey.MemoryReplayCache{Size: 4}
		entry := func(value uint64) mikey.ReplayEntry {
			e := replayEntry(value, 0)
			e.Timestamp = mikey.Timestamp{TSType: mikey.TSCounter, Value: value}
			e.Expires, e.Now = time.Time{}, exTime.Add(1000*time.Hour)
			return e
		}
		for n := range uint64(6) {
			if err := c.Record(entry(n)); err != nil {
				t.Fatal(err)
			}
		}
		for n := range uint64(6) {
			want := mikey.ErrReplayed
			if n < 2 {
				want = mikey.ErrForgotten
			}
			if err := c.Check(entry(n)); !errors.Is(err, want) {
				t.Errorf("counter %d: %v, want %v", n, err, want)
			}
		}
		// They say nothing about times.
		if err := c.Record(replayEntry(100, 0)); err != nil {
			t.Errorf("a time: %v", err)
		}
	})
}

// TestReplayCacheExpiry: what is expired makes room, and is not taken again
// where the clock goes back after that.
func TestReplayCacheExpiry(t *testing.T) {
	c := mikey.MemoryReplayCache{Size: 3}
	for n := range uint64(1000) {
		// One a minute: no more than five are alive, and three fit.
		if err := c.Record(replayEntry(n, time.Duration(n)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	c = mikey.MemoryReplayCache{Size: 3}
	for n := range uint64(100) {
		if err := c.Record(replayEntry(n, time.Duration(n)*10*time.Minute)); err != nil {
			t.Fatal(err)
		}
		// None of these has filled the cache: it takes one as old as they.
		old := replayEntry(1000+n, time.Duration(n)*10*time.Minute-time.Minute)
		if err := c.Check(old); err != nil {
			t.Fatalf("message %d: %v", n, err)
		}
	}
	c = mikey.MemoryReplayCache{}
	first := replayEntry(1, 0)
	if err := c.Record(first); err != nil {
		t.Fatal(err)
	}
	if err := c.Record(replayEntry(2, 6*time.Minute)); err != nil { // the first is expired
		t.Fatal(err)
	}
	first.Now = exTime.Add(time.Minute) // the clock was wrong, or is
	if err := c.Check(first); err == nil {
		t.Error("a message is taken twice because the clock went back")
	}
}

func TestReplayCacheConcurrency(t *testing.T) {
	c := mikey.MemoryReplayCache{Size: 100}
	const workers, messages = 8, 300
	var mu sync.Mutex
	taken := make(map[uint64]int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := range uint64(messages) {
				e := replayEntry(n, time.Duration(n)*time.Millisecond)
				c.Check(e)
				if c.Record(e) == nil {
					mu.Lock()
					taken[n]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for n, times := range taken {
		if times != 1 {
			t.Errorf("message %d was taken %d times", n, times)
		}
	}
}

// TestConcurrentCopies: of many copies that arrive at once, one is taken.
func TestConcurrentCopies(t *testing.T) {
	p := newExPair(t, nil)
	message, _ := p.start(t, exOffer())
	var mu sync.Mutex
	taken := 0
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := p.bob.Receive(message); err == nil {
				mu.Lock()
				defer mu.Unlock()
				taken++
			}
		})
	}
	wg.Wait()
	if taken != 1 {
		t.Errorf("%d of 16 copies were taken", taken)
	}
}

func TestFailingReplayCache(t *testing.T) {
	failure := errors.New("the disk is full")
	for _, tt := range []struct {
		name  string
		fail  func(*exReplay, error)
		err   error
		stage mikey.Stage
	}{
		{"Check", func(c *exReplay, err error) { c.checkFails = err }, failure, mikey.State},
		{"Record", func(c *exReplay, err error) { c.recordFails = err }, failure, mikey.State},
		{"Check, seen", func(c *exReplay, err error) { c.checkFails = err }, mikey.ErrReplayed, mikey.Replay},
		{"Record, seen meanwhile", func(c *exReplay, err error) { c.recordFails = err }, mikey.ErrReplayed, mikey.Replay},
		{"Record, forgotten", func(c *exReplay, err error) { c.recordFails = err }, mikey.ErrForgotten, mikey.Stale},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newExPair(t, nil)
			message, _ := p.start(t, exOffer())
			tt.fail(p.replay, tt.err)
			err := exRefused(t, exReceiveError(t, p, message), tt.stage, exNone)
			if !errors.Is(err, tt.err) || err.Reply != nil {
				t.Errorf("%v, reply %x", err, err.Reply)
			}
			tt.fail(p.replay, nil)
			p.respond(t, message)
		})
	}
}

func TestReplayCacheMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	entries := uint64(200_000)
	if testing.Short() {
		entries = 20_000
	}
	const size = 10_000
	before := heap()
	c := &mikey.MemoryReplayCache{Size: size}
	for n := range entries {
		// Many have one timestamp, and they come in some disorder.
		sent := time.Duration(n/8)*time.Millisecond + time.Duration(n%3)*time.Millisecond
		if err := c.Record(replayEntry(n, sent)); err != nil {
			if !errors.Is(err, mikey.ErrForgotten) {
				t.Fatal(err)
			}
		}
	}
	after := heap()
	if grown := int64(after) - int64(before); grown > size*400+1<<20 {
		t.Errorf("%d octets for %d messages", grown, size)
	}
	runtime.KeepAlive(c)
}
