package runner

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

type outputs struct {
	cell *notebook.Cell
	// gets the first change since the last save; may be nil
	changed      *[]*outputs
	items        []*item
	clearPending bool // clear_output(wait=True): clear when the next output comes
	dirty        bool
	limit        int64 // of size; none if not above zero
	size         int64 // of streams and displays
	dropped      int64 // by the limit
}

// An item is a growing stream, a display shared by all that show its id, or a finished output.
type item struct {
	output  notebook.Output
	log     *notebook.Log
	shared  *display
	version int                   // of the shared display that output holds
	failure *jupyter.ErrorContent // of an error
}

type display struct {
	data     map[string]json.RawMessage
	metadata json.RawMessage
	version  int // above zero
	shownIn  []*outputs
}

type displays map[string]*display

func (o *outputs) touch() {
	if !o.dirty && o.changed != nil {
		*o.changed = append(*o.changed, o)
	}
	o.dirty = true
}

func (o *outputs) clear(wait bool) {
	if wait {
		o.clearPending = true
		return
	}
	o.items, o.clearPending, o.size, o.dropped = nil, false, 0, 0
	o.touch()
}

func (o *outputs) add(it *item) {
	if o.clearPending {
		o.clear(false)
	}
	o.items = append(o.items, it)
	o.touch()
}

// room takes n more bytes and returns how many are within the limit; none after a first cut.
func (o *outputs) room(n int) int {
	if o.clearPending {
		o.clear(false)
	}
	fits := n
	if o.dropped > 0 {
		fits = 0
	} else if o.limit > 0 {
		fits = int(min(int64(n), o.limit-o.size))
	}
	o.size += int64(fits)
	if o.dropped += int64(n - fits); fits < n {
		o.touch()
	}
	return fits
}

func (o *outputs) stream(name, text string) {
	fits := o.room(len(text))
	for fits < len(text) && fits > 0 && !utf8.RuneStart(text[fits]) {
		fits--
	}
	if text = text[:fits]; text == "" {
		return
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
	o.touch()
}

func (o *outputs) display(out notebook.Output, id string, d displays) {
	d.update(id, out.Data, out.Metadata)
	size := dataSize(out.Data)
	if fits := o.room(size); fits < size {
		o.size -= int64(fits)
		o.dropped += int64(fits)
		return
	}
	it := &item{output: out}
	if id != "" {
		if d[id] == nil {
			d[id] = &display{data: out.Data, metadata: out.Metadata, version: 1}
		}
		it.shared = d[id]
		it.shared.shown(o)
	}
	o.add(it)
}

func (o *outputs) fail(f jupyter.ErrorContent) {
	o.add(&item{output: notebook.Failure(f.EName, f.EValue, f.Traceback), failure: &f})
}

// failure returns the first error, preferring one that is not a request to exit.
func (o *outputs) failure() (first *jupyter.ErrorContent) {
	for _, it := range o.items {
		if it.failure == nil {
			continue
		}
		if !exits(*it.failure) {
			return it.failure
		}
		if first == nil {
			first = it.failure
		}
	}
	return first
}

func dataSize(data map[string]json.RawMessage) (n int) {
	for _, raw := range data {
		n += len(raw)
	}
	return n
}

func (d *display) shown(in *outputs) {
	for _, o := range d.shownIn {
		if o == in {
			return
		}
	}
	d.shownIn = append(d.shownIn, in)
}

func (d displays) update(id string, data map[string]json.RawMessage,
	metadata json.RawMessage) bool {
	shared := d[id]
	if shared == nil {
		return false
	}
	shared.data, shared.metadata = data, metadata
	shared.version++
	for _, o := range shared.shownIn {
		o.touch()
	}
	return true
}

func (o *outputs) list() []notebook.Output {
	list := make([]notebook.Output, len(o.items), len(o.items)+1)
	for i, it := range o.items {
		switch {
		case it.log != nil:
			list[i] = it.log.Output()
			continue
		case it.shared != nil && it.version != it.shared.version:
			was := it.output
			it.output = notebook.Display(it.shared.data, it.shared.metadata)
			it.output.Type, it.output.ExecutionCount = was.Type, was.ExecutionCount
			it.version = it.shared.version
		}
		it.output = o.cell.Encode(it.output) // keeps what is encoded
		it.output.Data, it.output.Metadata = nil, nil
		list[i] = it.output
	}
	if o.dropped > 0 {
		list = append(list, notebook.Stream("stderr", fmt.Sprintf(
			"nb: %s of output left out: the limit for a cell is %s\n", sizeText(o.dropped),
			sizeText(o.limit))))
	}
	return list
}

func sizeText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}
