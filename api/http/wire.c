#include "http/wire.h"
#include "base/log.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* STACK_MIN: of a worker. LISTEN_US: between two looks whether to listen on, and after what cannot be waited for.
 * IDLE_US, HEAD_US: what remains, when the end is near, to a connection without a head and to a head that has begun.
 * LINGER_US: how long what is unread is taken in at most. HEAD_ROOM: of a head's bytes, for a NUL and a target that
 * grows by one. */
enum {
    STACK_MIN = 1 << 20,
    LISTEN_US = 20000,
    IDLE_US = 200000,
    HEAD_US = 1000000,
    LINGER_US = 1000000,
    HEAD_ROOM = 2
};

_Thread_local struct wire wire;
static atomic_int connections, ends; /* ends: 1 that of the service, 2 that of the administrator's listener too */

static int wait_for(struct pollfd *fds, nfds_t count, int64_t us) {
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return ppoll(fds, count, us < 0 ? NULL : &time, NULL);
}

/* civetweb asks for stacks of 100 KiB, which a nested document overruns. The executable's definitions come before
 * libc's, so the library gets these. */
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
    __typeof__(pthread_attr_setstacksize) *real = dlsym(RTLD_NEXT, "pthread_attr_setstacksize");
    return real(attributes, size < STACK_MIN ? STACK_MIN : size);
}

/* The least hop count of a packet that the socket takes, whichever protocol it speaks. */
static void set_hops(int socket, int least) {
    setsockopt(socket, IPPROTO_IP, IP_MINTTL, &least, sizeof least);
    setsockopt(socket, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &least, sizeof least);
}

/* civetweb asks again at once, and takes a core, where descriptors are used up. */
int accept(int socket, struct sockaddr *address, socklen_t *length) {
    int connection = accept4(socket, address, length, SOCK_CLOEXEC);
    if (connection >= 0)
        atomic_fetch_add(&connections, 1);
    else
        wait_for(NULL, 0, LISTEN_US);
    if (connection >= 0 && atomic_load(&ends))
        set_hops(connection, 0); /* it was about to come when the listener was stopped, and has it of that */
    return connection;
}

/* To shut the listener at once would reset the connections that wait in its queue. So it first gets no more of them: it
 * takes packets only of a hop count that no system begins with (RFC 5082). The clients' send again, and find it shut.
 */
__attribute__((noinline)) static int await_connection(struct pollfd *fds, nfds_t count) {
    bool last = atomic_load(&ends) > (wire.state == WIRE_ADMIN);
    if (last)
        set_hops(fds->fd, 255);
    int ready = wait_for(fds, count, LISTEN_US);
    if (last && !ready)
        shutdown(fds->fd, SHUT_RDWR);
    if (ready > 0 && fds->revents & POLLHUP) /* it is shut */
        wait_for(NULL, 0, LISTEN_US);
    return ready;
}

/* The bytes of a head, which a worker has from its first connection on: one that begins while there is no memory asks
 * again with the next. Within wire they would be of each thread's own storage, all of which is written to when a thread
 * begins, whether a head ever comes or not. */
static bool take_memory(void) {
    void *bytes = wire.bytes ?: mmap(NULL, ARRIVAL_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    wire.bytes = bytes == MAP_FAILED ? NULL : bytes;
    return wire.bytes;
}

static void end_head(const char *fault) {
    wire.head.fault = fault;
    wire.from = fault ? wire.length : wire.from;
    wire.state = WIRE_WHOLE;
}

/* Looks at what is there of a head; what came behind a whole one, of its body or of the next, waits there. */
static void look_at_head(void) {
    size_t empty = strspn(wire.bytes, "\r\n"); /* lines before it are passed over (RFC 9112, section 2.2) */
    if (empty)
        memmove(wire.bytes, wire.bytes + empty, (wire.length -= empty) + 1);
    if (wire.length && (*wire.bytes <= ' ' || *wire.bytes == 0x7f))
        end_head("bad-request"); /* TLS, say: its end might never come */
    else if ((wire.from = arrival_end(wire.bytes, wire.length)))
        end_head(NULL);
    else if (wire.length == ARRIVAL_MAX - HEAD_ROOM)
        end_head(memchr(wire.bytes, '\n', wire.length) ? "headers-too-large" : "uri-too-long");
}

/* Waits for a head for us, or longer once it has begun: until it is whole. -1: none will come. The socket itself waits,
 * where civetweb would ask twice: whether there is something, and then for it. */
static int await_head(struct pollfd *client, int64_t us) {
    int64_t begun_us = clock_us(), now_us = begun_us, most_us = us, wait_us = us < IDLE_US ? us : IDLE_US;
    wire.socket = client->fd;
    client->revents = POLLIN;
    if (!take_memory())
        return -1;
    if (wire.patience_us != wait_us) {
        struct timeval time = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
        setsockopt(wire.socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
        fcntl(wire.socket, F_SETFL, fcntl(wire.socket, F_GETFL) & ~O_NONBLOCK);
        wire.patience_us = wait_us;
    }
    if (wire.state == WIRE_HEAD && wire.length)
        look_at_head();
    while (wire.state == WIRE_HEAD && now_us < begun_us + most_us) {
        bool begun = wire.length, last = atomic_load(&ends);
        char *place = wire.bytes + wire.length;
        ssize_t count = recvfrom(wire.socket, place, ARRIVAL_MAX - HEAD_ROOM - wire.length, 0, NULL, NULL);
        if (!count || (count < 0 && ((errno != EAGAIN && errno != EINTR) || (!begun && last))))
            return -1;
        if (count > 0) {
            place[count] = '\0';
            wire.length += (size_t)count;
            look_at_head();
        }
        now_us = wire.state == WIRE_HEAD ? clock_us() : 0;
        if (!begun && wire.length)
            begun_us = now_us;
        if (wire.length)
            most_us = last ? HEAD_US : wire.timeout_us;
    }
    if (wire.state == WIRE_HEAD && wire.length)
        end_head("request-timeout");
    return wire.state == WIRE_WHOLE;
}

/* Anything else: the body, of which some may be here already, or a connection of the database. */
__attribute__((noinline)) static int await_other(struct pollfd *fds, nfds_t count, int64_t us) {
    if (wire.from == wire.length || !count || fds->fd != wire.socket)
        return wait_for(fds, count, us);
    fds->revents = POLLIN;
    return 1;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
    int64_t us = (int64_t)timeout_ms * 1000;
    return wire.state == WIRE_LISTENS || wire.state == WIRE_ADMIN ? await_connection(fds, count)
           : wire.state == WIRE_HEAD || wire.state == WIRE_WHOLE  ? await_head(fds, us)
                                                                  : await_other(fds, count, us);
}

/* A head that is at fault is handed over as a NUL, which civetweb refuses. */
ssize_t recv(int socket, void *bytes, size_t count, int flags) {
    if (wire.state == WIRE_WHOLE) {
        memcpy(bytes, wire.bytes, wire.from); /* count is ARRIVAL_MAX */
        if (!wire.head.fault)
            wire.head = arrival_read(bytes, wire.from);
        *(char *)bytes = wire.head.fault ? '\0' : *wire.bytes;
        wire.state = WIRE_GIVEN;
        return wire.head.fault ? 1 : (ssize_t)wire.head.length;
    }
    if (wire.state == WIRE_GIVEN || (wire.deadline_us && clock_us() > wire.deadline_us)) {
        errno = ETIMEDOUT; /* civetweb would wait, for more of a head than we see, and however slowly it drips */
        return -1;
    }
    if (socket != wire.socket || wire.from == wire.length)
        return recvfrom(socket, bytes, count, flags, NULL, NULL);
    count = count < wire.length - wire.from ? count : wire.length - wire.from;
    memcpy(bytes, wire.bytes + wire.from, count);
    wire.from += count;
    return (ssize_t)count;
}

void wire_start(void) {
    void *const calls[][2] = {{"pthread_attr_setstacksize", (void *)pthread_attr_setstacksize},
                              {"accept", (void *)accept},
                              {"poll", (void *)poll},
                              {"recv", (void *)recv}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (dlsym(RTLD_DEFAULT, calls[i][0]) != calls[i][1])
            log_fatal("the library would not call us: the executable must export its symbols");
}

/* What a head took goes back, once a second at most: to take it again costs as much as a small request. */
static void give_back_memory(void) {
    static _Thread_local int64_t last_us;
    if (clock_us() < last_us + 1000000)
        return;
    last_us = clock_us();
    madvise(wire.bytes, ARRIVAL_MAX, MADV_DONTNEED); /* without effect where there are none */
}

void wire_drain(bool admin) {
    atomic_store(&ends, 1 + admin);
}

int wire_connections(void) {
    return atomic_load(&connections);
}

void wire_next(void) {
    wire.head = (struct arrival){0};
    if ((wire.length -= wire.from)) /* who sends requests one behind the other has begun the next one */
        memmove(wire.bytes, wire.bytes + wire.from, wire.length + 1);
    wire.from = 0;
    wire.deadline_us = 0;
    wire.state = WIRE_HEAD;
}

void wire_closing(const struct mg_connection *connection) {
    char nobody[4096];
    int64_t until = clock_us() + LINGER_US, left;
    struct pollfd client = {.fd = wire.socket, .events = POLLIN};
    shutdown(wire.socket, SHUT_WR);
    while ((left = until - clock_us()) > 0 && wait_for(&client, 1, wire.lingers ? left : 0) > 0 &&
           recvfrom(wire.socket, nobody, sizeof nobody, MSG_DONTWAIT, NULL, NULL) > 0)
        ;
    wire.lingers = false;
}

void wire_closed(const struct mg_connection *connection) {
    wire.length = wire.from = 0;
    wire.patience_us = 0;
    wire_next();
    give_back_memory();
    atomic_fetch_sub(&connections, 1);
}

void pace_earn(struct pace *pace, size_t count) {
    pace->left_us += (int64_t)count * 1000000 / pace->rate;
    if (pace->left_us > pace->most_us)
        pace->left_us = pace->most_us;
}

/* Waits until the client takes more; the pace pays for it. */
static bool await_room(struct pace *pace) {
    int64_t before = clock_us();
    struct pollfd client = {.fd = wire.socket, .events = POLLOUT};
    int ready = pace->left_us > 0 ? wait_for(&client, 1, pace->left_us) : 0;
    pace->left_us -= clock_us() - before;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

bool wire_write(struct text first, struct text second, struct pace *pace, size_t *sent) {
    struct iovec parts[] = {{(char *)first.bytes, first.length}, {(char *)second.bytes, second.length}};
    while (parts[0].iov_len + parts[1].iov_len) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        ssize_t taken = sendmsg(wire.socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (taken < 0 && errno != EINTR && (errno != EAGAIN || !await_room(pace)))
            return false;
        size_t gone = taken > 0 ? (size_t)taken : 0;
        pace_earn(pace, gone);
        *sent += gone;
        for (int i = 0; i < 2; i++) {
            size_t of_it = gone < parts[i].iov_len ? gone : parts[i].iov_len;
            parts[i] = (struct iovec){(char *)parts[i].iov_base + of_it, parts[i].iov_len - of_it};
            gone -= of_it;
        }
    }
    return true;
}
