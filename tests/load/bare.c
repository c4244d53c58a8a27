/* The base that the service is measured against: civetweb alone, answering every request with the bytes of
 * one file in one write. usage: bare PORT THREADS BODY-FILE */
#include <civetweb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *answer;
static size_t answer_length;

static int on_request(struct mg_connection *connection) {
    mg_write(connection, answer, answer_length);
    return 200;
}

int main(int count, char **arguments) {
    FILE *file = count == 4 ? fopen(arguments[3], "rb") : NULL;
    static char body[1 << 20];
    if (!file)
        return 64;
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    answer = malloc(length + 512);
    answer_length = (size_t)snprintf(answer, 512,
                                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                                     "Connection: keep-alive\r\n\r\n",
                                     length);
    memcpy(answer + answer_length, body, length);
    answer_length += length;
    char port[32];
    snprintf(port, sizeof port, "127.0.0.1:%s", arguments[1]);
    const char *options[] = {
        "listening_ports",  port,   "num_threads",    arguments[2], "enable_keep_alive", "yes", "tcp_nodelay", "1",
        "connection_queue", "1024", "listen_backlog", "1024",       "decode_url",        "no",  NULL};
    struct mg_callbacks callbacks = {.begin_request = on_request};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct mg_context *context = mg_start(&callbacks, NULL, options);
    int number;
    if (!context)
        return 1;
    sigwait(&signals, &number);
    mg_stop(context);
    free(answer);
    return 0;
}
