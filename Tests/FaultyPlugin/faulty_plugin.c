#include "faulty_plugin.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pjrt_abi.h"

// A PJRT plug-in that hands every call on to another one, except what it is told to do wrong: tests cannot wait for a
// real device to fail.
//
// FAULTY_PLUGIN_REAL   path of the plug-in behind it
// FAULTY_PLUGIN_FAULT  what goes wrong, see `faults`
// FAULTY_PLUGIN_AFTER  number of calls of that function that go well before

// A place in the table for no function at all.
enum { nothing = -1 };

static pjrt_function real[512];
static atomic_int calls_left;

// Errors of our own; the real plug-in must never see them.
static struct { int code; const char *message; } own_error;

static pjrt_error *fail(int code, const char *message) {
    own_error.code = code;
    own_error.message = message;
    return (pjrt_error *)&own_error;
}

static bool is_due(void) { return atomic_fetch_sub(&calls_left, 1) <= 0; }

static pjrt_error *sleep_for_ever(void) {
    for (;;) sleep(1000);
}

static pjrt_error *error_destroy(void *arguments) {
    return ((pjrt_error_args *)arguments)->error == (void *)&own_error ? NULL : real[pjrt_fn_error_destroy](arguments);
}

static pjrt_error *error_message(void *arguments) {
    pjrt_message_args *asked = arguments;
    if (asked->error != (void *)&own_error) return real[pjrt_fn_error_message](arguments);
    asked->text = own_error.message;
    asked->text_size = strlen(own_error.message);
    return NULL;
}

static pjrt_error *error_code(void *arguments) {
    pjrt_code_args *asked = arguments;
    if (asked->error != (void *)&own_error) return real[pjrt_fn_error_code](arguments);
    asked->code = own_error.code;
    return NULL;
}

static pjrt_error *client_create_fails(void *arguments) {
    return is_due() ? fail(14, "the accelerator does not answer") : real[pjrt_fn_client_create](arguments);
}

static pjrt_error *client_create_hangs(void *arguments) {
    return is_due() ? sleep_for_ever() : real[pjrt_fn_client_create](arguments);
}

static pjrt_error *compile_fails(void *arguments) {
    return is_due() ? fail(3, "op 'stablehlo.dot_general' is not known here") : real[pjrt_fn_client_compile](arguments);
}

static pjrt_error *compile_hangs(void *arguments) {
    return is_due() ? sleep_for_ever() : real[pjrt_fn_client_compile](arguments);
}

static pjrt_error *execute_lacks_memory(void *arguments) {
    return is_due() ? fail(8, "trying to allocate 17179869184 bytes") : real[pjrt_fn_loaded_execute](arguments);
}

static pjrt_error *execute_hangs(void *arguments) {
    return is_due() ? sleep_for_ever() : real[pjrt_fn_loaded_execute](arguments);
}

static pjrt_error *execute_crashes(void *arguments) {
    if (is_due()) abort();
    return real[pjrt_fn_loaded_execute](arguments);
}

static pjrt_error *event_never_comes(void *arguments) {
    return is_due() ? NULL : real[pjrt_fn_event_on_ready](arguments);
}

static pjrt_error *event_fails(void *arguments) {
    if (!is_due()) return real[pjrt_fn_event_on_ready](arguments);
    pjrt_on_ready_args *asked = arguments;
    asked->callback(fail(13, "an uncorrectable error in the device's memory"), asked->context);
    return NULL;
}

static const struct { const char *name; int place; pjrt_function function; } faults[] = {
    {"old", nothing, NULL},          // an API of long ago, with a shorter table
    {"next", nothing, NULL},         // the next major version
    {"client-fails", pjrt_fn_client_create, client_create_fails},
    {"client-hangs", pjrt_fn_client_create, client_create_hangs},
    {"compile-fails", pjrt_fn_client_compile, compile_fails},
    {"compile-hangs", pjrt_fn_client_compile, compile_hangs},
    {"memory", pjrt_fn_loaded_execute, execute_lacks_memory},
    {"step-hangs", pjrt_fn_loaded_execute, execute_hangs},
    {"step-crashes", pjrt_fn_loaded_execute, execute_crashes},
    {"event-never", pjrt_fn_event_on_ready, event_never_comes},
    {"event-fails", pjrt_fn_event_on_ready, event_fails},
};

const void *GetPjrtApi(void) {
    const char *path = getenv("FAULTY_PLUGIN_REAL"), *fault = getenv("FAULTY_PLUGIN_FAULT");
    const char *after = getenv("FAULTY_PLUGIN_AFTER");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    const pjrt_api *(*entry)(void) = library ? (const pjrt_api *(*)(void))dlsym(library, "GetPjrtApi") : NULL;
    const pjrt_api *behind = entry ? entry() : NULL;
    if (!behind) return NULL;
    size_t size = behind->head.size, count = (size - offsetof(pjrt_api, functions)) / sizeof(pjrt_function);
    if (count > sizeof real / sizeof *real) return NULL;
    memcpy(real, behind->functions, count * sizeof *real);
    // Never freed: whoever asked keeps it.
    pjrt_api *api = malloc(size);
    if (!api) return NULL;
    memcpy(api, behind, size);
    api->functions[pjrt_fn_error_destroy] = error_destroy;
    api->functions[pjrt_fn_error_message] = error_message;
    api->functions[pjrt_fn_error_code] = error_code;
    atomic_store(&calls_left, after ? atoi(after) : 0);
    for (size_t i = 0; fault && i < sizeof faults / sizeof *faults; i++)
        if (strcmp(fault, faults[i].name) == 0 && faults[i].place != nothing)
            api->functions[faults[i].place] = faults[i].function;
    if (fault && strcmp(fault, "next") == 0) api->major = 1;
    if (fault && strcmp(fault, "old") == 0) {
        api->minor = 11;
        api->head.size = offsetof(pjrt_api, functions) + pjrt_fn_client_compile * sizeof(pjrt_function);
    }
    return api;
}
