package runner

import (
	"encoding/json"

	"gopets/kernelext/notebook"
)

// outputs is what one cell shows while the run goes on. Each is encoded once: a save after a later
// cell costs nothing here.
type outputs struct {
	cell         *notebook.Cell
	items        []*item
	clearPending bool // clear_output(wait=True): clear when the next output comes
	dirty        bool
}

type item struct {
	notebook.Output
	encoded bool
	log     *notebook.Log // of a stream, in place of the Output
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
	var log *notebook.Log
	if n := len(o.items); n > 0 {
		log = o.items[n-1].log
	}
	if log == nil || log.Name() != name {
		log = o.cell.NewLog(name)
		o.add(&item{log: log})
	}
	log.Append(text)
	o.dirty = true
}

// display adds an output and remembers its display id, if it has one. What was shown under that id
// before shows the same from now on.
func (o *outputs) display(out notebook.Output, id string, d displays) {
	d.update(id, out.Data, out.Metadata)
	it := &item{Output: out}
	o.add(it)
	if id != "" {
		d[id] = append(d[id], shown{o, it})
	}
}

// update replaces the content of all that was shown under a display id; what has been cleared
// meanwhile stays away.
func (d displays) update(id string, data map[string]json.RawMessage, metadata json.RawMessage) (found bool) {
	for _, s := range d[id] {
		out := notebook.Display(data, metadata)
		out.Type, out.ExecutionCount = s.it.Type, s.it.ExecutionCount
		s.it.Output, s.it.encoded = out, false
		s.in.dirty = true
		found = true
	}
	return found
}

func (o *outputs) list() []notebook.Output {
	list := make([]notebook.Output, len(o.items))
	for i, it := range o.items {
		switch {
		case it.log != nil:
			list[i] = it.log.Output()
			continue
		case !it.encoded:
			it.Output, it.encoded = o.cell.Encode(it.Output), true
		}
		list[i] = it.Output
	}
	return list
}
