#include "podium_onednn.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// What oneDNN generates code for. All bytes count: make it with memset.
struct shape {
    long m, n, k, a_stride, b_stride, c_stride;
    float factor;
    bool a_transposed, b_transposed, adds, bf16;
};

struct entry {
    struct shape shape;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c;
};

// SLOTS is a power of two, half of it in use at most; when that is reached all are dropped.
enum { SLOTS = 2048 };

// One thread's products.
struct cache {
    dnnl_stream_t stream;
    int used;
    struct entry entries[SLOTS];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static dnnl_engine_t engine;

static void destroy(struct entry *entry) {
    dnnl_primitive_destroy(entry->primitive);
    dnnl_memory_destroy(entry->a);
    dnnl_memory_destroy(entry->b);
    dnnl_memory_destroy(entry->c);
    memset(entry, 0, sizeof *entry);
}

static void clear(struct cache *cache) {
    for (int i = 0; i < SLOTS; i++)
        if (cache->entries[i].primitive) destroy(&cache->entries[i]);
    cache->used = 0;
}

static void thread_ends(void *value) {
    struct cache *cache = value;
    clear(cache);
    dnnl_stream_destroy(cache->stream);
    free(cache);
}

static void start(void) {
    if (pthread_key_create(&key, thread_ends) != 0) return;
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = 0;
}

static struct cache *cache_of_thread(void) {
    pthread_once(&once, start);
    if (!engine) return 0;
    struct cache *cache = pthread_getspecific(key);
    if (cache) return cache;
    cache = calloc(1, sizeof *cache);
    if (!cache) return 0;
    if (dnnl_stream_create(&cache->stream, engine, dnnl_stream_default_flags) != dnnl_success
        || pthread_setspecific(key, cache) != 0) {
        free(cache);
        return 0;
    }
    return cache;
}

void podium_onednn_use_calling_thread(void) {
    // Debian's oneDNN is built on OpenMP, whose number of threads is a property of the calling thread; the OpenMP
    // runtime comes along with oneDNN and has no header of ours.
    void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set) set(1);
}

bool podium_onednn_has_bf16(void) {
    switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_avx512_core_bf16:
    case dnnl_cpu_isa_avx512_core_amx: return true;
    default: return false;
    }
}

static uint64_t hash(const struct shape *shape) {
    const unsigned char *bytes = (const unsigned char *)shape;
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *shape; i++) h = (h ^ bytes[i]) * 1099511628211u;
    return h ^ h >> 29;
}

// A row-major matrix of `rows` × `columns` after transposition.
static dnnl_status_t describe(dnnl_memory_desc_t *result, long rows, long columns, long stride, bool transposed,
                              dnnl_data_type_t type) {
    dnnl_dims_t sizes = {rows, columns}, strides = {transposed ? 1 : stride, transposed ? stride : 1};
    return dnnl_memory_desc_init_by_strides(result, 2, sizes, type, strides);
}

static dnnl_status_t describe_operation(dnnl_primitive_desc_t *result, const struct shape *shape,
                                        const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b,
                                        const dnnl_memory_desc_t *c) {
    dnnl_primitive_attr_t attributes = 0;
    dnnl_post_ops_t after = 0;
    dnnl_matmul_desc_t product;
    dnnl_status_t status = dnnl_matmul_desc_init(&product, a, b, 0, c);
    if (!status) status = dnnl_primitive_attr_create(&attributes);
    if (!status && shape->factor != 1) status = dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &shape->factor);
    if (!status && shape->adds) {
        status = dnnl_post_ops_create(&after);
        if (!status) status = dnnl_post_ops_append_sum(after, 1);
        if (!status) status = dnnl_primitive_attr_set_post_ops(attributes, after);
    }
    if (!status) status = dnnl_primitive_desc_create(result, &product, attributes, engine, 0);
    if (after) dnnl_post_ops_destroy(after);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

static dnnl_status_t make(struct entry *entry, const struct shape *shape) {
    dnnl_data_type_t type = shape->bf16 ? dnnl_bf16 : dnnl_f32;
    dnnl_memory_desc_t a, b, c;
    dnnl_primitive_desc_t operation = 0;
    dnnl_status_t status = describe(&a, shape->m, shape->k, shape->a_stride, shape->a_transposed, type);
    if (!status) status = describe(&b, shape->k, shape->n, shape->b_stride, shape->b_transposed, type);
    if (!status) status = describe(&c, shape->m, shape->n, shape->c_stride, false, dnnl_f32);
    if (!status) status = describe_operation(&operation, shape, &a, &b, &c);
    if (!status) status = dnnl_primitive_create(&entry->primitive, operation);
    if (!status) status = dnnl_memory_create(&entry->a, &a, engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&entry->b, &b, engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&entry->c, &c, engine, DNNL_MEMORY_NONE);
    if (operation) dnnl_primitive_desc_destroy(operation);
    if (status) destroy(entry);
    else entry->shape = *shape;
    return status;
}

int podium_onednn_multiply(const podium_product *product) {
    struct cache *cache = cache_of_thread();
    if (!cache) return dnnl_runtime_error;
    struct shape shape;
    memset(&shape, 0, sizeof shape);
    shape.m = product->m, shape.n = product->n, shape.k = product->k;
    shape.a_stride = product->a_stride, shape.b_stride = product->b_stride, shape.c_stride = product->c_stride;
    shape.factor = product->factor;
    shape.a_transposed = product->a_transposed, shape.b_transposed = product->b_transposed;
    shape.adds = product->adds, shape.bf16 = product->bf16;

    uint64_t place = hash(&shape);
    struct entry *entry;
    while ((entry = &cache->entries[place % SLOTS])->primitive && memcmp(&entry->shape, &shape, sizeof shape) != 0)
        place++;
    if (!entry->primitive) {
        if (cache->used >= SLOTS / 2) {
            clear(cache);
            entry = &cache->entries[hash(&shape) % SLOTS];
        }
        dnnl_status_t status = make(entry, &shape);
        if (status) return (int)status;
        cache->used++;
    }
    // The library only reads a and b; its interface has no word for that.
    dnnl_memory_set_data_handle(entry->a, (void *)product->a);
    dnnl_memory_set_data_handle(entry->b, (void *)product->b);
    dnnl_memory_set_data_handle(entry->c, product->c);
    dnnl_exec_arg_t operands[] = {
        {DNNL_ARG_SRC, entry->a}, {DNNL_ARG_WEIGHTS, entry->b}, {DNNL_ARG_DST, entry->c}};
    return (int)dnnl_primitive_execute(entry->primitive, cache->stream, 3, operands);
}
