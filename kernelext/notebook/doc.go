// Package notebook reads and writes Jupyter notebooks (nbformat 4; 1 to 3 are upgraded) without
// losing unknown content.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	for _, c := range nb.Cells() {
//		if c.Type() == notebook.Code {
//			c.SetOutputs(nil)
//		}
//	}
//	err = nb.WriteFile("clean.ipynb")
//
// A notebook is kept as its text, cut into members; setting a property replaces the bytes of one
// member. So reading and writing changes nothing, and unknown keys, key order, numbers (1e2, 1.50),
// escapes and lists of lines survive an edit. New text is formatted as Jupyter's: one space of
// indentation (or the file's), sorted keys.
//
// What is invalid by nbformat's schema is repaired on reading where nothing is lost: missing
// members, ids, execution counts, a low minor version, NaN and Infinity (null), bytes that are not
// UTF-8, cells and outputs of old formats. [Notebook.Warnings] lists repairs, and what stays
// invalid. The error for another file names its kind: a merge conflict, a Git LFS pointer, HTML,
// UTF-16.
//
// # Tried and dropped
//
//   - Structs with json tags: they lose unknown keys and key order, and 1.0 becomes 1.
//   - A map of json.RawMessage: it loses key order and duplicate keys.
//   - One slice of bytes for each value: a save copied 50 MB of output five times.
//   - encoding/json's token stream: it decodes keys, so "\u0061" comes back as "a".
package notebook
