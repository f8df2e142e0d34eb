// Package dataset lists image files, labels them and splits them into a training and a validation
// set. It opens no image and no connection, so cells can link it.
//
//   - [ImageFiles] lists a folder's images, sorted, unlike fastai v1: a seed means one split;
//   - [LabelByRegexp], [LabelByFolder], [LabelByCSV] and others return each file's label;
//   - [NewSplit] divides them by numpy's permutation: seed 2 is fastai's seed 2;
//   - [OfficialSplit] and [FolderSplit] use an existing division;
//   - [Pets] is the Oxford-IIIT Pet set, which package archive downloads.
package dataset
