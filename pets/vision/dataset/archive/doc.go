// Package archive downloads a data set's archive once, resuming where it stopped, and unpacks it
// safely: see [Untar].
package archive
