package runner

import (
	"encoding/json"
	"strings"

	"gopets/kernelext/notebook"
)

// outputs is what one cell shows while the run goes on.
type outputs struct {
	items        []*item
	clearPending bool // clear_output(wait=True): clear when the next output comes
	dirty        bool
}

type item struct {
	notebook.Output
	text strings.Builder // of a stream
}

// displays finds every output that was shown under a display id, of whichever cell.
type displays map[string][]shown

type shown struct {
	in *outputs
	it *item
}

func (o *outputs) clear(wait bool) {
	if wait {
		o.clearPending = true
		return
	}
	o.items, o.clearPending, o.dirty = nil, false, true
}

func (o *outputs) add(it *item) {
	if o.clearPending {
		o.clear(false)
	}
	o.items = append(o.items, it)
	o.dirty = true
}

// stream appends text to the last output if that is the same stream.
func (o *outputs) stream(name, text string) {
	if o.clearPending {
		o.clear(false)
	}
	var last *item
	if n := len(o.items); n > 0 {
		last = o.items[n-1]
	}
	if last == nil || last.Type != notebook.StreamOutput || last.Name != name {
		last = &item{Output: notebook.Stream(name, "")}
		o.add(last)
	}
	last.text.WriteString(text)
	o.dirty = true
}

// display adds an output and remembers its display id, if it has one.
func (o *outputs) display(out notebook.Output, id string, d displays) {
	it := &item{Output: out}
	o.add(it)
	if id != "" {
		d[id] = append(d[id], shown{o, it})
	}
}

// update replaces the content of all that was shown under a display id; what has been cleared meanwhile stays away.
func (d displays) update(id string, data map[string]json.RawMessage, metadata json.RawMessage) (found bool) {
	for _, s := range d[id] {
		s.it.Data, s.it.Metadata = data, metadata
		s.in.dirty = true
		found = true
	}
	return found
}

func (o *outputs) list() []notebook.Output {
	list := make([]notebook.Output, len(o.items))
	for i, it := range o.items {
		list[i] = it.Output
		if it.Type == notebook.StreamOutput {
			list[i].Text = it.text.String()
		}
	}
	return list
}
