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
// torchvision's own weights) or torchvision's .pth. A download resumes, is bounded in size, and is
// checked: torchvision's file names carry the first 8 hex digits of their SHA-256, the Hub sends
// the whole of it. Without a network the error comes within seconds and says what to do by hand.
//
// # Two formats
//
// safetensors ([ReadSafetensors], [WriteSafetensors]) is a JSON header and raw numbers. A .pth
// ([ReadTorch]) is a pickle: a program. Ours is an interpreter that calls nothing: the few names
// that tensors need have a meaning here, any other makes an inert object. So a checkpoint with
// arguments, an optimizer or a whole model is read, and [Read] takes off the prefixes that
// DataParallel, torch.compile and Lightning put before names. Neither reader allocates more than
// the file can fill. [WriteTorch] writes a .pth; both have been compared with PyTorch 2.15
// (testdata/make_pth.py). What is left: quantized and complex tensors, and TorchScript, are refused
// by name.
//
// In memory every floating-point tensor is float32, whatever the file held.
//
// # Tried and dropped
//
//   - go-huggingface's safetensors reader takes up to 100 MB for a header before looking at the
//     file's size, slices a memory map at unchecked offsets, and needs a repository for a local
//     file.
//   - go-huggingface's hub has no resume, no limit on size and no time-outs; its cache layout,
//     which it shares with Python, is what we read.
//   - gopickle allocates a storage as large as the pickle claims before reading, and panics on tar
//     files and on view metadata.
package weights
