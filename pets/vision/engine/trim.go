//go:build linux && cgo && !noxla

package engine

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void trim(void) { malloc_trim(0); }
#else
static void trim(void) {}
#endif
*/
import "C"

// ReturnMemory returns memory that XLA has freed from the C library to the system: a compiler's
// gigabyte, before a step needs its own.
func ReturnMemory() { C.trim() }
