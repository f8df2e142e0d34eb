// Package compare finds the visible differences between a cell's saved outputs and new ones.
//
//	rules, err := compare.Builtin()
//	differences, masked, err := compare.Outputs(saved, now, compare.Rules{Sanitize: rules})
//	for _, d := range differences {
//		fmt.Printf("%v\n%s", d, d.Unified())
//	}
//
// What is compared:
//
//   - stdout and stderr, each as one text, as a kernel's pipes race; without colours, progress bars
//     in their last state.
//   - displays and results in order, every MIME type of each; not their number and metadata.
//   - images (PNG, JPEG, GIF, WebP) by size and decoded pixels, also in data URIs.
//   - HTML and SVG as elements: not white space, the order of attributes, comments, metadata or
//     ids.
//   - JSON by structure.
//   - errors by name and value, without tracebacks. Views of widgets, which have random ids, and
//     blanks at the ends of lines and texts do not count.
//
// Without names, Builtin returns rules that cannot hide a result: addresses, temporary names,
// timings and dates in programs' own messages. Their masks are returned. Others (uuids, times,
// durations, paths) are used by name; ParseRules reads a user's. Numbers and pixels have
// tolerances.
//
// # Tried and dropped
//
//   - Masking durations, times and folders everywhere: "3 s" and /data/a are often results.
//   - Outputs in their full order: stdout moves against displays from run to run.
//   - The visible text of HTML alone: a bar chart made of divs has none.
//   - Go's regexp for user rules: nbval's files use look-ahead, which regexp2 has.
//   - The longest common subsequence of displays: it decodes every image many times.
package compare
