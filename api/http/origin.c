#include "http/origin.h"
#include "base/scan.h"
#include <arpa/inet.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* An id that a client gave is kept when it is plain; a traceparent lends its trace-id (W3C Trace Context, 3.2). */
void origin_name(struct request *request) {
    const char *given = request_header(request, "X-Request-Id"), *trace = request_header(request, "traceparent");
    if (given && *given && strlen(given) < sizeof request->id &&
        !given[strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")]) {
        snprintf(request->id, sizeof request->id, "%s", given);
    } else if (trace && strlen(trace) == 55 && strspn(trace + 3, "0123456789abcdef") == 32 && trace[2] == '-') {
        snprintf(request->id, sizeof request->id, "%.32s", trace + 3);
    } else {
        static _Thread_local unsigned char random[8][16]; /* to be asked for costs more than they do */
        static _Thread_local unsigned left;
        if (!left)
            RAND_bytes(random[0], sizeof random);
        left = (left ?: 8) - 1;
        for (int i = 0; i < 32; i++)
            request->id[i] = "0123456789abcdef"[random[left][i / 2] >> (i % 2 ? 0 : 4) & 15];
    }
}

/* An IPv6 subscriber has a /64 to choose addresses from. */
static const char *network_of(struct arena *arena, const char *address) {
    struct in6_addr bytes;
    if (inet_pton(AF_INET6, address, &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes))
        return address;
    memset(bytes.s6_addr + 8, 0, 8);
    char network[INET6_ADDRSTRLEN];
    return arena_printf(arena, "%s/64", inet_ntop(AF_INET6, &bytes, network, sizeof network)) ?: address;
}

/* The peer, or what a proxy that the operator trusts says: the last address of the last line, which that proxy added.
 */
void origin_place(struct request *request, const char *peer) {
    request->address = peer;
    if (scan_listed(request->app->config.trusted_proxies, peer))
        for (unsigned i = 0; i < request->header_count; i++)
            if (strcasecmp(request->headers[i].name, "X-Forwarded-For") == 0) {
                const char *value = request->headers[i].value, *comma = strrchr(value, ',');
                request->address = comma ? comma + 1 + strspn(comma + 1, " ") : value;
            }
    request->network = network_of(request->arena, request->address);
}
