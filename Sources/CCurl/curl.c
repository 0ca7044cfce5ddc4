#include "podium_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// From curl/curl.h, whose numbers never change.
enum {
    OPT_WRITEDATA = 10001,
    OPT_URL = 10002,
    OPT_ERRORBUFFER = 10010,
    OPT_POSTFIELDS = 10015,
    OPT_WRITEFUNCTION = 20011,
    OPT_LOW_SPEED_LIMIT = 19,
    OPT_LOW_SPEED_TIME = 20,
    OPT_HTTPHEADER = 10023,
    OPT_HEADERDATA = 10029,
    OPT_CUSTOMREQUEST = 10036,
    OPT_NOBODY = 44,
    OPT_CONNECTTIMEOUT = 78,
    OPT_HEADERFUNCTION = 20079,
    OPT_NOSIGNAL = 99,
    OPT_PROTOCOLS_STR = 10318,
    OPT_POSTFIELDSIZE_LARGE = 30120,
    INFO_RESPONSE_CODE = 0x200002,
    GLOBAL_ALL = 3,
};

static int (*global_init)(long);
static void *(*easy_init)(void);
static void (*easy_cleanup)(void *);
static int (*easy_setopt)(void *, int, ...);
static int (*easy_perform)(void *);
static int (*easy_getinfo)(void *, int, ...);
static const char *(*easy_strerror)(int);
static void *(*slist_append)(void *, const char *);
static void (*slist_free_all)(void *);
static char message[512];

static void load(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
    void *library = 0;
    for (unsigned i = 0; !library && i < sizeof names / sizeof *names; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        const char *reason = library ? 0 : dlerror();
        if (reason && !message[0]) strncpy(message, reason, sizeof message - 1);
    }
    if (!library) return;
    message[0] = 0;
    global_init = (int (*)(long))dlsym(library, "curl_global_init");
    easy_init = (void *(*)(void))dlsym(library, "curl_easy_init");
    easy_cleanup = (void (*)(void *))dlsym(library, "curl_easy_cleanup");
    easy_setopt = (int (*)(void *, int, ...))dlsym(library, "curl_easy_setopt");
    easy_perform = (int (*)(void *))dlsym(library, "curl_easy_perform");
    easy_getinfo = (int (*)(void *, int, ...))dlsym(library, "curl_easy_getinfo");
    easy_strerror = (const char *(*)(int))dlsym(library, "curl_easy_strerror");
    slist_append = (void *(*)(void *, const char *))dlsym(library, "curl_slist_append");
    slist_free_all = (void (*)(void *))dlsym(library, "curl_slist_free_all");
    if (!global_init || !easy_init || !easy_cleanup || !easy_setopt || !easy_perform || !easy_getinfo || !easy_strerror ||
        !slist_append || !slist_free_all)
        strncpy(message, "the library lacks functions of libcurl", sizeof message - 1);
    else if (global_init(GLOBAL_ALL))
        strncpy(message, "libcurl cannot be initialised", sizeof message - 1);
}

const char *podium_curl_missing(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return message[0] ? message : 0;
}

struct sinks {
    podium_curl_sink body;
    podium_curl_sink header;
    void *context;
};

static size_t write_body(char *bytes, size_t size, size_t count, void *data) {
    struct sinks *sinks = data;
    return sinks->body(bytes, size * count, sinks->context);
}

static size_t write_header(char *bytes, size_t size, size_t count, void *data) {
    struct sinks *sinks = data;
    return sinks->header(bytes, size * count, sinks->context);
}

int podium_curl_perform(
    const struct podium_curl_request *request,
    podium_curl_sink body,
    podium_curl_sink header,
    void *context,
    long *status,
    char *error
) {
    struct sinks sinks = {body, header, context};
    void *handle = easy_init();
    if (!handle) return 27;
    void *list = 0;
    for (size_t i = 0; i < request->header_count; i++) list = slist_append(list, request->headers[i]);
    error[0] = 0;
    easy_setopt(handle, OPT_ERRORBUFFER, error);
    easy_setopt(handle, OPT_URL, request->url);
    // An older libcurl that does not know the option still speaks only what the caller checked the address for.
    easy_setopt(handle, OPT_PROTOCOLS_STR, "http,https");
    easy_setopt(handle, OPT_NOSIGNAL, 1L);
    easy_setopt(handle, OPT_HTTPHEADER, list);
    easy_setopt(handle, OPT_CONNECTTIMEOUT, request->connect_seconds);
    easy_setopt(handle, OPT_LOW_SPEED_LIMIT, 1L);
    easy_setopt(handle, OPT_LOW_SPEED_TIME, request->idle_seconds);
    if (request->is_head) easy_setopt(handle, OPT_NOBODY, 1L);
    if (request->method) {
        // Set before the data, which is not copied.
        easy_setopt(handle, OPT_POSTFIELDSIZE_LARGE, (int64_t)request->content_count);
        easy_setopt(handle, OPT_POSTFIELDS, request->content_count ? request->content : "");
        easy_setopt(handle, OPT_CUSTOMREQUEST, request->method);
    }
    easy_setopt(handle, OPT_WRITEFUNCTION, write_body);
    easy_setopt(handle, OPT_WRITEDATA, &sinks);
    easy_setopt(handle, OPT_HEADERFUNCTION, write_header);
    easy_setopt(handle, OPT_HEADERDATA, &sinks);
    int result = easy_perform(handle);
    easy_getinfo(handle, INFO_RESPONSE_CODE, status);
    if (result && !error[0]) strncpy(error, easy_strerror(result), 255);
    easy_cleanup(handle);
    slist_free_all(list);
    return result;
}
