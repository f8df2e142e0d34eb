// Package spec holds every option of data, transforms, learners, fits, the learning-rate finder and
// plots, each once. Package pets sets the fields, the session's wire is their JSON, and pets/vision
// takes them as they are. It imports nothing but the standard library: every cell of a notebook
// links it.
//
// # Adding an option
//
// Three edits: a field here, its use in pets/vision, its setter in pets. Default, bounds, JSON,
// difference and digest follow from the field and its tags:
//
//	default:"0.3"        JSON of the value that an unset field stands for
//	min:"0" max:"1"      bounds, included
//	above:"0" below:"1"  bounds, excluded
//	one:"crop pad"       the words allowed besides the empty one
//	name:"batch size"    its name in differences; else that of its JSON
//	cell:"BatchSize"     the option of package pets that sets it; else the field's own name; "-": none
//
// An unset field is a zero one. Where zero is a value of its own the field is an [Opt], which can
// hold it. A zero elsewhere stands for the default only until [Defaults] has filled it in: package
// pets fills first and sets afterwards, so [Check] refuses a zero that a user wrote.
package spec
