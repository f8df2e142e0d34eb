package notebook_test

import (
	"fmt"

	"gopets/kernelext/notebook"
)

// Strip a notebook's outputs; all that is not an output stays byte for byte.
func Example() {
	nb, err := notebook.Parse(
		[]byte(
			`{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "x", "outputs": [{"output_type": "stream", "name": "stdout", "text": "y"}]}], "metadata": {"custom": 1.50}, "nbformat": 4, "nbformat_minor": 4}`,
		),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range nb.Cells() {
		c.SetOutputs(nil)
	}
	fmt.Printf("%s\n", nb.Bytes())
	// Output: {"cells":[{"cell_type":"code","execution_count":1,"metadata":{},"source":"x","outputs":[]}],"metadata":{"custom": 1.50},"nbformat":4,"nbformat_minor":4}
}
