"""jupyter_kernel_test on the kernel of nb; $NB_KERNEL names it (gonb or go)."""
import os
import queue
import shutil
import signal
import tempfile
import time
import unittest

import jupyter_kernel_test as jkt
from jupyter_client import KernelManager

KERNEL = os.environ.get("NB_KERNEL", "gonb")
jkt.TIMEOUT = 60  # a cell is compiled, and a machine may be busy

CELL = 'import "gopets/kernelext/cell"\n'


class GoKernelTests(jkt.KernelTests):
    kernel_name = KERNEL
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "to stderr")'

    completion_samples = [
        {"text": "strings.ToUp", "matches": {"ToUpper", "ToUpperSpecial"}},
        {"text": 's := "héé 🐱"; _ = s; strings.HasPre', "matches": {"HasPrefix"}},
    ]

    complete_code_samples = ["x := 1", "func f() int {\n\treturn 1\n}", "%%\nfmt.Println(1)", "!ls", "6*7", 'import "fmt"\nfmt.Println(1)', ""]
    incomplete_code_samples = ["func f() {", "fmt.Println(", "x := `abc", "if true {\n\tf()", "1 +", "/* comment"]
    invalid_code_samples = ["func 1() {}", "x := )", "var 1x int", "%nosuchmagic"]

    code_page_something = CELL + 'cell.Page("a text for the pager")'

    code_generate_error = "var x int = \"oops\""

    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": 'strings.Repeat("ab", 2)', "result": "abab"},
        {"code": "x := []int{1, 2}\nx", "result": "[1 2]"},
        {"code": "image.NewGray(image.Rect(0, 0, 2, 2))", "mime": "image/png"},
    ]

    code_display_data = [
        {"code": CELL + 'cell.Display("", cell.Bundle{"text/html": "<b>bold</b>"})', "mime": "text/html"},
        {"code": 'import "github.com/janpfeifer/gonb/gonbui"\n%%\ngonbui.DisplayMarkdown("*x*")\ngonbui.Sync()', "mime": "text/markdown"},
    ]

    code_history_pattern = "6[*]?"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "strings.ToUpper"

    code_clear_output = CELL + "cell.ClearOutput(true)"


class WelcomeTests(jkt.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


class BusyTests(unittest.TestCase):
    """A kernel of its own, with a folder for temporary files that nothing may be left in."""

    def setUp(self):
        self.tmp = tempfile.mkdtemp(prefix="nbt")
        self.addCleanup(shutil.rmtree, self.tmp, True)
        self.km = KernelManager(kernel_name=KERNEL)
        self.km.start_kernel(cwd=self.tmp, env=dict(os.environ, TMPDIR=self.tmp))
        self.addCleanup(self.km.shutdown_kernel, now=True)
        self.client = self.km.client()
        self.client.start_channels()
        self.addCleanup(self.client.stop_channels)
        self.client.wait_for_ready(timeout=60)

    def run_cell(self, code):
        return self.client.execute_interactive(code, timeout=120, output_hook=lambda m: None)["content"]

    def start_cell(self, code):
        """Starts a cell and waits until it prints."""
        self.client.execute(code)
        while True:
            m = self.client.get_iopub_msg(timeout=120)
            if m["msg_type"] == "stream":
                return

    def test_answers_while_a_cell_runs(self):
        self.assertEqual(self.run_cell("// Twice doubles.\nfunc Twice(n int) int { return 2 * n }\nvar table = map[string]int{}")["status"], "ok")
        self.start_cell('fmt.Println("begun")\nfor {\n\ttime.Sleep(time.Second)\n}')
        for code, match in [("tab", "table"), ("Twi", "Twice"), ("strings.ToUp", "ToUpper"), ("%ti", "%time")]:
            found = self.client.complete(code, reply=True, timeout=30)["content"]
            self.assertIn(match, found["matches"], code)
        for code, text in [("Twice", "doubles"), ("table", "map[string]int")]:
            found = self.client.inspect(code, reply=True, timeout=30)["content"]
            self.assertIn(text, str(found["data"]), code)
        with self.assertRaises(queue.Empty):  # the cell is still at it
            self.client.get_shell_msg(timeout=0.1)
        self.km.interrupt_kernel()
        self.assertEqual(self.client.get_shell_msg(timeout=60)["content"]["status"], "error")
        self.assertEqual(self.run_cell("Twice(len(table))")["status"], "ok")

    def test_nothing_is_left_of_a_killed_kernel(self):
        self.assertEqual(self.run_cell("strings.ToUpper(\"a\")")["status"], "ok")
        self.client.complete("strings.ToUp", reply=True, timeout=60)  # whatever completes is there
        self.start_cell('fmt.Println("begun")\nfor {\n\ttime.Sleep(time.Second)\n}')
        pids = descendants(self.km.provisioner.pid)
        self.assertGreater(len(pids), 1)
        os.kill(self.km.provisioner.pid, signal.SIGKILL)
        end = time.time() + 60
        while time.time() < end and (os.listdir(self.tmp) or any(map(alive, pids))):
            time.sleep(0.05)
        self.assertEqual(os.listdir(self.tmp), [])
        self.assertEqual([p for p in pids if alive(p)], [])


def descendants(pid):
    """The processes below a process, where there is a /proc."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as f:
            for child in map(int, f.read().split()):
                found += [child] + descendants(child)
    return found


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return ") Z " not in f.read()
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
