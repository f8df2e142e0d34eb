//go:build linux && cgo && !noxla

package programs

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "pjrt.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// current is where the intercepted plugin's programs are kept. It is the process's, as the plugin's
// table of calls is, which is what C calls back through.
var current atomic.Pointer[store]

// intercepting keeps two engines that are opened at once from intercepting the plugin twice, whose
// call would then call itself.
var intercepting sync.Mutex

// Keep makes the plugin at path, which this process has loaded, take compiled programs from dir and
// write new ones there. After an error it compiles everything.
func Keep(plugin, dir string) error {
	intercepting.Lock()
	defer intercepting.Unlock()
	Forget()
	s, err := open(plugin, dir)
	if err != nil {
		return err
	}
	path := C.CString(plugin)
	defer C.free(unsafe.Pointer(path))
	if reason := C.programs_intercept(path); reason != nil {
		return fmt.Errorf("keeping the programs of %s: %s", plugin, C.GoString(reason))
	}
	current.Store(s)
	return nil
}

// Forget lets the plugin compile everything again.
func Forget() { current.Store(nil) }

// compileKept compiles as PJRT_Client_Compile, or loads what was compiled before.
//
//export compileKept
func compileKept(args *C.compile_args) unsafe.Pointer {
	s := current.Load()
	if s == nil {
		return C.programs_compile(args)
	}
	p := args.program
	key := s.key(view(p.code, p.code_size), view(p.format, p.format_size),
		view(args.options, args.options_size))
	if program := s.get(key); len(program) > 0 {
		loaded := C.programs_load(args.client, (*C.char)(unsafe.Pointer(&program[0])),
			C.size_t(len(program)))
		if loaded != nil {
			args.loaded = loaded
			return nil
		}
	}
	if failure := C.programs_compile(args); failure != nil {
		return failure
	}
	var serialized C.serialize_args
	if C.programs_serialize(args.loaded, &serialized) != 0 {
		s.put(key, view(serialized.bytes, serialized.bytes_size))
		C.programs_release(&serialized)
	}
	return nil
}

// view is C's memory as Go sees it, for the time of the call.
func view(start *C.char, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(start)), int(size))
}
