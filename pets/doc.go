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
// # Variables describe, verbs act
//
// A kernel may evaluate every variable again in every cell. So a variable is a plain value or a
// description; what lasts has a name and is kept by the session, a process beside the kernel.
// [UntarData], [GetImageFiles] and their like return values. [FromNameRE], [CNNLearner],
// [InterpretationFrom] describe, and never fail or print. Verbs ([Learner.FitOneCycle], every Show
// and Plot) act on the object of that name in the session. If it was made from another description
// they refuse and name the difference; [Learner.Create] and [Interpretation.Compute] make it anew.
//
// # Errors
//
// A verb shows one box, writes the same text on standard error and ends the cell with status 1. An
// interrupt stops after the running batch and keeps the weights. A value that is not available ends
// the first cell that evaluates it; later cells get an unusable value, whose error the first verb
// reports, and try again after 15 seconds, or, after an interrupt, once [Retry] was called.
//
// A plain Go program can call all of this too; output is text. Without fastai's names,
// gopets/pets/vision returns errors instead.
//
// # Tried and left
//
//   - Linking GoMLX into the cell: three seconds for every cell, and the weights end with it.
//   - Constructors that exit on wrong arguments: one typing error, and the kernel must be restarted.
//   - The list of files in every request: half a megabyte each time.
package pets
