#ifndef PODIUM_CURL_H
#define PODIUM_CURL_H

#include <stddef.h>
#include <stdint.h>

/// Takes bytes of a response; taking fewer than there are ends the transfer.
typedef size_t (*podium_curl_sink)(const char *bytes, size_t count, void *context);

/// One request; redirects are not followed.
struct podium_curl_request {
    const char *url;
    /// `Name: value`, as many as `header_count`.
    const char *const *headers;
    size_t header_count;
    int is_head;
    /// Another method than GET and HEAD, with a body of its own; null for none.
    const char *method;
    const void *content;
    size_t content_count;
    /// Seconds until a connection must stand, and without a byte until a transfer is given up.
    long connect_seconds;
    long idle_seconds;
};

/// Why libcurl cannot be used; null if it can. It is loaded at the first call.
const char *podium_curl_missing(void);

/// Does the request and waits for its end.
///
/// Returns 0, or libcurl's error with its message in `error` (256 bytes).
int podium_curl_perform(
    const struct podium_curl_request *request,
    podium_curl_sink body,
    podium_curl_sink header,
    void *context,
    long *status,
    char *error
);

#endif
