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
// # Tried and dropped
//
//   - image/color's conversion and repeated chroma for JPEG: 22 of 100 values differed from
//     Pillow's, some by 30 levels. See ycbcr.go.
//
// Not taken, by reasoning: one large cache file with an index (appending from several processes
// needs locks and repair; one file an image needs a rename); a cache keyed by path and time (a copy
// misses, a file replaced within the clock's grain hits wrongly); reducing every cached image to
// twice the training size (zoomed views would be softer than fastai's, see [Cache]).
package images
