/* The environment as a checked struct: every key once, with its default and meaning, in config.c. */
#pragma once
#include "base/log.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct config {
    const char *database_url, *writer_database_url, *central_database_url, *host, *admin_host, *issuer, *contact, *keys,
        *issuers_file, *trusted_proxies, *contract, *docs, *web, *cors_origins, *secret_file, *level;
    int64_t port, admin_port, threads, pool_size, pool_wait_ms, query_timeout_ms, body_timeout_ms, request_timeout_ms,
        keepalive_ms, response_limit, upload_limit, transfer_rate, cache_bytes, drain_ms, token_seconds, rate_address,
        rate_client;
    enum log_level log_level;
};

/* Reads the environment; strings are lent by it or static. False after printing each fault to err. */
bool config_load(struct config *config, FILE *err);

/* Prints every key with its default and meaning. */
void config_describe(FILE *out);
