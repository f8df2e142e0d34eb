// Package images decodes image files, turns them upright and keeps them decoded.
//
//   - [Decode] and [DecodeFile] read JPEG, PNG, GIF, WebP, TIFF and BMP by content, whatever the
//     file's name says;
//   - [Verify] decodes all files and reports the damaged ones; it never deletes;
//   - [OpenCache] keeps decoded images in memory-mapped files, so that the second epoch decodes
//     nothing.
//
// Random transforms of an image are package augment's.
//
// # Differences from fastai v1
//
// The EXIF orientation is applied, as photos of phones need; Options.IgnoreEXIF is fastai's
// behaviour. Sixteen-bit grey is scaled, where Pillow cuts it off.
//
// # What is not read
//
// HEIC and AVIF are named, with how to convert them. Pure-Go decoders run libheif or dav1d as
// WebAssembly: several megabytes and a runtime in every program, libheif under the LGPL, for files
// that phones convert when they are shared.
//
// Of TIFF and BMP the uncommon kinds are named: CMYK, JPEG within a TIFF, BigTIFF, floating point,
// BMP of 16 bits or run lengths. The decoders of golang.org/x/image do not read them.
//
// # Tried and dropped
//
//   - image/jpeg and image/color's conversion: a third of the speed, 22 of 100 values differ from
//     Pillow's. See pets/internal/jpeg.
//   - golang.org/x/image/webp: takes VP8's colours for the full range, knows no animation.
//
// Not taken, by reasoning: one large cache file with an index (appending from several processes
// needs locks and repair; one file an image needs a rename); a cache keyed by path and time (a copy
// misses, a file replaced within the clock's grain hits wrongly); reducing every cached image to
// twice the training size (zoomed views would be softer than fastai's, see [Cache]).
package images
