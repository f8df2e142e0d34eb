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
//	pets.InterpretationFrom(learn).PlotTopLosses(9)
//
// # Variables describe, verbs act
//
// GoNB compiles every cell into a new program and evaluates every variable declared so far in each.
// So a variable is a plain value or a description, which costs next to nothing; what lasts has a
// name and is kept by the session, a process beside the kernel.
//
//   - [UntarData], [GetImageFiles], [Path.Ls] and [Data.Classes] return values. Only their first
//     evaluation may take time or show a bar.
//   - [FromNameRE] and its like (sources.go), [CNNLearner], [LoadLearner], [InterpretationFrom] and
//     [OpenImage] describe: they never fail, print or wait. The first verb that needs the value
//     reports a mistake.
//   - Verbs ([Learner.Create], [Learner.FitOneCycle], every Show and Plot) act on the object of that
//     name in the session. If it was made from another description, they refuse and name the
//     difference; [Learner.Create] and [Interpretation.Compute] make it anew.
//
// # Errors
//
// A verb shows one box, writes the same text on standard error and ends the cell with status 1, so
// that "run all" stops. Interrupting a cell cancels the work after the running batch and keeps the
// weights.
//
// GoNB remembers a declaration even if its cell fails. So a value that is not available ([UntarData]
// without network) ends only the cell that evaluates it first. Later cells get an unusable value (a
// path that does not exist, an empty list), whose error the first verb that needs it reports. They
// try again after a quarter of a minute; after an interrupt only once [Retry] was called.
//
// # Without a notebook
//
// In a plain Go program everything works the same; output is text, and the session ends with the
// program. A program that does not need fastai's names is better off with gopets/pets/vision, which
// returns errors.
//
// # Tried and left
//
//   - Linking GoMLX into the cell: three seconds for every cell, and the weights end with it.
//   - Constructors that exit on wrong arguments: one typing error, and the kernel must be restarted.
//   - The list of files in every request: half a megabyte each time.
package pets
