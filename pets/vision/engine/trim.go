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

// ReturnMemory returns to the system what the C library keeps of the memory that XLA has freed: a
// compiler's gigabyte, after which a step needs its own.
func ReturnMemory() { C.trim() }
