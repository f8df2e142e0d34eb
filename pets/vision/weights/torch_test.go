package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// Pieces of pickles, protocol 2, as torch.save writes them.
func pickled(parts ...string) string { return "\x80\x02" + strings.Join(parts, "") + "." }
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}
func num(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func named(module, name string) string {
	return "c" + module + "\n" + name + "\n"
}
func tup(items ...string) string { return "(" + strings.Join(items, "") + "t" }
func nums(values ...int) string {
	var items []string
	for _, v := range values {
		items = append(items, num(v))
	}
	return tup(items...)
}
func ordered(pairs ...string) string {
	return named("collections", "OrderedDict") + ")R" + "(" + strings.Join(pairs, "") + "u"
}

// stored is a persistent reference to a storage; the stream format has a sixth field.
func stored(class, key string, count int, view string) string {
	return tup(text("storage"), named("torch", class), text(key), text("cuda:0"), num(count)+view) +
		"Q"
}
func rebuilt(storage string, offset int, shape, strides string) string {
	return named("torch._utils", "_rebuild_tensor_v2") + tup(storage, num(offset), shape, strides,
		"\x89", ordered()) + "R"
}

const systemInfo = "}(" + "X\x0d\x00\x00\x00little_endian" + "\x88" + "u"

type storageBytes struct {
	key   string
	count int
	raw   []byte
}

func floats(values ...float32) []byte {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

// stream is the container before PyTorch 1.6.
func stream(object string, storages ...storageBytes) []byte {
	out := pickled("\x8a\x0a"+string(torchMagic)) + pickled("M\xe9\x03") + pickled(systemInfo) +
		pickled(object)
	keys := "]("
	for _, s := range storages {
		keys += text(s.key)
	}
	out += pickled(keys + "e")
	for _, s := range storages {
		out += string(binary.LittleEndian.AppendUint64(nil, uint64(s.count))) + string(s.raw)
	}
	return []byte(out)
}

// zipped is the container since.
func zipped(t testing.TB, method uint16, object string, storages ...storageBytes) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, content []byte) {
		// A raw header, as torch writes it: sizes in front, nothing compressed.
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("archive/data.pkl", []byte(pickled(object)))
	add("archive/byteorder", []byte("little"))
	for _, s := range storages {
		add("archive/data/"+s.key, s.raw)
	}
	add("archive/version", []byte("3\n"))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// state is a small state dict: a transposed view, a parameter, a counter, a bare number and
// metadata.
func state(view string) string {
	kernel := rebuilt(stored("FloatStorage", "0", 7, view), 1, nums(3, 2), nums(1, 3))
	bias := named("torch._utils", "_rebuild_parameter") +
		tup(rebuilt(stored("FloatStorage", "1", 2, view), 0, nums(2), nums(1)), "\x88", ordered()) +
		"R"
	count := rebuilt(stored("LongStorage", "2", 1, view), 0, ")", ")")
	return ordered(text("conv1.weight"), kernel, text("conv1.bias"), bias,
		text("bn1.num_batches_tracked"), count, text("epoch"), num(3)) +
		"}(" + text("_metadata") + "}" + "ub"
}

var stateStorages = []storageBytes{
	{"0", 7, floats(9, 1, 2, 3, 4, 5, 6)},
	{"1", 2, floats(0.5, -0.5)},
	{"2", 1, binary.LittleEndian.AppendUint64(nil, 42)},
}

var stateTensors = []Tensor{
	{Name: "conv1.weight", Shape: []int{3, 2}, DType: "F32", Data: []float32{1, 4, 2, 5, 3, 6}},
	{Name: "conv1.bias", Shape: []int{2}, DType: "F32", Data: []float32{0.5, -0.5}},
	{Name: "bn1.num_batches_tracked", Shape: []int{}, DType: "I64", Ints: []int64{42}},
}

func TestTorchContainers(t *testing.T) {
	wrapped := "}(" + text("opt") + "}" + text("model") + state("N") + "u"
	for name, content := range map[string][]byte{
		"stream":         stream(state("N"), stateStorages...),
		"zip":            zipped(t, zip.Store, state(""), stateStorages...),
		"fastai's model": stream(wrapped, stateStorages...),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.pth")
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			file, err := Read(path)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(file.Tensors, stateTensors) {
				t.Errorf("got  %+v\nwant %+v", file.Tensors, stateTensors)
			}
		})
	}
}

func TestTorchViewsAndOldParameters(t *testing.T) {
	view := tup(text("v"), num(2), num(3)) // values 2..4 of the storage
	tensor := rebuilt(stored("FloatStorage", "0", 7, view), 1, nums(2), nums(1))
	old := named("torch.nn.parameter", "Parameter") + tup(tensor) + "R" + tup("\x88", "\x89",
		ordered()) + "b"
	older := named("torch.nn.parameter", "Parameter") + ")R" + tup(tensor, "\x88", "\x89",
		ordered(), "N") + "b"
	file, err := decodeTorchBytes(stream(ordered(text("a"), tensor, text("b"), old, text("c"),
		older), stateStorages[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range file.Tensors {
		if !reflect.DeepEqual(tensor.Data, []float32{3, 4}) {
			t.Errorf("%s: %v, want [3 4]", tensor.Name, tensor.Data)
		}
	}
	if len(file.Tensors) != 3 {
		t.Errorf("%d tensors, want 3", len(file.Tensors))
	}
}

func decodeTorchBytes(content []byte) (*File, error) {
	return decodeTorch(bytes.NewReader(content), int64(len(content)))
}

func TestTorchRefuses(t *testing.T) {
	good := stream(state("N"), stateStorages...)
	one := func(storage string, offset int, shape, strides string) []byte {
		return stream(ordered(text("a"), rebuilt(storage, offset, shape, strides)),
			stateStorages[0])
	}
	seven := stored("FloatStorage", "0", 7, "N")
	tar := make([]byte, 512)
	copy(tar[257:], "ustar")
	many := []string{}
	for i := range 50 {
		many = append(many, text(fmt.Sprint(i)), rebuilt(stored("FloatStorage", "0", 700, "N"), 0,
			nums(700), nums(1)))
	}
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":          {nil, "neither"},
		"text":           {[]byte("<html>not found</html>"), "neither"},
		"tar":            {tar, "tar format"},
		"another pickle": {[]byte(pickled("}")), "not of torch.save"},
		"os.system": {stream(named("os", "system") + tup(text("touch /tmp/owned")) + "R"),
			`an object of "os.system"`},
		"posix": {stream(named("posix", "system") + tup(text("id")) + "R"),
			"posix.system"},
		"builtins.eval": {zipped(t, zip.Store, named("builtins", "eval")+tup(text("1"))+"R"),
			"builtins.eval"},
		"whole module": {stream(named("torchvision.models.resnet", "ResNet") + ")\x81"),
			"torchvision.models.resnet.ResNet"},
		"stack global":   {stream(text("os") + text("system") + "\x93"), "os.system"},
		"torch function": {stream(named("torch", "load") + ")R"), "torch.load"},
		"instruction":    {stream("\x82"), "not used in"},
		"cut in pickles": {good[:100], "EOF"},
		"cut in numbers": {good[:len(good)-3], "cut short"},
		"huge storage": {one(stored("FloatStorage", "0", math.MaxInt32, "N"), 0, nums(1),
			nums(1)), "claims"},
		"negative storage": {one(stored("FloatStorage", "0", -1, "N"), 0, nums(1), nums(1)),
			"invalid storage"},
		"outside":         {one(seven, 5, nums(3), nums(1)), "outside"},
		"negative offset": {one(seven, -1, nums(3), nums(1)), "wrong arguments"},
		"negative stride": {one(seven, 5, nums(3), nums(-1)), "wrong arguments"},
		"huge stride":     {one(seven, 0, nums(3), nums(math.MaxInt32)), "outside"},
		"stretched":       {one(seven, 0, nums(1000, 1000), nums(0, 0)), "more values than"},
		"no dictionary":   {stream("]"), "no dictionary"},
		"no tensors": {stream(ordered(text("a"), num(1))),
			`the keys "a", but no dictionary of tensors`},
		"long text": {stream("X\xff\xff\xff\xff"), "not torch tensors"},
		"shared much": {stream(ordered(many...), storageBytes{"0", 700, make([]byte, 2800)}),
			"more values than"},
		"compressed": {zipped(t, zip.Deflate, state(""), stateStorages...), "compressed"},
		"short storage": {zipped(t, zip.Store, state(""), stateStorages[0], stateStorages[1],
			storageBytes{"2", 1, []byte{1}}), "found"},
		"long storage": {zipped(t, zip.Store, state(""), stateStorages[0], stateStorages[1],
			storageBytes{"2", 1, make([]byte, 80)}), "more than"},
		"storage missing": {zipped(t, zip.Store, state(""), stateStorages[0]),
			"not in the archive"},
		"zip cut": {zipped(t, zip.Store, state(""), stateStorages...)[:200], "damaged"},
		"big-endian": {[]byte(pickled("\x8a\x0a"+string(torchMagic)) + pickled("M\xe9\x03") +
			pickled("}("+text("little_endian")+"\x89u")), "big-endian"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decodeTorchBytes(test.content)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
				t.Errorf("took %d MB", taken>>20)
			}
		})
	}
}

func FuzzTorch(f *testing.F) {
	f.Add(stream(state("N"), stateStorages...))
	f.Add(zipped(f, zip.Store, state(""), stateStorages...))
	f.Add(stream(ordered(text("a"), rebuilt(stored("HalfStorage", "0", 7,
		tup(text("v"), num(0), num(7))), 0, nums(7), nums(1)))))
	for _, name := range []string{"stream", "zip", "fastai", "module"} {
		content, err := os.ReadFile(filepath.Join("testdata", name+".pth"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := decodeTorchBytes(content)
		if err != nil {
			return
		}
		for _, tensor := range file.Tensors {
			if err := tensor.check(); err != nil {
				t.Errorf("a tensor that contradicts itself: %v", err)
			}
		}
	})
}

func ExampleReadTorch() {
	// From torch's format, which is a program, to one that is only numbers.
	file, err := ReadTorch("resnet34-b627a593.pth")
	if err != nil {
		fmt.Println("not converted")
		return
	}
	if err := WriteSafetensors("resnet34.safetensors", file); err != nil {
		fmt.Println(err)
	}
	// Output: not converted
}
