// Package jpeg decodes JPEG files as libjpeg-turbo does, and with it Pillow, bit for bit: its
// accurate integer inverse DCT, its interpolation of chroma, its colour conversion.
//
//	img, err := jpeg.Decode(data, 1) // img.Pix holds 3 bytes a pixel
//
// It reads baseline, extended and progressive files of 8 bits a sample, with Huffman or arithmetic
// coding, any sampling factors, and one, three or four components (grey, YCbCr or RGB, CMYK or
// YCCK). Lossless and hierarchical files and those with 12 bits a sample are named and refused, as
// libjpeg-turbo's 8-bit interface does.
//
// Bytes between a scan and the next marker are skipped, as many cameras leave some. Data that ends
// before the image does, or breaks the format, is an error: libjpeg fills the rest with grey.
//
// # Tried and dropped
//
//   - image/jpeg: a third slower, its inverse DCT differs in 1.7 of 100 values, it supports neither
//     arithmetic coding nor most sampling factors.
package jpeg
