// Package weights finds, downloads, checks, reads and writes the weights of networks, by name.
//
//	file, source, err := weights.Load(ctx, "resnet34", weights.Options{})
//	kernel, ok := file.Get("conv1.weight") // [64 3 7 7], torch's layout (out, in, height, width)
//
// [Load] looks at Options.Path, the embedded backbones, and the cache folders of torch, Hugging
// Face and gopets, in this order, then downloads: safetensors from the Hub (timm/resnet34.tv_in1k
// and others are torchvision's own) or torchvision's .pth. A download resumes, is bounded in size,
// and is checked by SHA-256.
//
// A .pth file is a pickle; its interpreter calls nothing: names that tensors need have a meaning,
// any other makes an inert object. [Read] removes the prefixes of DataParallel, torch.compile and
// Lightning. No reader allocates more than the file can fill. Quantized and complex tensors and
// TorchScript are unsupported. In memory every floating-point tensor is float32.
//
// # Tried and dropped
//
//   - go-huggingface's safetensors reader: up to 100 MB for a header, unchecked offsets.
//   - go-huggingface's hub: no resume, no limit on size, no time-outs.
//   - gopickle: allocates as much as the pickle claims, panics on tar files and view metadata.
package weights
