"""jupyter_kernel_test on the kernel of nb; $NB_KERNEL names it (gonb or go)."""
import os
import unittest

import jupyter_kernel_test as jkt

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


if __name__ == "__main__":
    unittest.main()
