// Package spec holds every option, once. Package pets sets the fields, the session's wire is their
// JSON, pets/vision takes them as they are. Every cell links it: standard library only.
//
// To add an option: a field here, its use in pets/vision, its setter in pets. Default, bounds,
// JSON, difference and digest follow from the field and its tags:
//
//	default:"0.3"        JSON of the value that an unset field stands for
//	min:"0" max:"1"      bounds, included
//	above:"0" below:"1"  bounds, excluded
//	one:"crop pad"       the words allowed besides the empty one
//	name:"batch size"    its name in differences; else that of its JSON
//	cell:"BatchSize"     the option of package pets that sets it; else the field's name; "-": none
//
// An unset field is zero; if zero is a value of its own the field is an [Opt]. Elsewhere [Defaults]
// fills zeros before package pets sets them, so that [Check] does not accept a user's zero.
package spec
