// Package train fits a network of pets/vision/model to labelled images as fastai v1.0.48 does:
// softmax cross-entropy, AdamW over layer groups, one-cycle learning rates, the learning-rate
// finder, a recorder, snapshots. Sections named in comments are those of fastai's behaviour as
// recorded by this project ("fastai §8" is the loop).
//
// [CNNLearner] makes a [Learner] of a split, with a pretrained network by name; [New] takes a
// network of your own. [Learner.FitOneCycle], [Learner.FineTune] and [Learner.Fit] train,
// [Learner.LRFind] looks for a learning rate, [Learner.ValidProbs], [Learner.TTA] and the Predict
// methods use the result. [Learner.Save] keeps weights and optimizer, [Learner.Snapshot] all that
// an interrupted fit needs, [Learner.Export] what others need to predict. Options are those of
// gopets/pets/spec.
//
// # How it works
//
// A step is a pure function: parameters, moments, a batch and a vector of hyper-parameters in;
// loss, new parameters and new moments out. So a changed learning rate compiles nothing, and a
// failed or cancelled step changes nothing. Tensors stay on the device. There is one compilation
// for each of (frozen or not) × (train, evaluate) and shape; a last batch is padded
// (TestCompiledOnce).
//
// Every random choice comes from (seed, purpose, epoch, image). Results do not depend on the number
// of workers or on predictions in between, and a snapshot stores no generator.
//
// # Several devices, and precision
//
// [spec.Compute] holds where and how a learner computes; unset, the engine decides. On a GPU images
// are decoded and sent once, as bytes, and transformed there, the next batch while the step
// computes ([augment.OnDevice]), in a function of its own, since the number of all pixels is known
// only when all are decoded. Images that do not fit into half of the free memory, or into
// ImageMemory, are sent batch by batch. The host's transforms give the same batches, to 1e-5, or
// 1/255 where a large image is averaged first (TestDeviceMakesTheSameBatches).
//
// On GPUs that have bfloat16, convolutions and linear layers compute in it, from float32 weights,
// with statistics and loss in float32. On XLA's CPU plugin the error rates of three seeds on 144
// drawn images were 0.153 in float32 and 0.146 in bfloat16 (TestBFloat16ErrorRates).
//
// Devices divides each batch among several GPUs by XLA's partitioner; losses are those of one GPU
// (TestTwoDevices). Two devices of XLA's CPU plugin on two loaded cores trained MobileNetV2 (32
// images of 96 px) at 0.75 to 1.1 times the speed of one.
//
// Losses are read sixteen steps at a time. Limits of go-xla v0.4.3: a call waits for its end, so
// the GPU idles while the next call's arguments are prepared (1.6 ms for ResNet-50's 600 inputs and
// as many outputs, on two cores of an EPYC); buffers cannot be donated, so old weights are freed
// only after the step.
//
// No GPU has run this yet: docker/gpu-check.sh will measure speed and memory; error rates in
// bfloat16 at full size are not known. Not tried: several steps in one call, as a loop in the
// graph; weights and moments packed into a few long vectors.
//
// # Differences from fastai
//
// LRFind leaves no file and restores everything; Grad-CAM leaves no gradients for the next fit's
// first step (§11.2); where a file's optimizer does not fit, moments start anew, with a warning
// (§9).
//
// # Tried and dropped
//
//   - The best epoch's tensors kept on the device: a third set of weights and moments where memory
//     is short. A copy on the host costs one transfer for each better epoch.
//   - GoMLX's Trainer and Store: donated buffers lose the model with a failed step.
//   - Per-image losses in the evaluation graph, masked for the padded batch: logits alone are
//     simpler, and the host sums in float64.
//   - Bias corrections in the graph, a power in float32: the host computes them in float64.
package train
