package mikey

import (
	"container/heap"
	"errors"
	"sync"
	"time"
)

var (
	// ErrReplayed is what a ReplayCache says of a message that it has seen.
	ErrReplayed = errors.New("message was seen before")

	// ErrForgotten is what a ReplayCache says of a message so old that it may
	// have been seen and forgotten.
	ErrForgotten = errors.New("message is older than what the replay cache remembers")
)

// A ReplayCache remembers the requests that a responder took, so that nobody
// can send one twice (RFC 3830, Section 5.4). It is safe for concurrent use.
type ReplayCache interface {
	// Check returns ErrReplayed or ErrForgotten for a message that must not be
	// taken. It is called before the message is authenticated and remembers
	// nothing.
	Check(e ReplayEntry) error

	// Record is Check and remembers the message, in one step. It is called
	// once the message is authenticated.
	Record(e ReplayEntry) error
}

// A ReplayEntry is a message for a ReplayCache.
type ReplayEntry struct {
	Digest    [32]byte  // SHA-256 of the message
	Timestamp Timestamp // of the message
	Expires   time.Time // after this, the timestamp alone gets it refused; zero: never
	Now       time.Time
}

// DefaultReplayCacheSize is how many messages a MemoryReplayCache remembers
// where it is not told.
const DefaultReplayCacheSize = 65536

// A MemoryReplayCache is a ReplayCache in memory. The zero value is ready. When
// it is full it forgets the messages with the oldest timestamps and from then
// on refuses all that are as old: what it forgets it does not take again.
//
// It does not survive a restart. A program that restarts within the clock skew
// sets Floor.
type MemoryReplayCache struct {
	// Size is how many messages are remembered, at about 150 octets each.
	// Zero: DefaultReplayCacheSize. It must not be changed after first use.
	Size int

	// Floor refuses messages with a timestamp of or before this time. After
	// the loss of a cache, all requests are to be refused until the allowed
	// clock skew has passed (RFC 3830, Section 5.4): that is a Floor of the
	// time of the restart plus the skew. It must not be changed after first
	// use.
	Floor time.Time

	mu       sync.Mutex
	seen     map[[32]byte]struct{}
	clocks   replayQueue
	counters replayQueue
}

// Check implements ReplayCache.
func (c *MemoryReplayCache) Check(e ReplayEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.check(&e)
}

func (c *MemoryReplayCache) check(e *ReplayEntry) error {
	if _, seen := c.seen[e.Digest]; seen {
		return ErrReplayed
	}
	if tm, ok := e.Timestamp.Time(); ok && !c.Floor.IsZero() && !tm.After(c.Floor) {
		return ErrForgotten
	}
	if q := c.queue(e); q.hasFloor && e.Timestamp.order() <= q.floor {
		return ErrForgotten
	}
	return nil
}

// Record implements ReplayCache.
func (c *MemoryReplayCache) Record(e ReplayEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.check(&e); err != nil {
		return err
	}
	if c.seen == nil {
		c.seen = make(map[[32]byte]struct{})
	}
	c.expire(e.Now)
	size := c.Size
	if size <= 0 {
		size = DefaultReplayCacheSize
	}
	q := c.queue(&e)
	c.seen[e.Digest] = struct{}{}
	heap.Push(q, &e)
	if len(c.seen) > size {
		c.forgetOldest(q)
	}
	return nil
}

func (c *MemoryReplayCache) queue(e *ReplayEntry) *replayQueue {
	if e.Timestamp.isClock() {
		return &c.clocks
	}
	return &c.counters
}

// expire forgets what its timestamp alone gets refused.
func (c *MemoryReplayCache) expire(now time.Time) {
	for len(c.clocks.entries) > 0 {
		oldest := c.clocks.entries[0]
		if oldest.Expires.IsZero() || !now.After(oldest.Expires) {
			return
		}
		c.forgetOldest(&c.clocks) // and never take it again: clocks can be set back
	}
}

func (c *MemoryReplayCache) forgetOldest(q *replayQueue) {
	oldest := heap.Pop(q).(*ReplayEntry)
	delete(c.seen, oldest.Digest)
	q.floor, q.hasFloor = oldest.Timestamp.order(), true
}

// A replayQueue is a heap of entries, the oldest timestamp on top.
type replayQueue struct {
	entries  []*ReplayEntry
	floor    uint64 // timestamps up to this one are refused
	hasFloor bool
}

func (q *replayQueue) Len() int { return len(q.entries) }
func (q *replayQueue) Less(i, j int) bool {
	return q.entries[i].Timestamp.order() < q.entries[j].Timestamp.order()
}
func (q *replayQueue) Swap(i, j int) { q.entries[i], q.entries[j] = q.entries[j], q.entries[i] }
func (q *replayQueue) Push(e any)    { q.entries = append(q.entries, e.(*ReplayEntry)) }
func (q *replayQueue) Pop() any {
	last := len(q.entries) - 1
	e := q.entries[last]
	q.entries[last] = nil
	q.entries = q.entries[:last]
	return e
}
