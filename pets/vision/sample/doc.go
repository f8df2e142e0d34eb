// Package sample draws a small data set of pets: the 37 breeds of the Oxford-IIIT set, its folders
// and its names, without a download.
//
//	err := sample.Generate(ctx, "pets-sample", sample.Options{}, nil) // 925 images in a few seconds
//
//	pets-sample/images/Abyssinian_1.jpg …          PerBreed pictures of each breed, about 320×240
//	pets-sample/annotations/{list,trainval,test}.txt   in Oxford's format
//	pets-sample/my_pets/pomeranian_{0,1,2,3}.jpeg  somebody's own dog, for asking a trained network
//
// Everything that is written for the real photographs runs on these: the same pattern finds the
// label, and breeds that people confuse are drawn alike (Ragdoll and Birman; the three bull breeds;
// British Shorthair and Russian Blue), so that a confusion matrix has something to say. They are
// drawings all the same: how well a network does on them says nothing about photographs.
//
// With [Options].Folders it draws some breeds the other way that people keep photographs, a folder
// for each kind.
//
// The tables in cats.go and dogs.go describe a breed by traits that a person would name: ears,
// muzzle, fur, coat, markings. A picture then gives the animal a place, a light, a pose, a look
// (picture.go) and draws it with the brush of package paint (head.go, face.go, ear.go, muzzle.go,
// body.go, dress.go).
//
// # Tried and left
//
//   - Long fur by long tufts on the outline alone: stars and hedgehogs. Short, dense tufts and
//     strands on the coat make it soft.
//   - Spots on a jittered grid for setters: a pattern for curtains. Flecks cut out of noise are
//     irregular.
//   - White coats near 255: strong light leaves nothing of their shading.
//   - Hanging ears fixed to the skull: a turned head hides its eyes behind them. They keep beside
//     the face.
package sample

import (
	"cmp"
	"slices"
	"strings"
)

// breeds is the whole table in the order of Oxford's class numbers, which is the names' without
// regard to case.
func breeds() []breed {
	all := append(cats(), dogs()...)
	slices.SortFunc(all, func(a, b breed) int {
		return cmp.Compare(strings.ToLower(a.name),
			strings.ToLower(b.name))
	})
	return all
}

// Breeds names the 37 breeds as the files do: cats first, each kind in alphabetical order.
func Breeds() []string {
	var names []string
	for _, b := range append(cats(), dogs()...) {
		names = append(names, b.name)
	}
	return names
}
