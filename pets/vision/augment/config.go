package augment

import "gopets/pets/spec"

// Config are the options of [spec.Transforms], with the methods that apply them.
type Config spec.Transforms
