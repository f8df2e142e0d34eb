//go:build linux && cgo && !noxla

#define _GNU_SOURCE
#include "pjrt.h"
#include "_cgo_export.h"
#include <dlfcn.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// Places of the calls in PJRT's table.
enum {
	ERROR_DESTROY = 0,
	COMPILE = 20,
	EXECUTABLE_DESTROY = 40,
	SERIALIZE = 49,
	GET_EXECUTABLE = 51,
	LOAD = 56,
};

typedef void *(*call)(void *args);

typedef struct {
	size_t size;
	void *extensions;
	struct {
		size_t size;
		void *extensions;
		int major, minor;
	} version;
	call calls[LOAD + 1];
} table;

typedef struct {
	size_t size;
	void *extensions, *handle;
} destroy_args;

typedef struct {
	size_t size;
	void *extensions, *loaded, *executable;
} executable_args;

typedef struct {
	size_t size;
	void *extensions, *client;
	const char *bytes;
	size_t bytes_size;
	void *loaded; // out
	const char *options;
	size_t options_size;
} load_args;

// The plugin that is intercepted, and its own way to compile: the table of a plugin is one for the
// process.
static table *plugin;
static call compile_of_plugin;

static void *compile_hook(void *args) { return compileKept(args); }

const char *programs_intercept(const char *path) {
	void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
	if (!library)
		return "it is not loaded";
	table *(*get)(void) = (table * (*)(void)) dlsym(library, "GetPjrtApi");
	dlclose(library); // its user has it open
	if (!get)
		return "it has no GetPjrtApi";
	table *t = get();
	if (t == plugin)
		return NULL;
	if (plugin)
		return "another plugin's are kept in this process";
	if (!t || t->size < sizeof *t || t->version.major != 0)
		return "it speaks another version of PJRT";
	static const int needed[] = {ERROR_DESTROY, COMPILE, EXECUTABLE_DESTROY, SERIALIZE,
		GET_EXECUTABLE, LOAD};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!t->calls[needed[i]])
			return "it cannot write programs";
	uintptr_t page = sysconf(_SC_PAGESIZE), at = (uintptr_t)&t->calls[COMPILE];
	if (mprotect((void *)(at - at % page), page, PROT_READ | PROT_WRITE) != 0)
		return "its table cannot be written to";
	plugin = t;
	compile_of_plugin = t->calls[COMPILE];
	__atomic_store_n(&t->calls[COMPILE], compile_hook, __ATOMIC_RELEASE);
	return NULL;
}

// done reports whether a call returned no error, and frees one.
static int done(void *error) {
	if (!error)
		return 1;
	destroy_args d = {sizeof d, NULL, error};
	plugin->calls[ERROR_DESTROY](&d);
	return 0;
}

void *programs_compile(compile_args *args) { return compile_of_plugin(args); }

void *programs_load(void *client, const char *bytes, size_t size) {
	load_args l = {sizeof l, NULL, client, bytes, size, NULL, NULL, 0};
	return done(plugin->calls[LOAD](&l)) ? l.loaded : NULL;
}

int programs_serialize(void *loaded, serialize_args *args) {
	executable_args e = {sizeof e, NULL, loaded, NULL};
	if (!done(plugin->calls[GET_EXECUTABLE](&e)))
		return 0;
	*args = (serialize_args){sizeof *args, NULL, e.executable};
	int ok = done(plugin->calls[SERIALIZE](args));
	destroy_args d = {sizeof d, NULL, e.executable};
	return done(plugin->calls[EXECUTABLE_DESTROY](&d)) && ok;
}

void programs_release(serialize_args *args) { args->free(args->owner); }
