// Package weights finds, downloads, checks, reads and writes the weights of networks, by name.
//
//	file, source, err := weights.Load(ctx, "resnet34", weights.Options{})
//	if err != nil { … }
//	kernel, ok := file.Get("conv1.weight") // [64 3 7 7], torch's layout (out, in, height, width)
//
// # Where weights come from
//
// [Load] looks, in this order, at the file given (Options.Path), at the backbones embedded in the
// program ("petnet10", "petnet18"), at torch's and Hugging Face's cache folders, at our own, and
// downloads only then: safetensors from the Hub (timm/resnet34.tv_in1k and its kin are
// torchvision's own weights) or torchvision's .pth. A download resumes where it broke off, is
// bounded in size, and is checked: torchvision's file names carry the first 8 hex digits of their
// SHA-256, the Hub sends the whole of it. A network that is dead says so within seconds, with the
// steps to do by hand.
//
// # Two formats
//
// safetensors ([ReadSafetensors], [WriteSafetensors]) is a JSON header and raw numbers. A .pth
// ([ReadTorch]) is a pickle: a program. Ours is an interpreter for the few instructions and the
// short list of names that a file of tensors needs; any other name ends the reading with an error,
// nothing is ever called. Both readers believe no size before the file has shown that it holds as
// much. [WriteTorch] writes one for PyTorch; both have been held against PyTorch 2.15
// (testdata/make_pth.py).
//
// In memory every floating-point tensor is float32, whatever the file held.
//
// # Tried, and why it is not so
//
//   - go-huggingface's safetensors reader takes up to 100 MB for a header before looking at the
//     file's size, slices a memory map at offsets it has not checked (a lying file panics), and
//     needs a repository and a backend to read one local file.
//   - go-huggingface's hub has no resume, no limit on size and no time-outs, and prints its
//     progress on the terminal; the Hub's cache layout, which it shares with Python, is what we
//     read.
//   - gopickle makes a storage as large as the pickle claims before reading, panics on tar files
//     and on view metadata, and lets a short string claim 4 GB; its default also turns unknown
//     globals into generic objects.
package weights
