package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The numbers in this file were computed with numpy itself.

func TestRandomWords(t *testing.T) {
	r := NewRandom(2)
	if want := []uint32{2, 3624866507, 846688490, 2733819477}; !slices.Equal(r.key[:4], want) {
		t.Errorf("initial words %v, want %v", r.key[:4], want)
	}
	for i, want := range []uint32{1872583848, 794921487, 111352301, 4000937544, 2360782358,
		4070471979, 1869695442, 2081981515, 1805465960, 1376693511} {
		if got := r.Uint32(); got != want {
			t.Errorf("word %d is %d, want %d", i, got, want)
		}
	}
}

func TestPermutation(t *testing.T) {
	if got, want := NewRandom(2).Permutation(10), []int{4, 1, 5, 0, 7, 2, 3, 6, 9,
		8}; !slices.Equal(got, want) {
		t.Errorf("10 items: %v, want %v", got, want)
	}
	r := NewRandom(2)
	first := r.Permutation(7390)
	if want := []int{564, 6883, 194, 2312, 4140, 3961, 1500, 925, 2670, 5292, 2407, 2324, 5518,
		6712, 291, 6553, 1253, 1097, 3954, 1606}; !slices.Equal(first[:20], want) {
		t.Errorf("first 20: %v, want %v", first[:20], want)
	}
	if want := []int{124, 6548, 2778, 2879, 5167, 2773, 2635, 6751, 433, 4770, 3335, 6504, 1099,
		2514, 6443, 3606, 5704, 6637, 2575, 7336}; !slices.Equal(first[7370:], want) {
		t.Errorf("last 20: %v, want %v", first[7370:], want)
	}
	if got, want := decimals(first),
		"3f48f4f6ad48651e0aae6285b445489ee0bdec0cf8ca07778c21c336f983f75b"; got != want {
		t.Errorf("hash of decimals %s, want %s", got, want)
	}
	var raw []byte
	for _, v := range first {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	if got, want := fmt.Sprintf("%x", sha256.Sum256(raw)),
		"dc9ad2046e1acf8b260c5ea900356540e69ef8786ef18085d1f962a24e62ef58"; got != want {
		t.Errorf("hash of int64 %s, want %s", got, want)
	}
	next := *r
	if got := next.Uint32(); got != 1264475519 {
		t.Errorf("word after the permutation is %d, want 1264475519", got)
	}
	second := r.Permutation(7390)
	if want := []int{442, 3768, 929, 2632, 2696, 74, 1773, 1604, 1084,
		2352}; !slices.Equal(second[:10], want) {
		t.Errorf("second permutation begins %v, want %v", second[:10], want)
	}
	if got, want := decimals(second),
		"6ea2c05bcfce44108135be679bd010de9f8a02203507e9565f94f55f1d01f10e"; got != want {
		t.Errorf("second permutation's hash %s, want %s", got, want)
	}
}

func decimals(p []int) string {
	text := make([]string, len(p))
	for i, v := range p {
		text[i] = fmt.Sprint(v)
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(text, "\n"))))
}
