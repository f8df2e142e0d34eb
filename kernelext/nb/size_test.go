package main

import "testing"

func TestByteSize(t *testing.T) {
	for text, want := range map[string]string{
		"500MB": "500MB", "1.5 gb": "1500MB", "2000": "2000", "64KiB": "65536", "none": "none",
		"10M": "10MB", "1GB": "1GB", "7b": "7",
	} {
		var s byteSize
		if err := s.Set(text); err != nil || s.String() != want {
			t.Errorf("%s is %s, want %s (%v)", text, s.String(), want, err)
		}
	}
	for _, text := range []string{"", "MB", "-1", "0", "nan", "1e30GB", "12 parsecs", "inf"} {
		var s byteSize
		if err := s.Set(text); err == nil {
			t.Errorf("%q is %s", text, s.String())
		}
	}
}
