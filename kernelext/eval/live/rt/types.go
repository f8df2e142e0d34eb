package rt

import "reflect"

// newest holds the newest version of each type that cells declare, by name.
var newest = map[string]reflect.Type{}

func note(t reflect.Type) { newest[t.Name()] = t }
