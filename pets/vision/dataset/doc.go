// Package dataset lists image files, labels them and splits them into a training and a validation
// set. It opens no image and no connection, so that a notebook's cell can link it.
//
//   - [ImageFiles] lists the images of a folder, sorted, so that a seed means the same split on
//     every machine;
//   - [LabelByRegexp] and its kin return each file's label;
//   - [NewSplit] divides them with numpy's own permutation, so that seed 2 is fastai's seed 2;
//   - [OfficialSplit] and [FolderSplit] use a division that exists already;
//   - [Pets] names the Oxford-IIIT Pet set, which package archive downloads.
//
// Package images decodes the files.
//
// Unlike fastai v1, which takes files in the disk's order, files are sorted: its split cannot be
// repeated elsewhere.
package dataset
