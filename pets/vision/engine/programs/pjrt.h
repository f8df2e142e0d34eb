// What is needed of PJRT's C interface (xla/pjrt/c/pjrt_c_api.h, version 0.104), whose structures
// only grow at their ends. Handles are void pointers.
#pragma once
#include <stddef.h>

typedef struct {
	size_t size;
	void *extensions;
	char *code;
	size_t code_size;
	const char *format;
	size_t format_size;
} program;

typedef struct {
	size_t size;
	void *extensions, *client;
	const program *program;
	const char *options;
	size_t options_size;
	void *loaded; // out
} compile_args;

typedef struct {
	size_t size;
	void *extensions, *executable;
	const char *bytes; // out, owned by owner
	size_t bytes_size;
	void *owner;
	void (*free)(void *owner);
} serialize_args;

// programs_intercept makes the plugin at path call compileKept for each compilation. It returns
// what is in the way, or null.
const char *programs_intercept(const char *path);

// programs_compile lets the plugin compile. It returns PJRT's error, or null.
void *programs_compile(compile_args *args);

// programs_load makes a loaded executable of bytes. It returns null where the plugin refuses.
void *programs_load(void *client, const char *bytes, size_t size);

// programs_serialize fills args for a loaded executable, and programs_release frees that. It
// returns 0 where the plugin refuses.
int programs_serialize(void *loaded, serialize_args *args);
void programs_release(serialize_args *args);
