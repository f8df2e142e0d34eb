// Package archive downloads a data set's archive and unpacks it safely: see [Untar].
package archive
