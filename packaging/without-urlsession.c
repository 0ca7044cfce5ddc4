/* What a static Foundation's URLSession asks of libcurl.
 *
 * The HTTP server's package has a proxy that uses URLSession, and nobody here makes one. Linked statically, URLSession would want
 * libcurl, and all that libcurl wants, at the start of every program. `make static` links this in its place; downloads load the
 * real library when there is something to fetch (Sources/CCurl).
 */
#include <stdio.h>
#include <stdlib.h>

#define REFUSED(name)                                                     \
    __attribute__((visibility("hidden"))) void name(void) {              \
        fputs("podium: URLSession is not part of this program\n", stderr); \
        abort();                                                          \
    }

REFUSED(curl_easy_cleanup)
REFUSED(curl_easy_getinfo)
REFUSED(curl_easy_init)
REFUSED(curl_easy_pause)
REFUSED(curl_easy_setopt)
REFUSED(curl_easy_strerror)
REFUSED(curl_free)
REFUSED(curl_global_init)
REFUSED(curl_multi_add_handle)
REFUSED(curl_multi_assign)
REFUSED(curl_multi_cleanup)
REFUSED(curl_multi_info_read)
REFUSED(curl_multi_init)
REFUSED(curl_multi_remove_handle)
REFUSED(curl_multi_setopt)
REFUSED(curl_multi_socket_action)
REFUSED(curl_slist_append)
REFUSED(curl_slist_free_all)
REFUSED(curl_url)
REFUSED(curl_url_get)
REFUSED(curl_url_set)
REFUSED(curl_version)
REFUSED(curl_version_info)
