#ifndef PODIUM_PJRT_H
#define PODIUM_PJRT_H

#include "pjrt_abi.h"

// Calls through a plug-in's table: each fills in the argument struct and its size. Results are those of the plug-in:
// NULL, or an error that the caller frees with podium_pjrt_error_free.

// Bytes of a struct up to the end of its last field, which is what plug-ins compare (not sizeof, which pads).
#define PJRT_SIZE(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

// Whether the plug-in's table reaches so far and has something there.
static inline bool podium_pjrt_has(const pjrt_api *api, pjrt_function_index index) {
    size_t end = offsetof(pjrt_api, functions) + ((size_t)index + 1) * sizeof(pjrt_function);
    return api->head.size >= end && api->functions[index];
}

#define PJRT_CALL(index, arguments) api->functions[index](arguments)

static inline void podium_pjrt_error_free(const pjrt_api *api, pjrt_error *error) {
    pjrt_error_args a = {{PJRT_SIZE(pjrt_error_args, error), 0}, error};
    PJRT_CALL(pjrt_fn_error_destroy, &a);
}

// Not terminated by zero; lives as long as the error.
static inline const char *podium_pjrt_error_text(const pjrt_api *api, const pjrt_error *error, size_t *size) {
    pjrt_message_args a = {{PJRT_SIZE(pjrt_message_args, text_size), 0}, error};
    PJRT_CALL(pjrt_fn_error_message, &a);
    *size = a.text_size;
    return a.text;
}

// A code of absl::Status; 2 is "unknown".
static inline int podium_pjrt_error_code(const pjrt_api *api, const pjrt_error *error) {
    pjrt_code_args a = {{PJRT_SIZE(pjrt_code_args, code), 0}, error, 2};
    pjrt_error *second = PJRT_CALL(pjrt_fn_error_code, &a);
    if (second) podium_pjrt_error_free(api, second);
    return a.code;
}

static inline pjrt_error *podium_pjrt_initialize(const pjrt_api *api) {
    pjrt_initialize_args a = {{sizeof(pjrt_initialize_args), 0}};
    return PJRT_CALL(pjrt_fn_plugin_initialize, &a);
}

static inline pjrt_error *podium_pjrt_attributes(const pjrt_api *api, const pjrt_named_value **values, size_t *count) {
    pjrt_attributes_args a = {{PJRT_SIZE(pjrt_attributes_args, count), 0}};
    pjrt_error *error = PJRT_CALL(pjrt_fn_plugin_attributes, &a);
    *values = a.values;
    *count = a.count;
    return error;
}

// Frees an object by one of the destroying functions.
static inline pjrt_error *podium_pjrt_destroy(const pjrt_api *api, pjrt_function_index index, void *object) {
    pjrt_object_args a = {{PJRT_SIZE(pjrt_object_args, object), 0}, object};
    return PJRT_CALL(index, &a);
}

static inline pjrt_error *podium_pjrt_member(
    const pjrt_api *api, pjrt_function_index index, const void *object, void **result
) {
    pjrt_member_args a = {{PJRT_SIZE(pjrt_member_args, result), 0}, object};
    pjrt_error *error = PJRT_CALL(index, &a);
    *result = a.result;
    return error;
}

static inline pjrt_error *podium_pjrt_text(
    const pjrt_api *api, pjrt_function_index index, const void *object, const char **text, size_t *size
) {
    pjrt_text_args a = {{PJRT_SIZE(pjrt_text_args, text_size), 0}, object};
    pjrt_error *error = PJRT_CALL(index, &a);
    *text = a.text;
    *size = a.text_size;
    return error;
}

static inline pjrt_error *podium_pjrt_list(
    const pjrt_api *api, pjrt_function_index index, const void *object, void *const **items, size_t *count
) {
    pjrt_list_args a = {{PJRT_SIZE(pjrt_list_args, count), 0}, object};
    pjrt_error *error = PJRT_CALL(index, &a);
    *items = a.items;
    *count = a.count;
    return error;
}

static inline pjrt_error *podium_pjrt_device_id(const pjrt_api *api, const void *description, int *result) {
    pjrt_int_args a = {{PJRT_SIZE(pjrt_int_args, result), 0}, description};
    pjrt_error *error = PJRT_CALL(pjrt_fn_description_id, &a);
    *result = a.result;
    return error;
}

static inline pjrt_error *podium_pjrt_output_count(const pjrt_api *api, const void *executable, size_t *result) {
    pjrt_size_args a = {{PJRT_SIZE(pjrt_size_args, result), 0}, executable};
    pjrt_error *error = PJRT_CALL(pjrt_fn_executable_output_count, &a);
    *result = a.result;
    return error;
}

static inline pjrt_error *podium_pjrt_on_ready(
    const pjrt_api *api, pjrt_event *event, pjrt_callback callback, void *context
) {
    pjrt_on_ready_args a = {{PJRT_SIZE(pjrt_on_ready_args, context), 0}, event, callback, context};
    return PJRT_CALL(pjrt_fn_event_on_ready, &a);
}

static inline pjrt_named_value podium_pjrt_option(const char *name, size_t size, pjrt_value_kind kind) {
    pjrt_named_value value = {{PJRT_SIZE(pjrt_named_value, value_size), 0}, name, size, kind};
    value.value_size = 1;
    return value;
}

static inline pjrt_error *podium_pjrt_client_create(
    const pjrt_api *api, const pjrt_named_value *options, size_t count, pjrt_client **client
) {
    pjrt_client_create_args a = {{PJRT_SIZE(pjrt_client_create_args, try_get_context), 0}, options, count};
    pjrt_error *error = PJRT_CALL(pjrt_fn_client_create, &a);
    *client = a.client;
    return error;
}

static inline pjrt_program podium_pjrt_mlir(const char *code, size_t size) {
    pjrt_program program = {{PJRT_SIZE(pjrt_program, format_size), 0}, code, size, "mlir", 4};
    return program;
}

static inline pjrt_error *podium_pjrt_client_compile(
    const pjrt_api *api, pjrt_client *client, const pjrt_program *program, const char *options, size_t options_size,
    pjrt_loaded_executable **executable
) {
    pjrt_client_compile_args a = {
        {PJRT_SIZE(pjrt_client_compile_args, executable), 0}, client, program, options, options_size
    };
    pjrt_error *error = PJRT_CALL(pjrt_fn_client_compile, &a);
    *executable = a.executable;
    return error;
}

// Compiles for devices that need not be there.
static inline pjrt_error *podium_pjrt_compile(
    const pjrt_api *api, const pjrt_topology *topology, const pjrt_program *program, const char *options,
    size_t options_size, pjrt_executable **executable
) {
    pjrt_compile_args a = {{PJRT_SIZE(pjrt_compile_args, executable), 0}, topology, program, options, options_size};
    pjrt_error *error = PJRT_CALL(pjrt_fn_compile, &a);
    *executable = a.executable;
    return error;
}

// Copies row-major elements to a device; the memory is free when `done` is ready.
static inline pjrt_error *podium_pjrt_from_host(
    const pjrt_api *api, pjrt_client *client, pjrt_device *device, const void *data, pjrt_element element,
    const int64_t *dimensions, size_t count, pjrt_host_semantics semantics, pjrt_buffer **buffer, pjrt_event **done
) {
    pjrt_from_host_args a = {{PJRT_SIZE(pjrt_from_host_args, buffer), 0}, client, data, element, dimensions, count};
    a.semantics = semantics;
    a.device = device;
    pjrt_error *error = PJRT_CALL(pjrt_fn_client_buffer_from_host, &a);
    *buffer = a.buffer;
    *done = a.done;
    return error;
}

// Copies a buffer's elements, row-major, to host memory; they are there when `event` is ready. At most 8 dimensions.
static inline pjrt_error *podium_pjrt_to_host(
    const pjrt_api *api, pjrt_buffer *buffer, size_t dimensions, void *data, size_t size, pjrt_event **event
) {
    int64_t order[8];
    for (size_t i = 0; i < dimensions; i++) order[i] = (int64_t)(dimensions - 1 - i);
    pjrt_layout layout = {{PJRT_SIZE(pjrt_layout, kind), 0}};
    layout.tiled.head.size = sizeof layout.tiled;
    layout.tiled.minor_to_major = order;
    layout.tiled.dimension_count = dimensions;
    pjrt_to_host_args a = {{PJRT_SIZE(pjrt_to_host_args, event), 0}, buffer, &layout, data, size};
    pjrt_error *error = PJRT_CALL(pjrt_fn_buffer_to_host, &a);
    *event = a.event;
    return error;
}

// Runs on all the executable's devices.
static inline pjrt_error *podium_pjrt_execute(
    const pjrt_api *api, pjrt_loaded_executable *executable, pjrt_buffer *const *const *arguments,
    size_t device_count, size_t argument_count, pjrt_buffer **const *outputs, pjrt_event **done
) {
    pjrt_execute_options options = {{PJRT_SIZE(pjrt_execute_options, incarnations), 0}};
    pjrt_execute_args a = {
        {PJRT_SIZE(pjrt_execute_args, device), 0}, executable, &options, arguments, device_count, argument_count,
        outputs, done
    };
    return PJRT_CALL(pjrt_fn_loaded_execute, &a);
}

static inline pjrt_error *podium_pjrt_cost_analysis(
    const pjrt_api *api, const pjrt_executable *executable, const pjrt_named_value **properties, size_t *count
) {
    pjrt_cost_args a = {{PJRT_SIZE(pjrt_cost_args, properties), 0}, executable};
    pjrt_error *error = PJRT_CALL(pjrt_fn_executable_cost_analysis, &a);
    *properties = a.properties;
    *count = a.count;
    return error;
}

static inline pjrt_error *podium_pjrt_memory_stats(
    const pjrt_api *api, pjrt_executable *executable, pjrt_memory_args *result
) {
    *result = (pjrt_memory_args){{PJRT_SIZE(pjrt_memory_args, peak), 0}, executable};
    return PJRT_CALL(pjrt_fn_executable_memory_stats, result);
}

static inline pjrt_error *podium_pjrt_device_memory(
    const pjrt_api *api, pjrt_device *device, pjrt_device_memory_args *result
) {
    *result = (pjrt_device_memory_args){{PJRT_SIZE(pjrt_device_memory_args, has_peak_pool), 0}, device};
    return PJRT_CALL(pjrt_fn_device_memory_stats, result);
}

// The bytes live until `release(owner)` of the result.
static inline pjrt_error *podium_pjrt_serialize(
    const pjrt_api *api, const pjrt_executable *executable, pjrt_serialize_args *result
) {
    *result = (pjrt_serialize_args){{PJRT_SIZE(pjrt_serialize_args, release), 0}, executable};
    return PJRT_CALL(pjrt_fn_executable_serialize, result);
}

static inline pjrt_error *podium_pjrt_deserialize(
    const pjrt_api *api, pjrt_client *client, const char *bytes, size_t size, pjrt_loaded_executable **executable
) {
    pjrt_deserialize_args a = {{PJRT_SIZE(pjrt_deserialize_args, options_size), 0}, client, bytes, size};
    pjrt_error *error = PJRT_CALL(pjrt_fn_deserialize_and_load, &a);
    *executable = a.executable;
    return error;
}

static inline pjrt_error *podium_pjrt_topology_create(
    const pjrt_api *api, const char *name, size_t name_size, const pjrt_named_value *options, size_t count,
    pjrt_topology **topology
) {
    pjrt_topology_create_args a = {
        {PJRT_SIZE(pjrt_topology_create_args, topology), 0}, name, name_size, options, count
    };
    pjrt_error *error = PJRT_CALL(pjrt_fn_topology_create, &a);
    *topology = a.topology;
    return error;
}

#endif
