// Package compare says in what two runs of a cell differ to a reader's eye: the outputs that a
// notebook has kept and those of a new run.
//
//	rules, err := compare.Builtin()
//	differences, masked, err := compare.Outputs(saved, now, compare.Rules{Sanitize: rules})
//	for _, d := range differences {
//		fmt.Printf("%v\n%s", d, d.Unified())
//	}
//
// What is compared, and how:
//
//   - stdout and stderr, each as one text wherever its pieces are between other outputs: a
//     kernel's pipes race. Progress bars count in their last state, and colours do not count.
//   - displays and results one after the other, every MIME type of each. Whether something is a
//     result or a display, its number and its metadata do not count.
//   - images (PNG, JPEG, GIF with all its frames, WebP) by size and decoded pixels, also those in
//     data URIs inside of any text.
//   - HTML and SVG as text with one element a line: white space, the order of attributes, comments,
//     an SVG's metadata, and what elements' ids are called do not count.
//   - JSON types by structure: the order of keys, white space and the spelling of numbers do not
//     count.
//   - errors by name and value; tracebacks do not count.
//   - views of widgets (application/vnd.jupyter.widget-view+json) do not count, for their ids are
//     random.
//   - of everything that is text, blanks at the ends of lines and of the text do not count.
//
// Rules make texts comparable that differ from run to run. Without names, Builtin returns those
// that cannot hide a result: they mask addresses, temporary names, and timings and dates in places
// where programs speak of themselves. What they masked is returned, to be shown. Others (uuids,
// times, durations, paths) are asked for by name. ParseRules reads a user's, in the form of nbval's
// sanitize file; numbers and pixels have tolerances.
//
// # Tried and dropped
//
//   - Masking durations, clock times and folders everywhere: "3 s" against "4 s" and /data/a
//     against /data/b are results as often as not.
//   - Outputs in their full order, streams among them: GoNB's and ipykernel's stdout moves against
//     displays from run to run.
//   - The visible text of HTML alone: a bar chart made of divs has none, and a table coloured by
//     its values loses the colours.
//   - Go's regexp for user rules: nbval's files use look-ahead and backreferences, which it has
//     not. regexp2 has, with a time limit.
//   - The longest common subsequence of displays: comparing each with each decodes every image many
//     times.
package compare
