package runner

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// widgets keeps the states of a kernel's widgets, for front ends, and implements ipywidgets'
// Output, which takes a cell's outputs while entered and needs a front end.
type widgets struct {
	models map[string]*model // by comm id
	// the Output widgets entered, by the id of the execute_request; the last one counts
	captures map[string][]*model
	earlier  map[string]json.RawMessage // states shown by cells that are not run
	dirty    bool                       // the notebook does not have it all
	limit    int64                      // for what an Output widget captures
}

type model struct {
	id       string
	state    map[string]json.RawMessage
	buffers  map[string]modelBuffer // by path, as JSON
	captured *outputs               // of an Output widget
	request  string                 // that it captures, "" for none
	unsent   bool                   // captured outputs are not sent yet
}

type modelBuffer struct {
	Data     string          `json:"data"`
	Encoding string          `json:"encoding"`
	Path     json.RawMessage `json:"path"`
}

func newWidgets(limit int64) *widgets {
	return &widgets{limit: limit, models: map[string]*model{}, captures: map[string][]*model{}}
}

type commContent struct {
	ID     string `json:"comm_id"`
	Target string `json:"target_name"`
	Data   struct {
		State       map[string]json.RawMessage `json:"state"`
		BufferPaths []json.RawMessage          `json:"buffer_paths"`
	} `json:"data"`
}

func (w *widgets) message(c commContent, buffers [][]byte) {
	m := w.models[c.ID]
	if m == nil {
		if c.Target != "jupyter.widget" {
			return
		}
		m = &model{id: c.ID, state: map[string]json.RawMessage{}, buffers: map[string]modelBuffer{}}
		w.models[c.ID] = m
	}
	for name, value := range c.Data.State {
		m.state[name] = value
		w.dirty = true
	}
	for i, path := range c.Data.BufferPaths {
		if i < len(buffers) {
			m.buffers[string(path)] = modelBuffer{base64.StdEncoding.EncodeToString(buffers[i]),
				"base64", path}
		}
	}
	if m.text("_model_module") != "@jupyter-widgets/output" ||
		m.text("_model_name") != "OutputModel" {
		return
	}
	if m.captured == nil {
		m.captured = &outputs{cell: notebook.NewCell(notebook.Code, ""), limit: w.limit}
	}
	if _, ok := c.Data.State["msg_id"]; ok {
		w.enter(m, m.text("msg_id"))
	}
}

// enter makes an Output widget capture a request's outputs; "" ends that.
func (w *widgets) enter(m *model, request string) {
	if m.request != "" {
		entered := w.captures[m.request]
		for i := len(entered) - 1; i >= 0; i-- {
			if entered[i] == m {
				w.captures[m.request] = append(entered[:i:i], entered[i+1:]...)
				break
			}
		}
	}
	if m.request = request; request != "" {
		w.captures[request] = append(w.captures[request], m)
	}
}

func (w *widgets) capture(request string) *outputs {
	entered := w.captures[request]
	if len(entered) == 0 {
		return nil
	}
	return entered[len(entered)-1].captured
}

func (w *widgets) refresh() {
	for _, m := range w.models {
		if m.captured == nil || !m.captured.dirty {
			continue
		}
		m.captured.dirty = false
		m.captured.cell.SetOutputs(m.captured.list())
		shown := []any{}
		for _, o := range m.captured.cell.Outputs() {
			shown = append(shown, nbformatOutput(o))
		}
		if text, err := json.Marshal(shown); err == nil { // always valid JSON
			m.state["outputs"] = text
			m.unsent, w.dirty = true, true
		}
	}
}

// send sends captured outputs to the kernel, for the next cell.
func (w *widgets) send(c *jupyter.Client) error {
	w.refresh()
	for _, m := range w.models {
		if !m.unsent {
			continue
		}
		m.unsent = false
		state := map[string]any{"outputs": m.state["outputs"]}
		_, err := c.Send(jupyter.Shell, "comm_msg", map[string]any{"comm_id": m.id,
			"data": map[string]any{"method": "update", "state": state, "buffer_paths": []any{}}})
		if err != nil {
			return err
		}
	}
	return nil
}

const widgetStates = "application/vnd.jupyter.widget-state+json"

// adopt takes the widgets' states from a notebook, for cells that keep their outputs.
func (w *widgets) adopt(nb *notebook.Notebook) {
	raw, ok := nb.Metadata("widgets", widgetStates, "state")
	if ok && json.Unmarshal(raw, &w.earlier) == nil {
		w.dirty = len(w.earlier) > 0
	}
}

func (w *widgets) save(nb *notebook.Notebook) error {
	w.refresh()
	if !w.dirty {
		return nil
	}
	w.dirty = false
	states := map[string]any{}
	for id, state := range w.earlier {
		states[id] = state
	}
	for id, m := range w.models {
		if _, ok := m.state["_model_name"]; !ok {
			continue
		}
		state := map[string]any{"model_name": m.state["_model_name"],
			"model_module":         m.state["_model_module"],
			"model_module_version": m.state["_model_module_version"], "state": m.state}
		var buffers []modelBuffer
		for _, b := range m.buffers {
			buffers = append(buffers, b)
		}
		if buffers != nil {
			state["buffers"] = buffers
		}
		states[id] = state
	}
	return nb.SetMetadata(map[string]any{"state": states, "version_major": 2, "version_minor": 0},
		"widgets", widgetStates)
}

func (m *model) text(name string) (s string) {
	_ = json.Unmarshal(m.state[name], &s) // ignored if of another kind
	return s
}

func nbformatOutput(o notebook.Output) map[string]any {
	out := map[string]any{"output_type": o.Type}
	switch o.Type {
	case notebook.StreamOutput:
		out["name"], out["text"] = o.Name, o.Text
	case notebook.ErrorOutput:
		out["ename"], out["evalue"], out["traceback"] = o.EName, o.EValue, o.Traceback
	default:
		data := map[string]any{}
		for mime, raw := range o.Data {
			data[mime] = raw
			if text, ok := o.Mime(mime); ok && !strings.HasSuffix(mime, "json") {
				data[mime] = text
			}
		}
		out["data"], out["metadata"] = data, o.Metadata
		if o.Type == notebook.ResultOutput {
			out["execution_count"] = o.ExecutionCount
		}
	}
	return out
}
