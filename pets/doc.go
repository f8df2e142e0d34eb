// Package pets is what a notebook's cell calls: fastai's names for the pets lesson, in Go.
//
//	var path = pets.UntarData(pets.URLs.PetsSample)
//	var fnames = pets.GetImageFiles(path.Join("images"))
//	var data = pets.FromNameRE(path.Join("images"), fnames, `/([^/]+)_\d+.jpg$`,
//		pets.Transforms(pets.GetTransforms()), pets.Size(224), pets.BatchSize(64)).Normalize(pets.ImagenetStats)
//	var learn = pets.CNNLearner(data, pets.ResNet34)
//
//	%%
//	learn.Create()
//	learn.FitOneCycle(4)
//	pets.InterpretationFrom(learn).PlotTopLosses(9)
//
// # Variables describe, verbs act
//
// GoNB compiles every cell into a new program and evaluates every variable declared so far again in
// each. So a variable of a notebook is a plain value or a description, and costs next to nothing;
// what lives on has a name and is kept by the session, a process beside the kernel.
//
//   - [UntarData], [GetImageFiles], [Path.Ls] and [Data.Classes] give Go values. Only their first
//     evaluation may take time or show a bar.
//   - [FromNameRE] and the other data of sources.go, [CNNLearner], [LoadLearner],
//     [InterpretationFrom], [OpenImage] only describe: they never fail, print or wait. A mistake in
//     them is reported by the first verb that needs the value.
//   - Verbs ([Learner.Create], [Learner.FitOneCycle], [Interpretation.Compute], every Show and
//     Plot) act on the object of that name in the session. If it was made from another description,
//     a verb refuses and says what differs; [Learner.Create] and [Interpretation.Compute] make it
//     anew.
//
// # When something goes wrong
//
// A verb shows one readable box, writes the same as text on standard error and ends the cell with
// status 1, so that "run all" stops. Interrupting a cell cancels the work after the running batch
// and keeps the weights.
//
// A value that is not available ([UntarData] without network, [GetImageFiles] of a folder that is
// not there) is harder: GoNB remembers a declaration even if its cell fails, so a declaration that
// exits would end every later cell as well. Therefore such a declaration ends the cell that
// evaluates it first, and only that one. Later cells get an unusable value quietly (a path that
// does not exist, an empty list that may be sliced), whose error the first verb that needs it
// reports again. They try again by themselves, but not within a quarter of a minute, and after an
// interrupt only when [Retry] was called.
//
// # Without a notebook
//
// In a plain Go program or a test everything works the same; what a notebook would show is printed
// as text, and the session ends with the program. A program that does not need fastai's manner is
// better off with the packages under gopets/pets/vision, which return errors.
//
// # Tried and left
//
//   - Linking GoMLX into the cell: three seconds for every cell instead of a half, and the weights
//     are gone at its end.
//   - Constructors that check their arguments and exit: one typing error, and the kernel has to be
//     restarted.
//   - The whole list of files in every request: half a megabyte each time; a digest does.
package pets
