// Package images decodes image files, turns them upright and keeps them decoded.
//
//   - [Decode] and [DecodeFile] read JPEG, PNG, GIF, WebP, TIFF and BMP by content;
//   - [Verify] decodes all files and reports the damaged ones;
//   - [OpenCache] keeps decoded images in memory-mapped files.
//
// Unlike in fastai v1, EXIF orientation is applied, and sixteen-bit grey is scaled, not cut off.
// Unsupported: HEIC and AVIF (pure-Go decoders bring WebAssembly), BigTIFF, TIFF in CMYK, with JPEG
// or floating point, BMP of 16 bits or run lengths.
//
// # Tried and dropped
//
//   - image/jpeg: see pets/internal/jpeg.
//   - golang.org/x/image/webp: takes VP8's colours for the full range, has no animation.
//   - One large cache file with an index: several processes need locks and repair.
//   - A cache keyed by path and time: a copy misses, a quick replacement hits wrongly.
package images
