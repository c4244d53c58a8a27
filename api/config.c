#include "config.h"
#include "base/clock.h"
#include "base/scan.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct key {
    const char *name, *standard, *meaning;
    size_t offset;
    int64_t least, most; /* most 0: a string */
} keys[] = {
#define TEXT(name, field, standard, meaning)                                                                           \
    { name, standard, meaning, offsetof(struct config, field), 0, 0 }
#define NUMBER(name, field, standard, least, most, meaning)                                                            \
    { name, standard, meaning, offsetof(struct config, field), least, most }
    TEXT("DATABASE_URL", database_url, "postgresql:///scip?user=scip_anonymous",
         "where the records are, as the anonymous reader"),
    TEXT("WRITER_DATABASE_URL", writer_database_url, "postgresql:///scip?user=scip_writer",
         "the same database, for callers with a token"),
    TEXT("CENTRAL_DATABASE_URL", central_database_url, "postgresql:///scip?user=scip_central",
         "the same database, for those of them that are of the central team"),
    TEXT("HOST", host, "127.0.0.1", "address to listen on; anything but loopback wants an edge in front"),
    NUMBER("PORT", port, "8080", 1, 65535, "port of the API"),
    NUMBER("ADMIN_PORT", admin_port, "0", 0, 65535, "port for /metrics and /health of those who run it; 0: none"),
    TEXT("ADMIN_HOST", admin_host, "127.0.0.1", "address of that port: loopback, or a network that only they are on"),
    TEXT("CONTRACT", contract, SCIP_CONTRACT, "the OpenAPI contract, as script/contract writes it"),
    TEXT("DOCS", docs, "clients/docs", "folder of the documentation page"),
    TEXT("WEB", web, "clients/web/public", "folder of the landing page and the web components"),
    TEXT("CORS_ORIGINS", cors_origins, "", "origins whose pages may write or send a token, separated by commas"),
    TEXT("SECRET_FILE", secret_file, "",
         "at least 32 bytes that sign cursors; without it a key for this process alone"),
    TEXT("ISSUER", issuer, "http://127.0.0.1:8080", "the service's own address: issuer and audience of its tokens"),
    TEXT("CONTACT", contact, "", "https: or mailto: address for reports of weaknesses, as security.txt names it"),
    TEXT("KEYS", keys, "", "folder of the keys that sign the service's own tokens; without it there are none"),
    TEXT("ISSUERS_FILE", issuers_file, "", "JSON file of the OpenID providers whose tokens are accepted"),
    TEXT("TRUSTED_PROXIES", trusted_proxies, "", "addresses whose X-Forwarded-For is believed, separated by commas"),
    NUMBER("TOKEN_SECONDS", token_seconds, "600", 10, 86400, "life of the service's own tokens"),
    NUMBER("RATE_ADDRESS", rate_address, "6000", 0, 1000000000,
           "requests a minute of one address without a token; 0: any"),
    NUMBER("RATE_CLIENT", rate_client, "6000", 0, 1000000000, "requests a minute of one caller with a token; 0: any"),
    NUMBER("THREADS", threads, "300", 2, 4096, "connections served at once"),
    NUMBER("POOL_SIZE", pool_size, "4", 1, 256, "database connections"),
    NUMBER("POOL_WAIT_MS", pool_wait_ms, "2000", 1, 60000, "longest wait for a database connection"),
    NUMBER("QUERY_TIMEOUT_MS", query_timeout_ms, "5000", 10, 600000, "longest statement"),
    NUMBER("UPLOAD_LIMIT", upload_limit, "104857600", 1024, 1073741824, "largest uploaded file in bytes"),
    NUMBER("TRANSFER_RATE", transfer_rate, "8192", 1, 1073741824, "slowest body, in or out, in bytes a second"),
    NUMBER("BODY_TIMEOUT_MS", body_timeout_ms, "10000", 100, 600000,
           "longest wait for a client, beyond what TRANSFER_RATE gives it"),
    NUMBER("REQUEST_TIMEOUT_MS", request_timeout_ms, "10000", 100, 600000, "longest silence while a request arrives"),
    NUMBER("KEEPALIVE_MS", keepalive_ms, "5000", 0, 600000, "longest idle time of a kept connection"),
    NUMBER("RESPONSE_LIMIT", response_limit, "33554432", 65536, 1073741824, "largest answer in bytes"),
    NUMBER("CACHE_BYTES", cache_bytes, "8388608", 0, 4294967296, "kept answers of public reads; 0: none"),
    NUMBER("DRAIN_MS", drain_ms, "10000", 0, 600000, "longest wait for open requests at the end"),
    TEXT("LOG_LEVEL", level, "info", "debug, info, warn or error"),
};
enum { KEYS = sizeof keys / sizeof *keys };

bool config_load(struct config *config, FILE *err) {
    bool ok = true;
    for (int i = 0; i < KEYS; i++) {
        const struct key *key = &keys[i];
        const char *text = getenv(key->name);
        if (!text || !*text)
            text = key->standard;
        void *field = (char *)config + key->offset;
        int64_t number;
        if (!key->most) {
            *(const char **)field = text;
        } else if (scan_int(text, strlen(text), &number) && number >= key->least && number <= key->most) {
            *(int64_t *)field = number;
        } else {
            fprintf(err, "%s must be an integer from %lld to %lld\n", key->name, (long long)key->least,
                    (long long)key->most);
            ok = false;
        }
    }
    bool known = log_level_parse(config->level, &config->log_level);
    if (!known)
        fprintf(err, "LOG_LEVEL must be debug, info, warn or error\n");
    return clock_load(err) && ok && known;
}

void config_describe(FILE *out) {
    for (int i = 0; i < KEYS; i++)
        fprintf(out, "  %-20s %s [%s]\n", keys[i].name, keys[i].meaning, keys[i].standard);
}
