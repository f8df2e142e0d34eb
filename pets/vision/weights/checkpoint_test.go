package weights

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Checkpoints of training programs (testdata/make_checkpoints.py) hold the network somewhere, under
// some prefix, beside objects of any kind.
func TestCheckpointsOfTrainingPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/checkpoint-*.pth")
	if err != nil || len(files) < 9 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		file, err := Read(path)
		if strings.Contains(path, "nothing") {
			for _, words := range []string{"no dictionary of tensors",
				`"epoch", "args", "optimizer"`, "torch.save(model.state_dict(), FILE)"} {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("%s: error %v lacks %s", path, err, words)
				}
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		kernel, ok1 := file.Get("conv1.weight")
		mean, ok2 := file.Get("bn1.running_mean")
		if !ok1 || !ok2 || !slices.Equal(kernel.Data, []float32{1, 2, 3, 4}) ||
			!slices.Equal(mean.Data, []float32{5, 6}) {
			t.Errorf("%s: %+v", path, file.Tensors)
		}
		if extra := len(file.Tensors) - 2; extra > 0 && !strings.Contains(path, "lightning") {
			t.Errorf("%s: %d tensors more: %+v", path, extra, file.Tensors)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for _, c := range []struct{ names, want string }{
		{"module.conv1.weight module.fc.bias", "conv1.weight fc.bias"},
		{"_orig_mod.module.model.conv1.weight _orig_mod.module.model.fc.bias",
			"conv1.weight fc.bias"},
		{"conv1.weight module.bias", "conv1.weight bias"},
		{"model.conv1.weight model.bn1.bias loss.weight", "conv1.weight bn1.bias loss.weight"},
		{"features.0.weight features.1.weight", "features.0.weight features.1.weight"},
		{"model.a a", "model.a a"}, // would become one
		{"a b module.c", "a b module.c"},
		{"resnet.conv1.weight resnet.layer1.0.conv1.weight head.bias",
			"conv1.weight layer1.0.conv1.weight head.bias"},
		{"my.net.features.0.0.weight my.net.features.1.conv1.weight",
			"features.0.0.weight features.1.conv1.weight"},
		{"conv1.weight layer1.0.conv1.weight", "conv1.weight layer1.0.conv1.weight"},
		{"layer1.0.conv1.weight layer1.0.bn1.bias bn1.bias layer2.0.bn1.bias layer2.1.bn1.bias",
			"layer1.0.conv1.weight layer1.0.bn1.bias bn1.bias layer2.0.bn1.bias " +
				"layer2.1.bn1.bias"},
	} {
		f := &File{}
		for name := range strings.FieldsSeq(c.names) {
			f.Tensors = append(f.Tensors, Tensor{Name: name})
		}
		f.unwrap()
		var got []string
		for _, tensor := range f.Tensors {
			got = append(got, tensor.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.names, got, c.want)
		}
	}
}

// The error for a file without weights names it and says what to do.
func TestOtherFilesAreNamed(t *testing.T) {
	for content, want := range map[string]string{
		"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n" +
			"size 46830571\n": "git lfs pull",
		"\n<!DOCTYPE html><html>":     "a web page",
		"\x89HDF\r\n\x1a\n":           "Keras",
		"\x1f\x8b\x08\x00":            "unpack it",
		`{"error": "Not found"}`:      "a JSON text",
		"":                            "empty",
		"\x08\x07\x12\x07pytorch":     "an ONNX model",
		"\xde\x00\x10":                "neither a safetensors file nor one of torch.save",
		"Not Found":                   `a text ("Not Found")`,
		"404:\tNot Found\r\n":         "a text",
		"\x89PNG\r\n\x1a\n":           "an image",
		"\x80\x02cos\nsystem\nq\x00.": "a pickle, but not of torch.save",
		"\x80\x02cos\nsystem\nX\x01\x00\x00\x00aR.":    "a pickle, but not of torch.save",
		strings.Repeat("\x00", 257) + "ustar\x00":      "a tar archive",
		"{\n \"metadata\": {},\n \"weight_map\": {}}":  "in several files",
		"\x80\x05\x8e\x00\x00\x20\x00\x00\x00\x00\x00": "NumPy arrays",
	} {
		path := filepath.Join(t.TempDir(), "weights.pth")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), path) {
			t.Errorf("%.20q: %v", content, err)
		}
	}
}

// A folder, and archives that other programs wrote.
func TestForeignContainersAreNamed(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
	for member, want := range map[string]string{"a/b.pth": `holds "a/b.pth": unpack it`,
		"arr_0.npy": "NumPy arrays (npz)",
		"readme":    `not a file of torch.save: it holds "readme"`} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if _, err := z.Create(member); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := decodeTorchBytes(b.Bytes()); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", member, err)
		}
	}
	complex := strings.Replace(state(""), "FloatStorage", "ComplexFloatStorage", 1)
	if _, err := decodeTorchBytes(stream(complex)); err == nil ||
		!strings.Contains(err.Error(), `of the kind "ComplexFloatStorage" are not read`) {
		t.Errorf("complex numbers: %v", err)
	}
}

// Of a pair of state and epoch the state is read.
func TestStateInATuple(t *testing.T) {
	object := strings.TrimSuffix(state(""), ".")
	f, err := decodeTorchBytes(zipped(t, zip.Store, object+"K\x05\x86", stateStorages...))
	if err != nil || len(f.Tensors) == 0 {
		t.Errorf("%+v, %v", f, err)
	}
	nested := ")q\x00"
	for range 200 {
		nested += "h\x00h\x00\x86q\x00"
	}
	if _, err := decodeTorchBytes(stream(nested)); err == nil {
		t.Error("tuples of tuples hold no tensors")
	}
}

// Containers that hold each other, a hundred deep, cost no more than their bytes.
func TestSharedContainersAreVisitedOnce(t *testing.T) {
	object := "}q\x00"
	for range 200 { // {"model": previous, "net": previous}
		object += "}(" + text("model") + "h\x00" + text("net") + "h\x00" + "uq\x00"
	}
	if _, err := decodeTorchBytes(stream(object)); err == nil ||
		!strings.Contains(err.Error(), "no dictionary of tensors") {
		t.Errorf("%v", err)
	}
	if _, err := decodeTorchBytes(stream("}q\x00" + text("model") + "h\x00s")); err == nil ||
		!strings.Contains(err.Error(), "no dictionary of tensors") {
		t.Errorf("a dictionary in itself: %v", err)
	}
}
