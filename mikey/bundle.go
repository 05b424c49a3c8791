package mikey

import (
	"crypto/sha256"
	"sync"
)

// MaxBundles is how many CSBs a Bundles holds. Each is one that a peer with a
// key has set up and that the program has not closed.
const MaxBundles = 65536

// Bundles is the table of the crypto session bundles (CSBs) that exist. The
// zero value is ready; it is safe for concurrent use. A CSB stays until
// Session.Close.
type Bundles struct {
	private bool // no responder shares the table

	mu    sync.Mutex
	byID  map[bundleKey][]*bundle
	count int

	// own are the last requests that were sent, so that one that comes back is
	// not taken for the peer's.
	own      map[[sha256.Size]byte]struct{}
	ownOrder [][sha256.Size]byte
	ownNext  int
}

// maxOwnRequests is how many own requests a table remembers. A request counts
// for as long as its timestamp is within the clock skew: that is 27 a second.
const maxOwnRequests = 8192

// bundleKey is how a message names a CSB. Both parties may each initiate one
// with the same number.
type bundleKey struct {
	initiator bool // the own role
	csbID     uint32
}

// A bundle is what the sessions of one CSB have in common.
type bundle struct {
	key  bundleKey
	peer ID
	prf  PRFFunc
	rand []byte // of the first message: it serves every later derivation

	// The table's lock guards these.
	last    Timestamp // of the last request
	current *Session  // nil once closed

	// envelope is the cached envelope key, if there is one: updates are then
	// pre-shared key messages under it (RFC 3830, Section 4.5).
	envelope []byte
}

// find returns the CSB of that number with peer.
func (t *Bundles) find(key bundleKey, peer ID) *bundle {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.findLocked(key, peer)
}

func (t *Bundles) findLocked(key bundleKey, peer ID) *bundle {
	for _, b := range t.byID[key] {
		if b.peer == peer {
			return b
		}
	}
	return nil
}

// findForUpdate is find for an update, which need not say who it is from (RFC
// 3830, Section 4.5): without peer, a CSB that is the only one of its number is
// found.
func (t *Bundles) findForUpdate(key bundleKey, peer ID) *bundle {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b := t.findLocked(key, peer); b != nil {
		return b
	}
	if all := t.byID[key]; peer.IsZero() && len(all) == 1 {
		return all[0]
	}
	return nil
}

// sent remembers an own request.
func (t *Bundles) sent(message []byte) {
	if t.private {
		return
	}
	digest := sha256.Sum256(message)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.own == nil {
		t.own = make(map[[sha256.Size]byte]struct{})
	}
	if len(t.ownOrder) < maxOwnRequests {
		t.ownOrder = append(t.ownOrder, digest)
	} else {
		delete(t.own, t.ownOrder[t.ownNext])
		t.ownOrder[t.ownNext] = digest
		t.ownNext = (t.ownNext + 1) % maxOwnRequests
	}
	t.own[digest] = struct{}{}
}

// isOwn reports whether a request is one of this party.
func (t *Bundles) isOwn(digest [sha256.Size]byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, own := t.own[digest]
	return own
}

// later reports whether a request with timestamp ts may update b: every update
// has a later timestamp than the one before (RFC 3830, Section 4.5), or the
// keystream of AES-CM would repeat.
func (t *Bundles) later(b *bundle, ts Timestamp) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return laterThan(ts, b.last)
}

func laterThan(ts, last Timestamp) bool {
	return ts.isClock() == last.isClock() && ts.order() > last.order()
}

// add enters a new CSB with its first session. With replace it takes the place
// of one with the same key and peer.
func (t *Bundles) add(s *Session, ts Timestamp, replace bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := s.bundle
	if old := t.findLocked(b.key, b.peer); old != nil {
		if !replace {
			return refuse(State, "there is a CSB %08x with this peer already: close its session first, or use another CSB ID", b.key.csbID)
		}
		t.removeLocked(old)
	}
	if t.count >= MaxBundles {
		return refuse(State, "%d sessions exist: close those that are over", t.count)
	}
	if t.byID == nil {
		t.byID = make(map[bundleKey][]*bundle)
	}
	t.byID[b.key] = append(t.byID[b.key], b)
	t.count++
	b.last, b.current = ts, s
	b.cache(s)
	return nil
}

// cache keeps the envelope key of an exchange, where the cache type says so.
func (b *bundle) cache(s *Session) {
	if s.envelope != nil {
		b.envelope = s.envelope
	}
}

// envelopeOf returns the cached envelope key of b, nil if there is none.
func (t *Bundles) envelopeOf(b *bundle) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return b.envelope
}

// checkCurrent checks that s has not been replaced or closed.
func (b *bundle) checkCurrent(s *Session) error {
	switch {
	case b.current == nil:
		return refuse(State, "CSB %08x was closed", b.key.csbID)
	case b.current != s:
		return refuse(State, "another update has replaced the session of CSB %08x", b.key.csbID)
	}
	return nil
}

// countsClock reports whether the timestamps of b tell the time.
func (t *Bundles) countsClock(b *bundle) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return b.last.isClock()
}

// reserve picks the timestamp of the next update of s that an initiator sends:
// ts, or where that is not later than the last one, the next later value.
func (t *Bundles) reserve(s *Session, ts Timestamp) (Timestamp, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := s.bundle
	if err := b.checkCurrent(s); err != nil {
		return ts, err
	}
	if ts.isClock() != b.last.isClock() {
		return ts, refuse(Usage, "timestamps of one CSB are all times or all counters")
	}
	if !laterThan(ts, b.last) {
		ts = b.last.next()
	}
	if !laterThan(ts, b.last) {
		return ts, refuse(State, "the counter of CSB %08x is used up", b.key.csbID)
	}
	b.last = ts
	return ts, nil
}

// update makes s the current session of its CSB instead of before, from which it
// has what the update left out. The initiator's timestamp was reserved before; at
// the responder, it must be later than the last one.
func (t *Bundles) update(s, before *Session, ts Timestamp) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := s.bundle
	if !b.key.initiator && !laterThan(ts, b.last) {
		return refuse(Replay, "the timestamp is not later than that of the last message of CSB %08x", b.key.csbID)
	}
	if err := b.checkCurrent(before); err != nil {
		return err
	}
	if !b.key.initiator {
		b.last = ts
	}
	b.current = s
	b.cache(s)
	return nil
}

// close forgets the CSB of s, unless a later session took it over.
func (t *Bundles) close(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.bundle.current == s {
		t.removeLocked(s.bundle)
	}
}

func (t *Bundles) removeLocked(b *bundle) {
	b.current = nil
	clear(b.envelope)
	b.envelope = nil
	list := t.byID[b.key]
	for i := range list {
		if list[i] == b {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			list = list[:len(list)-1]
			t.count--
			break
		}
	}
	if len(list) == 0 {
		delete(t.byID, b.key)
	} else {
		t.byID[b.key] = list
	}
}

// currentOf returns the current session of b, nil if it was closed.
func (t *Bundles) currentOf(b *bundle) *Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return b.current
}
