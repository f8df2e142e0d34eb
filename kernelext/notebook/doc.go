// Package notebook reads and writes Jupyter notebook files (nbformat 4; 1 to 3 are upgraded)
// without losing a byte of what it does not know.
//
// A notebook is kept as the text it was read from, cut into members: every object remembers its
// members in their order, each with the very bytes of its key and value. Reading a property decodes
// those bytes; setting one replaces the bytes of that member alone. The rest is written
// back as it stood, so
//
//   - a notebook that is read and written unchanged has no difference, whatever its white space;
//   - unknown keys, key order, number formats (1e2, 1.50), escapes and lone surrogates survive
//     beside an edit;
//   - a source or a text stays a string, or a list of lines, as the file had it.
//
// A file that is not valid by nbformat's schema is repaired on reading where nothing is lost by it:
// missing members, ids that are null, missing or not unique, a minor version too low, NaN and
// Infinity (read as null), bytes that are not UTF-8, cells and outputs of old formats.
// [Notebook.Warnings] names what was repaired and what stays invalid: unknown keys and types,
// metadata of the wrong type. A file that is no notebook is refused with what it is instead: a
// merge conflict, a Git LFS pointer, an HTML page, UTF-16 text.
//
// New text is formatted as Jupyter itself writes it: one space of indentation (or what the file
// uses), sorted keys, no escaping of anything but what JSON demands.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	for _, c := range nb.Cells() {
//		if c.Type() == notebook.Code {
//			c.SetOutputs(nil)
//		}
//	}
//	err = nb.WriteFile("clean.ipynb")
//
// # Tried and dropped
//
//   - Structs with json tags: they lose unknown keys and key order, and 1.0 becomes 1.
//   - A map of json.RawMessage: keeps numbers, loses key order and duplicate keys.
//   - One slice of bytes for each value: a save after every cell copied a notebook with 50 MB of
//     output five times.
//   - encoding/json's token stream: it decodes keys, so "\u0061" comes back as "a".
package notebook
