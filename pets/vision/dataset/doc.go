// Package dataset turns a folder of photographs into what training needs: pictures, labels and a
// split.
//
// The path of a photograph, in the order of the files here:
//
//   - [Untar] downloads an archive once and unpacks it safely (archive.go, download.go, url.go);
//   - [ImageFiles] lists the pictures of a folder, sorted, so that a seed means the same split on
//     every machine;
//   - [LabelByRegexp] and its kin give each file its label (labels.go);
//   - [OfficialSplit] and [FolderSplit] take a division that is there already (official.go);
//   - [NewSplit] divides them with numpy's own permutation, so that seed 2 is fastai's seed 2
//     (random.go, split.go);
//   - [Decode] and [DecodeFile] read JPEG, PNG, GIF, WebP, TIFF and BMP by content, whatever the
//     file's name says (decode.go, convert.go, ycbcr.go, orientation.go);
//   - [Verify] reads them all beforehand and reports the broken ones; it never deletes;
//   - [OpenCache] keeps decoded pictures in memory-mapped files, so that the second epoch decodes
//     nothing.
//
// Everything random transforms do to a picture afterwards is package augment.
//
// # Where we differ from fastai v1 on purpose
//
// Files are sorted (fastai takes the order of the disk, so its split cannot be repeated elsewhere).
// The EXIF orientation is honoured (phone photographs lie on their side otherwise);
// DecodeOptions.IgnoreEXIF gives fastai's behaviour. Sixteen-bit grey is scaled, where Pillow cuts
// it off. Nothing is ever deleted.
//
// # Tried and left
//
//   - image/color's conversion and repeated chroma for JPEG: 22 of 100 values differed from
//     Pillow's, some by 30 levels. See ycbcr.go.
//
// Not taken, by reasoning: one big cache file with an index (appending from several processes needs
// locks and repair; one file a picture needs a rename); a cache keyed by path and time (a
// photograph that is copied misses, one replaced within the clock's grain hits wrongly); reducing
// every picture in the cache to twice the training size (zoomed views would come out softer than
// fastai's, which samples the original until the reduction exceeds what the zoom makes up for; see
// [Cache]).
package dataset
