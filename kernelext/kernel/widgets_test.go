package kernel

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/jupyter"
)

// A browser does what the script of gonbui's widgets does in a browser.
type browser struct {
	*tester
	comm   string // the id with which it opens its comm
	silent bool   // it does not answer, as one that was reloaded
	values map[string]any
	got    []string // what cells have sent
	opened int
}

const testKernelID = "0123-abcd"

// run runs a cell, answers its messages, and returns what it prints.
func (b *browser) run(code string) (printed string) {
	b.Helper()
	cell := b.request(code)
	for {
		m := b.next(cell)
		var c struct {
			Text  string
			State string `json:"execution_state"`
			Value string `json:"evalue"`
			Data  map[string]any
			ID    string `json:"comm_id"`
		}
		if err := m.Decode(&c); err != nil {
			b.Fatal(err)
		}
		switch m.Header.Type {
		case "stream", "error":
			printed += c.Text + c.Value
		case "display_data":
			script, _ := c.Data["text/html"].(string)
			if !strings.Contains(script, "<script>") {
				continue
			}
			if !strings.Contains(script, "/api/kernels/"+testKernelID+"/channels") {
				b.Errorf("the script asks another kernel:\n%.2000s", script)
			}
			b.opened++
			b.silent = false
			b.send(jupyter.Shell, "comm_open", map[string]any{"comm_id": b.comm,
				"target_name": "gonb_comm", "kernel_id": testKernelID, "data": map[string]any{}})
		case "comm_msg":
			if c.ID == b.comm {
				b.message(c.Data)
			}
		case "status":
			if c.State == "idle" {
				return printed
			}
		}
	}
}

func (b *browser) message(data map[string]any) {
	address := fmt.Sprint(data["address"])
	switch {
	case address == "#heartbeat/ping" && !b.silent:
		b.set("#heartbeat/pong", true)
	case data["read_request"] == true:
		b.set(address, b.values[address])
	case !strings.HasPrefix(address, "#"):
		b.got = append(b.got, fmt.Sprint(address, "=", data["value"]))
		if value, ok := b.values["after "+address]; ok {
			b.set(strings.TrimSuffix(address, "/ready"), value)
		}
	}
}

func (b *browser) set(address string, value any) {
	b.send(jupyter.Shell, "comm_msg", map[string]any{"comm_id": b.comm,
		"data": map[string]any{"address": address, "value": value}})
}

// Cells read, send and hear values of a browser, also after it was reloaded.
func testWidgets(t *testing.T, o testOptions) {
	t.Setenv("GONB_JUPYTER_KERNEL_ID", testKernelID)
	b := &browser{tester: start(t, o, false), comm: "first", values: map[string]any{
		"/name": "Ann", "after /slider/ready": 5.5}}
	if got := b.run("import \"github.com/janpfeifer/gonb/gonbui/comms\"\n%%\n" +
		"moves := comms.Listen[float64](\"/slider\")\n" +
		"fmt.Println(comms.ReadValue[string](\"/name\"))\n" +
		"comms.Send(\"/slider/ready\", \"now\")\nfmt.Println(<-moves.C)"); got != "Ann\n5.5\n" {
		t.Errorf("the cell prints %q", got)
	}
	if o.Live != "" {
		if got := b.run("%widgets\n%widgets_hb"); got != "Heartbeat pong received back.\n" {
			t.Errorf("%%widgets_hb prints %q", got)
		}
	}
	b.comm, b.silent, b.values["/name"] = "second", true, "Bob"
	if got := b.run("%%\ntime.Sleep(1100 * time.Millisecond)\n" +
		"fmt.Println(comms.ReadValue[string](\"/name\"))"); got != "Bob\n" {
		t.Errorf("after the browser was loaded again the cell prints %q", got)
	}
	if got := fmt.Sprint(b.got, b.opened); got != "[/slider/ready=now] 2" {
		t.Errorf("the browser got %s", got)
	}
}

func TestWidgets(t *testing.T) {
	dir, err := filepath.Abs("../../notebooks")
	if err != nil {
		t.Fatal(err)
	}
	testWidgets(t, testOptions{Live: dir})
}

func TestWidgetsOfGoNB(t *testing.T) { testWidgets(t, realGoNB(t)) }
