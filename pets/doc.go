// Package pets is what a notebook's cell calls: fastai's names for the pets lesson, in Go.
//
//	var path = pets.UntarData(pets.URLs.PetsSample)
//	var fnames = pets.GetImageFiles(path.Join("images"))
//	var data = pets.FromNameRE(path.Join("images"), fnames, `/([^/]+)_\d+.jpg$`,
//		pets.Transforms(pets.GetTransforms()), pets.Size(224)).Normalize(pets.ImagenetStats)
//	var learn = pets.CNNLearner(data, pets.ResNet34)
//
//	%%
//	learn.Create()
//	learn.FitOneCycle(4)
//
// # Variables describe, methods act
//
// A kernel may evaluate every variable again in every cell. So a variable is a value ([UntarData],
// [GetImageFiles]) or a description ([FromNameRE], [CNNLearner], [InterpretationFrom]), which never
// fails or prints. A method such as [Learner.FitOneCycle] acts on the object of that name in the
// session, a process beside the kernel. If that object was made from another description, the
// method refuses and names the difference; [Learner.Create] and [Interpretation.Compute] make it
// anew.
//
// # Errors
//
// A method shows an error in a box and on standard error and ends the cell with status 1. An
// interrupt stops after the running batch and keeps the weights. A value that is not available ends
// the first cell that evaluates it; later cells get an unusable value, and try again after 15
// seconds, or, after an interrupt, once [Retry] was called.
//
// A plain Go program can call all of this; output is text. gopets/pets/vision returns errors
// instead.
//
// # Tried and left
//
//   - Linking GoMLX into the cell: three seconds for every cell, and the weights end with it.
//   - Constructors that exit on wrong arguments: after one typing error, restart the kernel.
//   - The list of files in every request: half a megabyte each time.
package pets
