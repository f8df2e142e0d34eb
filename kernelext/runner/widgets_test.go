package runner_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopets/kernelext/runner"
)

// What a cell prints while an Output widget is entered belongs to the widget, also when it is
// cleared, and the states are in the notebook at the end.
func TestWidgets(t *testing.T) {
	open := func(id string) string {
		return "comm open " + id +
			` {"_model_module":"@jupyter-widgets/output","_model_name":"OutputModel","_model_module_version":"1","outputs":[],"msg_id":""}`
	}
	enter, leave := ` {"msg_id":"REQUEST"}`, ` {"msg_id":""}`
	nb := book(t, strings.Join([]string{open("outer"), open("inner"),
		"comm msg outer" + enter, "print a", "clear", "print b", "comm msg inner" + enter,
		"result 1", "comm msg inner" + leave, "print c", "comm msg outer" + leave, "print d"},
		"\n"),
		`comm open slider {"_model_name":"IntSliderModel","value":3}`+"\n"+
			`comm msg slider {"value":4}`+"\n"+`comm msg nobody {"value":5}`+
			"\ncomm open broken 7\ncomm open list []",
		`fail E v`)
	warned := 0
	_, err := run(t, nb, runner.Options{Events: func(e runner.Event) {
		if _, ok := e.(runner.Warning); ok {
			warned++
		}
	}})
	if err == nil || warned != 0 {
		t.Errorf("error %v, %d warnings", err, warned)
	}
	if got := outputs(nb.Cells()[0]); got != "stdout:d\n" {
		t.Errorf("the cell shows %q", got)
	}
	raw, _ := nb.Metadata("widgets", "application/vnd.jupyter.widget-state+json")
	var got struct {
		State map[string]struct {
			Name  string `json:"model_name"`
			State struct {
				Value   int
				Outputs []map[string]any
			}
		}
		Major int `json:"version_major"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	if len(got.State) != 3 || got.Major != 2 || got.State["slider"].State.Value != 4 ||
		got.State["slider"].Name != "IntSliderModel" {
		t.Errorf("the states are %s", raw)
	}
	outer, inner := got.State["outer"].State.Outputs, got.State["inner"].State.Outputs
	if want := []map[string]any{{"output_type": "stream", "name": "stdout",
		"text": "b\nc\n"}}; !reflect.DeepEqual(outer, want) {
		t.Errorf("the outer widget has %v, wanted %v", outer, want)
	}
	if len(inner) != 1 || inner[0]["output_type"] != "execute_result" ||
		!reflect.DeepEqual(inner[0]["data"], map[string]any{"text/plain": "1"}) {
		t.Errorf("the inner widget has %v", inner)
	}
}

// A cell that keeps its outputs keeps the widgets that they show, in a resumed run and in one of
// some cells.
func TestWidgetsOfCellsThatAreKept(t *testing.T) {
	cells := func(last string) []string {
		return []string{`comm open first {"_model_name":"IntSliderModel","value":3}`,
			`comm open second {"_model_name":"IntSliderModel","value":4}`, last}
	}
	earlier := book(t, cells("fail E v")...)
	if _, err := run(t, earlier, runner.Options{}); err == nil {
		t.Fatal("no error")
	}
	states := func(o runner.Options, from []byte) string {
		nb := book(t, cells(`comm open third {"_model_name":"IntSliderModel","value":5}`)...)
		if from != nil {
			if err := nb.SetMetadata(json.RawMessage(from), "widgets"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := run(t, nb, o); err != nil {
			t.Fatal(err)
		}
		raw, _ := nb.Metadata("widgets", "application/vnd.jupyter.widget-state+json", "state")
		var got map[string]any
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		return strings.Join(slices.Sorted(maps.Keys(got)), " ")
	}
	if got := states(runner.Options{Resume: earlier, Replay: func(string) string { return "" }},
		nil); got != "first second third" {
		t.Errorf("resumed: the states are %s", got)
	}
	raw, _ := earlier.Metadata("widgets")
	if got := states(runner.Options{Only: []string{"3"}}, raw); got != "first second third" {
		t.Errorf("one cell: the states are %s", got)
	}
}
