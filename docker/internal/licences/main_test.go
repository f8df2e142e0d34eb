package main

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docker/LICENCES.md anew")

func TestTheListIsFresh(t *testing.T) {
	var now bytes.Buffer
	if err := write(&now); err != nil {
		t.Fatal(err)
	}
	const file = "../../LICENCES.md"
	if *update {
		if err := os.WriteFile(file, now.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, now.Bytes()) {
		t.Errorf(
			"docker/LICENCES.md is not what go.mod links now; write it with: go run "+
				"./docker/internal/licences >docker/LICENCES.md\n%s", now.String())
	}
	if strings.Contains(now.String(), "unknown") {
		t.Error(
			"a module's licence is not known: read it, and teach docker/internal/licences its " +
				"sentence")
	}
}

func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"                                 Apache License\n                           Version " +
			"2.0, January 2004", []string{"Apache-2.0"}},
		{"Permission is hereby granted, free of charge, to any person\nobtaining a copy of this " +
			"software and", []string{"MIT"}},
		{"SIL OPEN FONT LICENSE Version 1.1\nPermission is hereby granted, free of charge, to " +
			"any person obtaining a copy of the Font Software", []string{"OFL-1.1"}},
		{"* Redistributions in binary form must reproduce the above\ncopyright notice. * Neither " +
			"… be used to\nendorse or promote products derived from", []string{"BSD-3-Clause"}},
		{"* Redistributions in binary form must reproduce the above\ncopyright notice.",
			[]string{"BSD-2-Clause"}},
		{"All rights reserved.", []string{"unknown"}},
	} {
		if got := identify(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q is taken for %v, want %v", c.text, got, c.want)
		}
	}
}
