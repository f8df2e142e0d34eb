package engine

import (
	"debug/elf"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
)

type obstacle struct {
	words  *regexp.Regexp // in the output of XLA, CUDA or the linker
	remedy string         // what is wrong: what to do
}

const noDevice = "no GPU is visible: check nvidia-smi and $CUDA_VISIBLE_DEVICES; in a container, " +
	"docker run --gpus all"

// obstacles are in order of search: the particular before the general.
var obstacles = []obstacle{
	{words(`Unexpected PJRT_\w+ size`, `Unexpected \S+ size: expected \d+, got \d+`),
		"the plugin's interface is newer than go-xla's: install a release of jax-cuda13-pjrt " +
			"that is nearer (0.11.2 was tried), or update go-xla and gomlx"},
	{words(`Loaded runtime CuDNN library`, `CUDNN_STATUS_(VERSION|SUBLIBRARY_VERSION)_MISMATCH`),
		"cuDNN is older than the plugin wants: pip install -U nvidia-cudnn-cu13 in the plugin's " +
			"Python"},
	{words(`cuDNN could not be found or could not be loaded`, `No DNN for stream`,
		`cudnn library could not create a handle`, `CUDNN_STATUS_`, `libcudnn\S*: cannot open`,
		`DNN library (is not found|initialization failed)`),
		"cuDNN is missing or cannot be loaded: pip install nvidia-cudnn-cu13 in the plugin's " +
			"Python"},
	{words(`[dD]river version is insufficient`, `CUDA_ERROR_SYSTEM_DRIVER_MISMATCH`,
		`cudaErrorInsufficientDriver`, `nsufficient driver version`, `does not match DSO version`,
		`CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE`, `unsupported toolchain`,
		`CUDA_ERROR_UNSUPPORTED_PTX_VERSION`, `kernel driver does not appear to be running`),
		"NVIDIA's driver is too old: CUDA 13 wants 580 or later (nvidia-smi says which is " +
			"there); update it, or install jax-cuda12-pjrt"},
	{words(`(?i)RESOURCE_EXHAUSTED`, `(?i)out of memory`, `CUDA_ERROR_OUT_OF_MEMORY`),
		"the GPU's memory is taken: see nvidia-smi for the programs that hold it, and end them"},
	{words(`No visible GPU devices`, `CUDA_ERROR_NO_DEVICE`, `no CUDA-capable device`,
		`Could not find cuda drivers`, `libcuda\.so\S*: cannot open`),
		noDevice},
	{words(`no kernel image is available`, `CUDA_ERROR_NO_BINARY_FOR_GPU`,
		`CUDA_ERROR_INVALID_PTX`),
		"the GPU is of a kind that the plugin has no code for: CUDA 13 wants compute capability " +
			"7.5 or later"},
	{words(`libdevice not found`, `libdevice\.10\.bc`, `ptxas (not found|exited)`,
		`find ptxas`, `No PTX compilation provider`),
		"CUDA's compiler files are missing: pip install nvidia-cuda-nvcc nvidia-nvvm in the " +
			"plugin's Python"},
	{words(`GetPjrtApi`), "the file is not a PJRT plugin: name one, as xla:/path/to/plugin.so"},
	{words(`lib\S+\.so\S*: cannot open shared object`, `version .GLIBC\S+ not found`,
		`version .(GLIBCXX|CXXABI)\S+ not found`),
		"a library that the plugin needs is missing: install it; ldd on the plugin lists them all"},
	{words(`invalid ELF header`, `file too short`, `wrong ELF class`, `ELF file`),
		"the file is damaged or for another machine: install the plugin again"},
}

func words(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(strings.Join(patterns, "|"))
}

// explain puts a known obstacle's remedy before its message. CUDA's message may be only in the log.
func explain(message, logged string) string {
	message, _, _ = strings.Cut(strings.TrimSpace(message), "\n")
	for _, o := range obstacles {
		if o.words.MatchString(message + "\n" + logged) {
			return o.remedy + " (" + message + ")"
		}
	}
	return message
}

// machines are the processors that plugins are made for.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// foreign returns why a file cannot be a plugin for this machine, or "": the linker would only say
// that there is no such file.
func foreign(path string) string {
	if runtime.GOOS != "linux" {
		return ""
	}
	f, err := elf.Open(path)
	if err != nil {
		if info, statErr := os.Stat(path); statErr == nil && info.Size() == 0 {
			return "the file is empty: install the plugin again"
		}
		return fmt.Sprintf("the file is not a Linux shared library: install the plugin again (%v)",
			err)
	}
	defer f.Close()
	if want, known := machines[runtime.GOARCH]; known && f.Machine != want {
		return fmt.Sprintf("the plugin is for another processor (%v, here is %v): install the "+
			"one for linux/%s",
			f.Machine, want, runtime.GOARCH)
	}
	return ""
}
