// Package train fits a network of pets/vision/model to labelled images the way fastai v1.0.48 does:
// softmax cross-entropy, AdamW over layer groups, one-cycle learning rates, the learning-rate
// finder, a recorder, snapshots that a later process goes on from. Sections named in comments are
// those of fastai's behaviour as recorded by this project ("fastai §8" is the loop).
//
// # Where to start
//
// [CNNLearner] makes a [Learner] of a split, with a pretrained network by name ([New] does of a
// network of your own); [Learner.FitOneCycle], [Learner.FineTune] and [Learner.Fit] train,
// [Learner.LRFind] looks for a learning rate, [Learner.ValidProbs], [Learner.TTA] and the Predict
// methods use the result. [Learner.Save] keeps weights and optimizer for later training here,
// [Learner.Snapshot] all that a killed fit goes on from, [Learner.Export] what others need to
// predict.
//
// The options are those of gopets/pets/spec.
//
//	learner.go    the learner                     predictor.go  what an exported file can do, too
//	fit.go        kinds of fits                   loop.go       epochs, early stopping, the best epoch
//	optimizer.go  steps within memory             adamw.go      AdamW, gradient clipping
//	graphs.go     what is compiled                executor.go   calls of it, on all devices
//	graphcache.go compiled functions              copies.go     tensors on several devices
//	store.go      images on the device            losses.go     losses read in groups
//	schedule.go   one-cycle                       find.go       learning-rate finder
//	examples.go   the set, checked                loader.go     images prepared ahead of the step
//	state.go      weights, moments, going back    recorder.go   what happened
//	save.go, snapshot.go, export.go  files        tta.go, gradcam.go  several views, heat maps
//
// # How it works
//
// A step is a pure function: parameters, moments, a batch and a vector of hyper-parameters in;
// loss, new parameters and new moments out. A changed rate compiles nothing, a failed or cancelled
// step loses nothing, and going back is keeping a slice. Tensors stay on the device between steps.
// There is one compilation for each of (frozen or not) × (train, evaluate) and shape; a last batch
// is padded. Nothing else compiles again (TestCompiledOnce).
//
// Every random choice comes from (seed, purpose, epoch, image): order, augmentation, dropout. The
// tables depend neither on the number of workers nor on predictions in between, and a snapshot
// stores no generator.
//
// # On a GPU
//
// [spec.Compute] says where and how a learner computes; unset, the engine decides. On a GPU images
// are decoded once, sent once, as bytes, and transformed there, the next batch while the step
// computes ([augment.OnDevice]); this is a function of its own because the number of all pixels is
// known only when all are decoded. Images that do not fit into half of the free memory, or into
// ImageMemory, are sent batch by batch. The host's transforms give the same batches, to 1e-5, or
// 1/255 where a large image is averaged first (TestDeviceMakesTheSameBatches), and the same fits.
//
// Convolutions and linear layers compute in bfloat16 on GPUs that have it, from float32 weights,
// with statistics and loss in float32. On XLA's CPU plugin the error rates of three seeds on 144
// drawn images were 0.153 in float32 and 0.146 in bfloat16 (TestBFloat16ErrorRates).
//
// Devices divides each batch among several GPUs by XLA's partitioner; sums go over all devices, and
// losses are those of one (TestTwoDevices). Two devices of XLA's CPU plugin on two loaded cores
// trained MobileNetV2 (32 images of 96 px) at 0.75 to 1.1 times the speed of one.
//
// Losses are read sixteen steps at a time. What go-xla v0.4.3 leaves: a call waits for its end, so
// the GPU idles while the next call's arguments are prepared (1.6 ms for 600 inputs and as many
// outputs, ResNet-50's, on two cores of an EPYC); and buffers cannot be donated, so old weights are
// freed only after the step.
//
// No GPU has run any of this yet, so speed, memory and error rates in bfloat16 at full size are not
// known; docker/gpu-check.sh measures the first two. Not tried: several steps in one call, as a
// loop in the graph; weights and moments packed into a few long vectors.
//
// # Better than fastai where fastai has a bug
//
// LRFind leaves no file and restores everything; Grad-CAM leaves no gradients for the next fit's
// first step (§11.2); weights whose optimizer does not fit get new moments, and a note (§9).
//
// # Tried and left
//
//   - The best epoch's tensors kept on the device: a third set of weights and moments where memory
//     is short; a copy on the host costs one transfer an epoch that is better.
//   - GoMLX's Trainer and Store: donated buffers lose the model with a failed step.
//   - Per-image losses in the evaluation graph, masked for the padded last batch: logits alone are
//     simpler, and the host sums in float64.
//   - Bias corrections in the graph (a power in float32): they are host float64 and inputs.
package train
