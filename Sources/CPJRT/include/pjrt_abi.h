#ifndef PODIUM_PJRT_ABI_H
#define PODIUM_PJRT_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The binary interface of PJRT plug-ins, as OpenXLA publishes it (C API 0.81): memory layouts only, in our own words,
// and only of what is called.
//
// A plug-in exports GetPjrtApi, which yields a table of functions in a fixed order. Versions of the same major number
// only append: functions to the table, fields to arguments. Every function takes one pointer to its arguments, which
// begin with their size up to the end of the last known field, and yields NULL or an error that the caller frees.

typedef struct pjrt_error pjrt_error;
typedef struct pjrt_event pjrt_event;
typedef struct pjrt_client pjrt_client;
typedef struct pjrt_device pjrt_device;
typedef struct pjrt_device_description pjrt_device_description;
typedef struct pjrt_topology pjrt_topology;
typedef struct pjrt_executable pjrt_executable;
typedef struct pjrt_loaded_executable pjrt_loaded_executable;
typedef struct pjrt_buffer pjrt_buffer;
typedef struct pjrt_serialized pjrt_serialized;

// What every argument struct begins with.
typedef struct {
    size_t size;
    void *extensions;
} pjrt_head;

typedef pjrt_error *(*pjrt_function)(void *arguments);

typedef struct {
    pjrt_head head;
    pjrt_head version_head;
    int major, minor;
    pjrt_function functions[];
} pjrt_api;

// Places in the table.
typedef enum {
    pjrt_fn_error_destroy = 0,
    pjrt_fn_error_message = 1,
    pjrt_fn_error_code = 2,
    pjrt_fn_plugin_initialize = 3,
    pjrt_fn_plugin_attributes = 4,
    pjrt_fn_event_destroy = 5,
    pjrt_fn_event_on_ready = 9,
    pjrt_fn_client_create = 10,
    pjrt_fn_client_destroy = 11,
    pjrt_fn_client_platform_name = 12,
    pjrt_fn_client_platform_version = 14,
    pjrt_fn_client_addressable_devices = 16,
    pjrt_fn_client_compile = 20,
    pjrt_fn_client_buffer_from_host = 22,
    pjrt_fn_description_id = 23,
    pjrt_fn_description_kind = 26,
    pjrt_fn_device_description = 29,
    pjrt_fn_device_memory_stats = 34,
    pjrt_fn_executable_destroy = 40,
    pjrt_fn_executable_output_count = 44,
    pjrt_fn_executable_cost_analysis = 46,
    pjrt_fn_executable_serialize = 49,
    pjrt_fn_loaded_destroy = 50,
    pjrt_fn_loaded_executable = 51,
    pjrt_fn_loaded_execute = 55,
    pjrt_fn_deserialize_and_load = 56,
    pjrt_fn_buffer_destroy = 58,
    pjrt_fn_buffer_to_host = 70,
    pjrt_fn_topology_create = 82,
    pjrt_fn_topology_destroy = 83,
    pjrt_fn_topology_platform_version = 85,
    pjrt_fn_topology_descriptions = 86,
    pjrt_fn_compile = 89,
    pjrt_fn_executable_memory_stats = 96,
} pjrt_function_index;

typedef enum { pjrt_string = 0, pjrt_int64, pjrt_int64_list, pjrt_float, pjrt_bool } pjrt_value_kind;

// An option, attribute or property.
typedef struct {
    pjrt_head head;
    const char *name;
    size_t name_size;
    pjrt_value_kind kind;
    union {
        const char *string;
        int64_t integer;
        const int64_t *integers;
        float number;
        bool flag;
    };
    size_t value_size;  // characters of a string, elements of a list, otherwise 1
} pjrt_named_value;

typedef enum { pjrt_s32 = 4, pjrt_f32 = 11 } pjrt_element;

// When the caller may change host memory that is being copied to a device.
typedef enum { pjrt_after_call = 0, pjrt_after_transfer = 1 } pjrt_host_semantics;

typedef struct { pjrt_head head; pjrt_error *error; } pjrt_error_args;
typedef struct { pjrt_head head; const pjrt_error *error; const char *text; size_t text_size; } pjrt_message_args;
typedef struct { pjrt_head head; const pjrt_error *error; int code; } pjrt_code_args;
typedef struct { pjrt_head head; } pjrt_initialize_args;
typedef struct { pjrt_head head; const pjrt_named_value *values; size_t count; } pjrt_attributes_args;
// One object in, nothing out: the shape of all destroying functions.
typedef struct { pjrt_head head; void *object; } pjrt_object_args;
// One object in, one out.
typedef struct { pjrt_head head; const void *object; void *result; } pjrt_member_args;
typedef struct { pjrt_head head; const void *object; const char *text; size_t text_size; } pjrt_text_args;
typedef struct { pjrt_head head; const void *object; void *const *items; size_t count; } pjrt_list_args;
typedef struct { pjrt_head head; const void *object; int result; } pjrt_int_args;
typedef struct { pjrt_head head; const void *object; size_t result; } pjrt_size_args;

typedef void (*pjrt_callback)(pjrt_error *error, void *context);
typedef struct { pjrt_head head; pjrt_event *event; pjrt_callback callback; void *context; } pjrt_on_ready_args;

typedef struct {
    pjrt_head head;
    const pjrt_named_value *options;
    size_t option_count;
    void *get, *get_context, *put, *put_context;  // key-value store of several processes
    pjrt_client *client;
    void *try_get, *try_get_context;
} pjrt_client_create_args;

typedef struct {
    pjrt_head head;
    const char *code;
    size_t code_size;
    const char *format;
    size_t format_size;
} pjrt_program;

typedef struct {
    pjrt_head head;
    pjrt_client *client;
    const pjrt_program *program;
    const char *options;
    size_t options_size;
    pjrt_loaded_executable *executable;
} pjrt_client_compile_args;

typedef struct {
    pjrt_head head;
    const pjrt_topology *topology;
    const pjrt_program *program;
    const char *options;
    size_t options_size;
    pjrt_client *client;
    pjrt_executable *executable;
} pjrt_compile_args;

typedef struct {
    pjrt_head head;
    pjrt_client *client;
    const void *data;
    pjrt_element element;
    const int64_t *dimensions;
    size_t dimension_count;
    const int64_t *strides;
    size_t stride_count;
    pjrt_host_semantics semantics;
    pjrt_device *device;
    void *memory, *layout;
    pjrt_event *done;
    pjrt_buffer *buffer;
} pjrt_from_host_args;

// A layout by its order of dimensions, without tiles.
typedef struct {
    pjrt_head head;
    struct {
        pjrt_head head;
        const int64_t *minor_to_major;
        size_t dimension_count;
        const int64_t *tiles;
        const size_t *tile_sizes;
        size_t tile_count;
    } tiled;
    int kind;  // 0: tiled
} pjrt_layout;

typedef struct {
    pjrt_head head;
    pjrt_buffer *buffer;
    pjrt_layout *layout;
    void *data;
    size_t size;
    pjrt_event *event;
} pjrt_to_host_args;

typedef struct {
    pjrt_head head;
    void *send_callbacks, *receive_callbacks;
    size_t send_count, receive_count;
    int launch;
    const int64_t *kept;  // inputs not to be donated
    size_t kept_count;
    void *context;
    const char *location;
    size_t task_count;
    int *tasks;
    int64_t *incarnations;
} pjrt_execute_options;

typedef struct {
    pjrt_head head;
    pjrt_loaded_executable *executable;
    pjrt_execute_options *options;
    pjrt_buffer *const *const *arguments;  // [devices][arguments]
    size_t device_count, argument_count;
    pjrt_buffer **const *outputs;  // [devices][outputs], memory is the caller's
    pjrt_event **done;  // [devices]
    pjrt_device *device;
} pjrt_execute_args;

typedef struct {
    pjrt_head head;
    const pjrt_executable *executable;
    size_t count;
    const pjrt_named_value *properties;
} pjrt_cost_args;

typedef struct {
    pjrt_head head;
    pjrt_executable *executable;
    int64_t code, argument, output, alias, temporary;
    int64_t host_code, host_argument, host_output, host_alias, host_temporary;
    int64_t peak;
} pjrt_memory_args;

typedef struct {
    pjrt_head head;
    pjrt_device *device;
    int64_t in_use, peak;
    bool has_peak;
    int64_t allocations;
    bool has_allocations;
    int64_t largest;
    bool has_largest;
    int64_t limit;
    bool has_limit;
    int64_t reserved;
    bool has_reserved;
    int64_t peak_reserved;
    bool has_peak_reserved;
    int64_t reservable;
    bool has_reservable;
    int64_t largest_free;
    bool has_largest_free;
    int64_t pool;
    bool has_pool;
    int64_t peak_pool;
    bool has_peak_pool;
} pjrt_device_memory_args;

typedef struct {
    pjrt_head head;
    const pjrt_executable *executable;
    const char *bytes;
    size_t size;
    pjrt_serialized *owner;
    void (*release)(pjrt_serialized *owner);
} pjrt_serialize_args;

typedef struct {
    pjrt_head head;
    pjrt_client *client;
    const char *bytes;
    size_t size;
    pjrt_loaded_executable *executable;
    const char *options;
    size_t options_size;
} pjrt_deserialize_args;

typedef struct {
    pjrt_head head;
    const char *name;
    size_t name_size;
    const pjrt_named_value *options;
    size_t option_count;
    pjrt_topology *topology;
} pjrt_topology_create_args;

#endif
