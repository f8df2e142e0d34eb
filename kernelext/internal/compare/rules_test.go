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
			"&{0xc000012345}":                  "&{‹address›}",
			"&{1 0xc000012345 0xc000012346} 7": "&{1 ‹address› ‹address›} 7",
			"(*main.T)(0xc000012345)":          "(*main.T)(‹address›)",
			"map[a:0xc000012345 b:2]":          "map[a:‹address› b:2]",
			"main.f(0x14000102000, 0x1)":       "main.f(‹address›, 0x1)",
			"<Figure at 0x7f8b8c0d>":           "<Figure at ‹address›>",
			"<cell at 0x7F8B8C0D1234: int object at 0x7f8b8c0d12>": "<cell at ‹address›: int object at " +
				"‹address›>",
			"<bound method A.f of <A object at 0x7f8b8c0d1234>>": "<bound method A.f of <A object at " +
				"‹address›>>",
			"mask 0xff, colour 0xdeadbeef":   "mask 0xff, colour 0xdeadbeef",
			"jumps at 0x4004f6a8":            "jumps at 0x4004f6a8",
			"0x2b641d1cc068, [0x2b641d1cc0]": "0x2b641d1cc068, [0x2b641d1cc0]",
			"0x7ffd12345678, 0xc000012345":   "0x7ffd12345678, 0xc000012345",
		},
		"pointers": {
			"0x0123456789abcdef0123 is a long hash": "0x0123456789abcdef0123 is a " +
				"long hash",
			"sum 0x1f2e3d4c5b, key 0xc0ffee1234": "sum 0x1f2e3d4c5b, key 0xc0ffee1234",
			"0x2b641d1cc068, 0x2b641d1cc063":     "‹address›, 0x2b641d1cc063",
			"0x7ffd12345678, 0xc000012345":       "‹address›, ‹address›",
		},
		"uuids": {
			"id=3F2504E0-4f89-11d3-9a0c-0305e82c3301;": "id=‹uuid›;",
			"3f2504e0-4f89-11d3-9a0c-0305e82c33011 has a " +
				"digit more": "3f2504e0-4f89-11d3-9a0c-0305e82c33011 has a digit more",
		},
		"temporary": {
			"# gonb_eb1c7202\nipykernel_123/4.py":      "# ‹temporary›\n‹temporary›/4.py",
			"wrote /tmp/tmpab12cd_x/a.csv":             "wrote ‹temporary›/a.csv",
			"/tmp/nb-12345/tmpab12cd_x/a.csv":          "‹temporary›/a.csv",
			"/tmp/nb-12345/report123456789.txt":        "‹temporary›report.txt",
			"/var/folders/x1/y_2/T/tmpab12cd_x":        "‹temporary›",
			"/tmp/go-build123/b001/exe, /tmp/a/x.csv":  "‹temporary›/b001/exe, ‹temporary›/a/x.csv",
			"gonb_doc, tmp_1, tmpfile, tmpab12cd_x":    "gonb_doc, tmp_1, tmpfile, tmpab12cd_x",
			"/tmpfs, /home/me/tmp/x, /srv/var/tmp/x":   "/tmpfs, /home/me/tmp/x, /srv/var/tmp/x",
			"/home/me/tmpab12cd_x, ./tmp/tmpab12cd_x/": "/home/me/tmpab12cd_x, ./tmp/tmpab12cd_x/",
		},
		"timings": {
			" 50%|███  | 5/10 [00:01<00:03, 9.81it/s, loss=0.5]": " 50%|███  | 5/10 [‹timing›, " +
				"loss=0.5]",
			"0it [00:00, ?it/s]":            "0it [00:00, ?it/s]",
			"1/3 [1:00:01<?, ?it/s]":        "1/3 [‹timing›]",
			"40.00% [2/5 00:01<00:02 0.31]": "40.00% [2/5 ‹timing› 0.31]",
			"CPU times: user 1 ms, sys: 0 ns\n" +
				"Wall time: 12.3 ms": "CPU times: ‹timing›\n" +
				"Wall time: ‹timing›",
			"2026-11-24 13:30:26.123 +0000 UTC " +
				"m=+0.000123": "‹timing›",
			"2026-11-24 13:30:26.123 +0000 UTC": "2026-11-24 13:30:26.123 +0000 UTC",
			"12.3 ns ± 0.4 ns per loop (mean ± std. dev. of 7 runs, 10,000,000 " +
				"loops each)": "‹timing›",
			"10/10 ━━━ 3s 12ms/step - " +
				"loss: 0.31": "10/10 ━━━ ‹timing› - " +
				"loss: 0.31",
			"3 s, 12 ms, 1h2m, 9.8it/s, 12 " +
				"MB/s, 00:12": "3 s, 12 ms, 1h2m, 9.8it/s, " +
				"12 MB/s, 00:12",
		},
		"logs": {
			"2026/11/24 13:30:26 started": "‹log› started",
			"2026-11-24 13:30:26,123 - INFO - at 2026-11-24 13:30:26": "‹log› - INFO - at " +
				"2026-11-24 13:30:26",
			"/usr/lib/python3/numpy/x.py:12: UserWarning: odd": "‹log›x.py:12: " +
				"UserWarning: odd",
			"I0000 00:00:1690000000.123456   1234 cpu.cc:12] ready": "‹log›cpu.cc:12] ready",
			"at 13:30": "at 13:30",
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
			"1h2m3.5s, 2m0s and 1h5m":       "‹duration›, ‹duration› and ‹duration›",
			"took 1.53s (12 ms, 3µs, 4 µs)": "took ‹duration› (‹duration›, ‹duration›, ‹duration›)",
			"5 seconds, 1 min, 2 hours":     "‹duration›, ‹duration›, ‹duration›",
			"1,234 ms":                      "‹duration›",
			"1.2e-05 s":                     "‹duration›",
			"[‹time›<‹time›, 9.81it/s]":     "[‹time›<‹time›, ‹duration›]",
			"1.35s/it, 12 MB/s":             "‹duration›, ‹duration›",
			"5 m, 3 sheep, 2 sets, 7 mph":   "5 m, 3 sheep, 2 sets, 7 mph",
			"petnet10s":                     "petnet10s",
		},
		"paths": {
			"/home/me/project/a.png":              "‹dir›/a.png",
			`open("/usr/lib/python3.11/x.py")`:    `open("‹dir›/x.py")`,
			"~/.cache/gopets/data":                "‹dir›/data",
			`C:\Users\me\a.txt`:                   `‹dir›/a.txt`,
			"‹temporary›report/b/x.csv":           "‹dir›/x.csv",
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
	if _, err := compare.Builtin("colours"); err == nil || !strings.Contains(err.Error(),
		"addresses, temporary, timings, logs") {
		t.Errorf("a rule that is not there: %v", err)
	}
}

// Rules without a name must not change these values, which look like noise.
func TestStandardRulesHideNoResult(t *testing.T) {
	rules, err := compare.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	r := compare.Rules{Sanitize: rules}
	for want, got := range map[string]string{
		"3 s": "4 s", "12:30:45": "11:22:33", "/data/a/x.csv": "/data/b/x.csv",
		"took 1.53s": "took 9.81s", "1h5m": "2h5m",
		"2026-11-24 13:30:26":       "2026-11-25 13:30:26",
		"2026/11/24 13:30:26 login": "2026/11/25 13:30:26 login",
		"9.8it/s":                   "1.2it/s", "12 MB/s": "90 MB/s", "0xdeadbeef": "0xcafebabe",
		"0xc0ffee1234": "0xc0ffee1235", "0xc000012345": "0xc000012346",
		"at 0x7f0000000010": "at 0x7f0000000020", "0x1234567890": "0x1234567898",
		"id 3f2504e0-4f89-11d3-9a0c-0305e82c3301": "id 4f2504e0-4f89-11d3-9a0c-0305e82c3301",
		"/tmp/a/x.csv": "/tmp/b/x.csv", "~/a/x": "~/b/x", `C:\a\x`: `C:\b\x`,
		"datetime.datetime(2026, 11, 24, 13, 30)": "datetime.datetime(2025, 11, " +
			"24, 13, 30)",
		"5/10 [00:01<00:03, 9.81it/s, loss=0.5]": "5/10 [00:01<00:03, 9.81it/s, " +
			"loss=0.6]",
		"5/10 [00:01<00:03, 9.81it/s]": "6/10 [00:01<00:03, 9.81it/s]",
		"tmpab12cd_x":                  "tmpzz12cd_x",
		"city  opens  time\n0 1.0 2.0 09:30": "city  opens  time\n" +
			"0 1.0 2.0 10:30",
		"epoch  train_loss  time\n0  0.31  00:12": "epoch  train_loss  time\n" +
			"0  0.32  00:12",
		"epoch  train_loss  time\n0  0.31  00:12\n\n1  2  00:12": "epoch  train_loss  time\n" +
			"0  0.31  00:12\n\n1  2  00:13",
	} {
		check(t, want, []notebook.Output{out(want + "\n")}, []notebook.Output{out(got + "\n")}, r,
			"stdout: ")
		check(t, want, []notebook.Output{htm("<p>" + want)}, []notebook.Output{htm("<p>" + got)}, r,
			"text/html: ")
	}
	table := func(first, time string) notebook.Output {
		return htm("<table><tr><th>" + first + "<th>train_loss<th>time<tr><td>0<td>0.31<td>" +
			time + "</table>")
	}
	check(t, "a table of hours", []notebook.Output{table("day", "09:30")},
		[]notebook.Output{table("day", "10:30")}, r, "text/html: ")
}

// What was masked is returned, with both texts.
func TestMasks(t *testing.T) {
	rules, err := compare.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	fit := func(time string) string {
		return "epoch  train_loss  valid_loss  time\n0  0.31  0.30  " + time +
			"\n1  0.21  0.20  01:00\n"
	}
	page := func(time string) string {
		return "<table><thead><tr><th>epoch</th><th>train_loss</th><th>time</th></tr></thead><tr><td>0</td><td>0.31</td><td>" + time + "</td></tr></table>"
	}
	for name, c := range map[string]struct {
		want, got notebook.Output
		masks     string
	}{
		"an address": {out("<T at 0x7f0000000001>\n"), out("<T at 0x7f0000000002>\n"),
			"stdout addresses: 0x7f0000000001 → 0x7f0000000002"},
		"a log": {errs("2026/01/01 01:01:01 x\n"), errs("2026/01/01 01:01:02 x\n"),
			"stderr logs: 2026/01/01 01:01:01 → 2026/01/01 01:01:02"},
		"a fit": {out(fit("00:12")), out(fit("00:07")), "stdout timings: 00:12 → 00:07"},
		"a fit's table": {htm(page("00:12")), htm(page("00:07")),
			"display 1, text/html timings: 00:12 → 00:07"},
		"nothing": {out("<T at 0x7f0000000001> 1\n"), out("<T at 0x7f0000000001> 1 \n"), ""},
	} {
		d, masked, err := compare.Outputs([]notebook.Output{c.want}, []notebook.Output{c.got},
			compare.Rules{Sanitize: rules})
		if err != nil || len(d) > 0 {
			t.Errorf("%s: %v, error %v", name, d, err)
		}
		var all []string
		for _, m := range masked {
			all = append(all, m.Place+" "+m.Rule+": "+m.Want+" → "+m.Got)
		}
		if got := strings.Join(all, "; "); got != c.masks {
			t.Errorf("%s: masked %q, want %q", name, got, c.masks)
		}
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
		"regex: a\n\nreplace: b":              `f, line 2: want the "replace:" of line 1`,
		"regex: a\nregex: b\nreplace: c":      `f, line 2: want the "replace:" of line 1`,
		"\nreplace: c":                        `f, line 2: a "replace:" without`,
		"rgx: a":                              `"rgx: a" is neither`,
		"[x]\nregex: a(\nreplace: b":          "f, line 2: ",
		"regex: a\r\nreplace: b\r\nregex: c(": "line 3",
	} {
		if _, err := compare.ParseRules("f", text); err == nil ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %s", text, err, says)
		}
	}
	if _, err := compare.ReadRules(filepath.Join(t.TempDir(), "none.cfg")); !errors.Is(err,
		os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	// A user's rules see HTML as the kernel sent it, and JSON in its normal form; they work before
	// the others.
	user, err := compare.ParseRules("f",
		"regex: <td class=\"r\">\\d+ ms\nreplace: <td>T\nregex: \"seed\": \\d+\n"+
			"replace: \"seed\": 0")
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := compare.Builtin("durations")
	if err != nil {
		t.Fatal(err)
	}
	r := compare.Rules{Sanitize: append(builtin, user...)}
	check(t, "HTML", []notebook.Output{htm(`<tr><td class="r">12 ms x`)},
		[]notebook.Output{htm(`<tr><td>T x`)}, r, "")
	check(t, "JSON", []notebook.Output{show("application/json", `{"seed":12}`)},
		[]notebook.Output{show("application/json", `{"seed":  13}`)}, r, "")
}
