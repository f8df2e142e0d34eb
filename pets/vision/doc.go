// Package vision is the root of a library that trains image classifiers as fastai v1 does, in
// plain Go programs: no notebook, no session, errors and contexts. It holds no code itself; its
// example goes from a folder of photos to a prediction of a file that needs nothing else.
//
//	dataset    archives, image files, labels, split, decoding
//	sample     drawn images with the layout of the real ones
//	augment    random transforms
//	model      ResNet-18/34/50, MobileNetV2, ConvNeXt-Tiny, two small networks; layer groups
//	onnx       networks as files for ONNX Runtime
//	weights    weight files by name: find, download, check, read, write
//	train      learner: fit, learning-rate finder, predict, save, export
//	interpret  what a learner gets wrong
//	engine     XLA on CUDA or a CPU, or Go's own backend
//
// # What shows that it computes what fastai computes
//
// The sections are those of fastai's behaviour as this project recorded it. Where they or PyTorch
// give numbers, the tests compare with these.
//
//	split: generator, permutation, order     §2.3–2.4  dataset: TestRandomWords, TestPermutation, TestSplitIsFastai (second stream included)
//	classes, unseen labels                   §2.2      dataset: TestClassesAreSortedByCodePoint, TestLabelsOnlyInValidationAreDropped
//	transforms A–H to 2e-6                   §4.3      augment: TestVectors, TestSymmetricWarp, TestReflection
//	their distributions                      §4.1      augment: TestDistributions, TestDrawsAreIndependentAndRepeatable, TestDihedral, TestCutout
//	squish, pad, crop                        §4.2      augment: TestPadAndSquish, TestSameSizeIsExact
//	the same on the device                             augment: TestDeviceAgreesWithHost
//	cached images                                    augment: TestCachedAgreesWithUncached; dataset/images: TestCache
//	decoding, EXIF, damage                   §1.4      dataset/images: TestDecodeIsPillows, TestConversions, TestGIF, TestOrientations, TestBrokenImages, TestRealPhotosArePillows
//	networks, forward and backward           §14       model: TestGoldenFloat64, TestGoldenFloat32, TestBackendsAgree
//	batch norm                               §14.1     model: TestNormAgainstTorch, TestNormWithLargeMean, TestRunningStatisticsAreTorchs
//	parameter counts, layer groups           §6.2      model: TestParameterCounts; train: TestFreezing
//	weight files                             §14.5     weights: TestFilesOfTorch, TestTorchReadsWhatWeWrite, TestLyingFiles and the fuzz tests
//	AdamW                                    §7        train: TestAdamWVector, TestAdamWAgainstTorch
//	learning-rate ranges                     §7        pets/spec: TestRates
//	one-cycle's table                        §8.1      train: TestOneCycleTable, TestOneCycleShort
//	smoothed loss                            §8.2      train: TestSmoothedLoss
//	constant rate                            §8.2      train: TestFitAtConstantRate
//	save, load, what fastai keeps silently   §9        train: TestSaveAndLoad
//	finder: rates, marks, nothing left       §10       train: TestSuggest, TestValley, TestLookingLeavesNothingBehind
//	top losses, ties of the most confused    §11       interpret: TestTopLosses, TestMostConfusedTies
//	Grad-CAM, and nothing left               §11.2     train: TestGradCAMValues, TestLookingLeavesNothingBehind
//	normalised matrix, report, interval      §11.3     interpret: TestNormalized, TestReport, TestAccuracyInterval
//	predict                                  §12       train: TestPredictPathBytesImage
//	many files                                         train: TestPredictFiles; pets/worker: TestPredictCommand
//	classes of unequal size                            train: TestBalance, TestWeightedCrossEntropy, TestBalancedOrder
//	TTA                                      §12       train: TestTTALooks, TestTTA
//	export                                   §12       train: TestExport, TestLoadLearnerRefuses, FuzzExport
//	ONNX, beside ONNX Runtime                          train: TestONNXRuntimeAgrees
//	fine-tuning                              §16       train: TestFineTune
//	early stopping, best epoch                         train: TestBestEpoch, TestStopEarlyAndKeepTheBest
//	label smoothing, clipping, bfloat16                train: TestLabelSmoothing, TestGradClip, TestBFloat16; model: TestComputeDType
//	bfloat16's error rates                             train: TestBFloat16ErrorRates
//	transforms on the device                           augment: TestDeviceAgreesWithHost; train: TestDeviceMakesTheSameBatches, TestDeviceFits
//	several devices                                    train: TestTwoDevices
//	a GPU's first contact                              engine: TestObstacles, TestFilesThatAreNoPlugins
//	labels by table, function, lists, folder §3.3      dataset: TestLabelByCSV, TestOtherLabels, TestFolderSplit, TestStratified; pets/worker: TestFromEverywhere
//	the set's official split                           dataset: TestOfficialSplit
//	one seed, any number of workers                    train: TestOneSeed, TestResumeGivesTheSameRows; pets/worker: TestOneSeed, TestResumeAfterKill
//
// # Where we differ from fastai on purpose
//
//   - Files are sorted, photos turned upright (augment and dataset say how to have it
//     otherwise).
//   - Loading weights whose optimizer does not fit says so; Grad-CAM leaves no gradients behind;
//     the learning-rate finder leaves no file.
//   - valid_loss is the plain cross-entropy when labels are smoothed, so that learners can be
//     compared.
//   - A class without images has zeros in the normalised matrix, not NaN.
//   - TTA on an interpretation works.
//   - A fit that keeps its best epoch needs no file, and goes on after a kill as if there had been
//     none.
//   - An exported learner is data, not code.
package vision
