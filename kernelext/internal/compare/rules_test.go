package compare_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/notebook"
)

func apply(t *testing.T, rules []compare.Rule, s string) string {
	t.Helper()
	for _, r := range rules {
		var err error
		if s, err = r.Apply(s); err != nil {
			t.Error(err)
		}
	}
	return s
}

func TestBuiltin(t *testing.T) {
	for name, cases := range map[string]map[string]string{
		"addresses": {
			"&{0xc000012345}":                       "&{‹address›}",
			"<Figure at 0x7f8b8c0d>":                "<Figure at ‹address›>",
			"mask 0xff, colour 0xdeadbeef":          "mask 0xff, colour 0xdeadbeef",
			"main.f(0x14000102000, 0x1)":            "main.f(‹address›, 0x1)",
			"0x0123456789abcdef0123 is a long hash": "0x0123456789abcdef0123 is a long hash",
		},
		"uuids": {
			"id=3F2504E0-4f89-11d3-9a0c-0305e82c3301;":               "id=‹uuid›;",
			"3f2504e0-4f89-11d3-9a0c-0305e82c33011 has a digit more": "3f2504e0-4f89-11d3-9a0c-0305e82c33011 has a digit more",
		},
		"names": {
			"# gonb_eb1c7202\nipykernel_123.py": "# ‹name›\n‹name›.py",
			"wrote tmpab12cd_x":                 "wrote ‹name›",
			"gonb_doc, tmp_1, tmpfile":          "gonb_doc, tmp_1, tmpfile",
		},
		"times": {
			"2026-11-24 13:30:26.123 +0000 UTC m=+0.000123": "‹time›",
			"2026-11-24T13:30:26Z now":                      "‹time› now",
			"2026-11-24T13:30:26.5+02:00":                   "‹time›",
			"2026/11/24 13:30:26 log line":                  "‹time› log line",
			"Tue Nov 24 13:30:26 UTC 2026":                  "‹time›",
			"Tue Nov 24 13:30:26 2026":                      "‹time›",
			"Tue, 24 Nov 2026 13:30:26 GMT":                 "‹time›",
			"Tue, 24 Nov 2026 13:30:26 +0100":               "‹time›",
			"datetime.datetime(2026, 11, 24, 13, 30)":       "‹time›",
			"| 0.31 | 00:12 |":                              "| 0.31 | ‹time› |",
			"at 9:05":                                       "at ‹time›",
			"2026-11-24":                                    "2026-11-24",
			"./main.go:12:17: x":                            "./main.go:12:17: x",
			"12:17: x, [00:01<00:00]":                       "‹time›: x, [‹time›<‹time›]",
			"localhost:8888, 3:2, 12:75, v1:2":              "localhost:8888, 3:2, 12:75, v1:2",
		},
		"durations": {
			"1h2m3.5s, 2m0s and 1h5m":           "‹duration›, ‹duration› and ‹duration›",
			"took 1.53s (12 ms, 3µs, 4 µs)":     "took ‹duration› (‹duration›, ‹duration›, ‹duration›)",
			"5 seconds, 1 min, 2 hours":         "‹duration›, ‹duration›, ‹duration›",
			"1,234 ms":                          "‹duration›",
			"1.2e-05 s":                         "‹duration›",
			"[‹time›<‹time›, 9.81it/s]":         "[‹time›<‹time›, ‹duration›]",
			"1.35s/it, 12 MB/s":                 "‹duration›, ‹duration›",
			"mean of 7 runs, 1,000 loops each)": "mean of ‹duration›)",
			"5 m, 3 sheep, 2 sets, 7 mph":       "5 m, 3 sheep, 2 sets, 7 mph",
			"petnet10s":                         "petnet10s",
		},
		"paths": {
			"/home/me/project/a.png":              "‹dir›/a.png",
			`open("/usr/lib/python3.11/x.py")`:    `open("‹dir›/x.py")`,
			"~/.cache/gopets/data":                "‹dir›/data",
			`C:\Users\me\a.txt`:                   `‹dir›/a.txt`,
			"/tmp/go-build123/b001/exe":           "‹dir›/",
			"/tmp/tmpab12":                        "‹dir›/",
			"wrote /tmp, then /tmp/x":             "wrote ‹dir›/, then ‹dir›/",
			"file:///home/me/a":                   "file://‹dir›/a",
			"https://example.com/a/b?c=/d":        "https://example.com/a/b?c=/d",
			"/home/me/a:12: error in /home/me/b/": "‹dir›/a:12: error in ‹dir›/",
			"1/2, and/or, ./a/b, km/h, /x":        "1/2, and/or, ./a/b, km/h, /x",
		},
	} {
		rules, err := compare.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for in, want := range cases {
			if got := apply(t, rules, in); got != want {
				t.Errorf("%s: %q becomes %q, wanted %q", name, in, got, want)
			}
		}
	}
	if _, err := compare.Builtin("colours"); err == nil || !strings.Contains(err.Error(), "addresses, uuids, names") {
		t.Errorf("a rule that is not there: %v", err)
	}
}

func TestParseRules(t *testing.T) {
	rules, err := compare.ParseRules("sanitize.cfg", `# nbval's own example, and more
[regex1]
regex: \d{1,2}/\d{1,2}/\d{2,4}
replace: DATE-STAMP

; what Go's regexp cannot
regex: (?<=id=)(?P<letter>[a-z])\d+(?P=letter)
replace: \g<letter>$N\\\1
regex: (["'])SECRET\1(?! agent)\Z
replace: 
regex: ^begin
replace: a\tb
`)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"on 1/2/2026":                 "on DATE-STAMP",
		"id=a12a id=b3c":              `id=a$N\a id=b3c`,
		`'SECRET' "SECRET"`:           `'SECRET' `,
		"begin\nbegin":                "a\tb\nbegin",
		`"SECRET' and "SECRET" agent`: `"SECRET' and "SECRET" agent`,
	} {
		if got := apply(t, rules, in); got != want {
			t.Errorf("%q becomes %q, wanted %q", in, got, want)
		}
	}
	for text, says := range map[string]string{
		"regex: a":                            `f, line 1: a "regex:" without a "replace:"`,
		"regex: a\n\nreplace: b":              `f, line 2: wanted the "replace:" of line 1`,
		"regex: a\nregex: b\nreplace: c":      `f, line 2: wanted the "replace:" of line 1`,
		"\nreplace: c":                        `f, line 2: a "replace:" without`,
		"rgx: a":                              `"rgx: a" is neither`,
		"[x]\nregex: a(\nreplace: b":          "f, line 2: ",
		"regex: a\r\nreplace: b\r\nregex: c(": "line 3",
	} {
		if _, err := compare.ParseRules("f", text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, wanted %s", text, err, says)
		}
	}
	if _, err := compare.ReadRules(filepath.Join(t.TempDir(), "none.cfg")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	// A user's rules see HTML as it was sent, and JSON in its normal form; they work before the
	// others.
	user, err := compare.ParseRules("f", "regex: <td class=\"r\">\\d+ ms\nreplace: <td>T\nregex: \"seed\": \\d+\nreplace: \"seed\": 0")
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := compare.Builtin("durations")
	if err != nil {
		t.Fatal(err)
	}
	r := compare.Rules{Sanitize: append(builtin, user...)}
	check(t, "HTML", []notebook.Output{htm(`<tr><td class="r">12 ms x`)}, []notebook.Output{htm(`<tr><td>T x`)}, r, "")
	check(t, "JSON", []notebook.Output{show("application/json", `{"seed":12}`)}, []notebook.Output{show("application/json", `{"seed":  13}`)}, r, "")
}
