package dataset

// Random is numpy's legacy generator MT19937: seed 2 makes fastai's split (§2.4).
type Random struct {
	key [624]uint32
	pos int
}

// NewRandom is numpy.random.seed(seed).
func NewRandom(seed uint32) *Random {
	r := &Random{pos: len(Random{}.key)}
	r.key[0] = seed
	for i := 1; i < len(r.key); i++ {
		r.key[i] = 1812433253*(r.key[i-1]^r.key[i-1]>>30) + uint32(i)
	}
	return r
}

// Uint32 returns the next word of the stream.
func (r *Random) Uint32() uint32 {
	if r.pos == len(r.key) {
		r.refill()
	}
	y := r.key[r.pos]
	r.pos++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (r *Random) refill() {
	const n, m = len(Random{}.key), 397
	for i := range n {
		y := r.key[i]&0x80000000 | r.key[(i+1)%n]&0x7fffffff
		next := r.key[(i+m)%n] ^ y>>1
		if y&1 == 1 {
			next ^= 0x9908b0df
		}
		r.key[i] = next
	}
	r.pos = 0
}

// below draws from 0…limit: masked by the next power of two, rejecting larger values.
func (r *Random) below(limit uint32) uint32 {
	if limit == 0 {
		return 0
	}
	mask := limit
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		if v := r.Uint32() & mask; v <= limit {
			return v
		}
	}
}

// Permutation is numpy.random.permutation(n). The next call continues the stream, as in the blog.
func (r *Random) Permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := r.below(uint32(i))
		p[i], p[j] = p[j], p[i]
	}
	return p
}
