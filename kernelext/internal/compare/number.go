package compare

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// number matches numbers outside of words: not the 3 of x3 or of sha256.
var number = regexp.MustCompile(`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?`)

// piece is the text before a number; the last has no number.
type piece struct {
	text   string
	number string
}

func pieces(s string) []piece {
	var all []piece
	from := 0
	for _, at := range number.FindAllStringIndex(s, -1) {
		if at[0] > 0 && word(s[at[0]-1]) {
			continue
		}
		all = append(all, piece{strings.Join(strings.Fields(s[from:at[0]]), " "), s[at[0]:at[1]]})
		from = at[1]
	}
	return append(all, piece{text: strings.Join(strings.Fields(s[from:]), " ")})
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c >= 0x80
}

func (r Rules) sameLine(want, got string) bool {
	if want == got {
		return true
	}
	if r.Absolute == 0 && r.Relative == 0 {
		return false
	}
	a, b := pieces(want), pieces(got)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].text != b[i].text || !r.sameNumber(a[i].number, b[i].number) {
			return false
		}
	}
	return true
}

func (r Rules) sameNumber(want, got string) bool {
	if want == got {
		return true
	}
	a, err := strconv.ParseFloat(want, 64)
	b, err2 := strconv.ParseFloat(got, 64)
	if err != nil || err2 != nil {
		return false
	}
	return math.Abs(a-b) <= max(r.Absolute, r.Relative*math.Abs(a))
}

// align replaces got's lines by want's where they are the same within the tolerance. Of unequal
// numbers of lines only the common beginning and end are paired.
func (r Rules) align(want, got []string) []string {
	out := append([]string(nil), got...)
	same := func(i, j int) bool {
		if !r.sameLine(want[i], got[j]) {
			return false
		}
		out[j] = want[i]
		return true
	}
	if len(want) == len(got) {
		for i := range want {
			same(i, i)
		}
		return out
	}
	n, head := min(len(want), len(got)), 0
	for head < n && same(head, head) {
		head++
	}
	for tail := 1; tail <= n-head && same(len(want)-tail, len(got)-tail); tail++ {
	}
	return out
}
