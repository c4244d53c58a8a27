#include "token/fetch.h"
#include <curl/curl.h>
#include <stdatomic.h>

static atomic_bool stopped;

static size_t on_data(char *bytes, size_t one, size_t count, void *context) {
    struct buf *body = context;
    buf_put(body, bytes, count);
    return body->failed ? 0 : count;
}

void fetch_stop(void) {
    atomic_store(&stopped, true);
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t upload, curl_off_t uploaded) {
    return atomic_load(&stopped);
}

static void set_options(CURL *curl, const char *url, struct buf *body) {
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)FETCH_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* there are threads */
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* a resolver that is silent too is not waited for */
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "scip-api/" SCIP_VERSION);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
}

bool fetch_get(const char *url, struct buf *body, const char **wrong) {
    CURL *curl = curl_easy_init();
    long status = 0;
    if (curl)
        set_options(curl, url, body);
    CURLcode code = curl ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *wrong = body->failed ? "the answer is too large" : code ? curl_easy_strerror(code) : "the answer is not 200";
    curl_easy_cleanup(curl);
    return code == CURLE_OK && status == 200;
}
