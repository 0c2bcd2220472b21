/* Write load scenarios for wasmswarm in C: this header is the whole SDK.
 *
 * A plugin is one table, `const ws_plugin plugin`, that names scenarios and their tasks. The host
 * makes an instance of the plugin for each virtual user (VU), so static variables are that VU's own
 * memory. They begin anew if a task crashes.
 *
 * Strings are UTF-8 and end with a zero byte. What a function here returns needs no free: it lasts
 * until the host's call (a task, a start, a setup) is over. `ws_keep` makes a copy that lasts.
 *
 * Times are in seconds. In all structs, 0 and NULL mean "the default". */
#ifndef WASMSWARM_H
#define WASMSWARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WS_PRINTF(text, arguments) __attribute__((format(printf, text, arguments)))

/* --- Values --- */

/* A name and what belongs to it: a header, a tag, a column, a parameter. Lists of pairs end with
 * one whose name is NULL. */
typedef struct ws_pair {
    const char *name;
    const char *value;
} ws_pair;

/* Any bytes, with a zero byte behind their end if the SDK returns them. `data` may be NULL: none.
 */
typedef struct ws_bytes {
    const char *data;
    size_t length;
} ws_bytes;

/* A list of tags for the functions that take one: WS_TAGS({"part", "params"}). */
#define WS_TAGS(...) ((const ws_pair[]){__VA_ARGS__, {NULL, NULL}})

/* --- What tasks return --- */

/* How a task, a start or a setup ended, and what comes next. Made by the functions below. */
typedef struct ws_result {
    const char *error; /* NULL: it went well */
    const char *next;  /* the next task's name; NULL: the scenario's order picks */
    double pause;      /* until the next task; below 0: the scenario's wait */
    bool stop;         /* this VU ends */
} ws_result;

/* It went well, and the scenario's order picks the next task. */
static inline ws_result ws_ok(void) { return (ws_result){NULL, NULL, -1, false}; }

/* It went well, and this task of the same scenario is next. A name that the scenario doesn't have
 * fails the iteration. */
static inline ws_result ws_next(const char *task) { return (ws_result){NULL, task, -1, false}; }

/* It went well, and this VU ends; it isn't replaced. */
static inline ws_result ws_end(void) { return (ws_result){NULL, NULL, -1, true}; }

/* The result, with this pause instead of the scenario's wait: ws_after(0.2, ws_next("cart")). */
static inline ws_result ws_after(double pause, ws_result result) {
    result.pause = pause > 0 ? pause : 0;
    return result;
}

/* It failed: the iteration counts as failed with this text, and the VU goes on. */
ws_result ws_fail(const char *format, ...) WS_PRINTF(1, 2);

/* Fails with a text unless the condition holds: WS_REQUIRE(token, "no token in %s", body). */
#define WS_REQUIRE(condition, ...)       \
    do {                                 \
        if (!(condition)) {              \
            return ws_fail(__VA_ARGS__); \
        }                                \
    } while (0)

/* --- The plugin --- */

/* As a weight: never picked. A task runs only when `ws_next` names it, a scenario doesn't run. */
#define WS_NEVER UINT32_MAX

#define WS_MAX_TAGS 16

/* One step of a scenario. */
typedef struct ws_task {
    const char *name;
    ws_result (*run)(void);
    uint32_t weight;               /* relative frequency, or repeats in sequential order; 0: 1 */
    const char *tags[WS_MAX_TAGS]; /* "key=value" is also a tag on what the task records */
} ws_task;

typedef enum ws_wait_kind {
    WS_WAIT_NONE,
    WS_WAIT_CONSTANT,
    WS_WAIT_BETWEEN,
    WS_WAIT_PACING,
    WS_WAIT_THROUGHPUT,
    WS_WAIT_EXPONENTIAL,
} ws_wait_kind;

/* The pause between two tasks. It is spent outside of the plugin. */
typedef struct ws_wait {
    ws_wait_kind kind;
    double value;
    double most;
} ws_wait;

/* Values for `.wait`: always the same; evenly distributed; tasks start at least this far apart; at
 * most this many start per second and VU; exponentially distributed with this mean. */
/* clang-format off */
#define WS_CONSTANT(seconds) {.kind = WS_WAIT_CONSTANT, .value = (seconds)}
#define WS_BETWEEN(least, longest) {.kind = WS_WAIT_BETWEEN, .value = (least), .most = (longest)}
#define WS_PACING(seconds) {.kind = WS_WAIT_PACING, .value = (seconds)}
#define WS_THROUGHPUT(per_second) {.kind = WS_WAIT_THROUGHPUT, .value = (per_second)}
#define WS_EXPONENTIAL(mean) {.kind = WS_WAIT_EXPONENTIAL, .value = (mean)}
/* clang-format on */

typedef enum ws_order {
    WS_ORDER_RANDOM, /* by weight, from the VU's seeded generator */
    WS_ORDER_SEQUENTIAL,
} ws_order;

/* One workload: the tasks that one kind of VU runs. */
typedef struct ws_scenario {
    const char *name;
    uint32_t weight; /* its share of the VUs; 0: 1 */
    uint32_t users;  /* exactly this many VUs instead of a share */
    ws_order order;
    ws_wait wait;
    ws_result (*setup)(ws_bytes *data); /* once per run; the data reaches this scenario's VUs */
    ws_result (*start)(void);           /* a VU begins */
    ws_result (*stop)(void);            /* a VU ends in an orderly way */
    ws_result (*teardown)(void);        /* once per run */
    const ws_task *tasks;               /* WS_TASKS(...) */
} ws_scenario;

typedef enum ws_target_kind { WS_TARGET_STOP, WS_TARGET_USERS, WS_TARGET_RATE } ws_target_kind;

/* How much load a shape asks for, until its next answer. */
typedef struct ws_target {
    ws_target_kind kind;
    uint32_t users;
    double spawn_rate;            /* VUs started or ended per second; 0: all at once */
    const char *const *scenarios; /* names of what new VUs run, ended by NULL; NULL: all */
    double rate;                  /* iterations started per second */
    const char *error;            /* ends the run */
} ws_target;

static inline ws_target ws_target_users(uint32_t users, double spawn_rate) {
    return (ws_target){WS_TARGET_USERS, users, spawn_rate, NULL, 0, NULL};
}

static inline ws_target ws_target_rate(double iterations_per_second) {
    return (ws_target){WS_TARGET_RATE, 0, 0, NULL, iterations_per_second, NULL};
}

/* The run ends in an orderly way. */
static inline ws_target ws_target_stop(void) {
    return (ws_target){WS_TARGET_STOP, 0, 0, NULL, 0, NULL};
}

/* What a plugin offers. Define it once: const ws_plugin plugin = {...}; */
typedef struct ws_plugin {
    const char *about;                  /* text for people */
    const char *options;                /* JSON: the run that the author suggests */
    ws_result (*setup)(ws_bytes *data); /* once per run; the data reaches every VU */
    ws_result (*teardown)(void);        /* once per run, after the last VU */
    ws_target (*shape)(double elapsed, uint32_t users); /* once a second: how much load */
    const ws_scenario *scenarios;                       /* WS_SCENARIOS(...) */
} ws_plugin;

/* The lists in the table; what is in braces takes designated initialisers. */
#define WS_TASKS(...) ((const ws_task[]){__VA_ARGS__, {0}})
#define WS_SCENARIOS(...) ((const ws_scenario[]){__VA_ARGS__, {0}})

#ifndef __cplusplus
extern const ws_plugin plugin;
#endif

/* What `setup` of the plugin left, in a VU, a setup of a scenario and `teardown`. */
ws_bytes ws_setup_data(void);

/* What `setup` of the scenario left, in its VUs and its `teardown`. */
ws_bytes ws_scenario_data(void);

/* --- HTTP --- */

/* Statuses from one to another, both included; without `to` just the one. */
typedef struct ws_statuses {
    uint16_t from;
    uint16_t to;
} ws_statuses;

/* For `.redirects`: return the redirect itself. */
#define WS_NO_REDIRECTS (-1)

#define WS_MAX_HEADERS 16
#define WS_MAX_EXPECTED 8

/* A request. Only `url` must be set. */
typedef struct ws_request {
    const char *method; /* NULL: GET */
    const char *url;    /* absolute, or under the run's host and its path */
    const char *name;   /* groups requests in the results: "/users/{id}" for "/users/17" */
    const char *json;   /* a body, sent with the content type of JSON */
    const char *body;   /* any other body */
    size_t body_length; /* 0: up to its zero byte */
    ws_pair headers[WS_MAX_HEADERS];
    const ws_pair *more_headers; /* a list made at run time */
    ws_pair tags[WS_MAX_TAGS];
    double timeout;                        /* whole exchange; 0: the run's default */
    int32_t redirects;                     /* follow at most so many; 0: the run's default */
    ws_statuses expected[WS_MAX_EXPECTED]; /* none: 200 to 399 */
    bool discard;                          /* throw the body away as it comes: cheapest */
    uint64_t jar;                          /* whose cookies: ws_new_jar, WS_NO_JAR; 0: the VU's own */
    uint64_t shared;                       /* instead of a body: the `handle` of ws_share_body */
} ws_request;

/* Why there is no response. Each is recorded as a failed request already. */
typedef enum ws_http_error {
    WS_HTTP_OK,
    WS_HTTP_INVALID_URL,
    WS_HTTP_INVALID_REQUEST,
    WS_HTTP_HOST_NOT_ALLOWED,
    WS_HTTP_DNS,
    WS_HTTP_CONNECTION_REFUSED,
    WS_HTTP_CONNECT,
    WS_HTTP_TLS,
    WS_HTTP_CERTIFICATE,
    WS_HTTP_TIMEOUT,
    WS_HTTP_CONNECTION_CLOSED,
    WS_HTTP_PROTOCOL,
    WS_HTTP_RESPONSE_TOO_LARGE,
    WS_HTTP_DECODE,
    WS_HTTP_TOO_MANY_REDIRECTS,
    WS_HTTP_PROXY,
    WS_HTTP_EXHAUSTED,
    WS_HTTP_INTERRUPTED,
} ws_http_error;

/* Its name, such as "connection-refused"; "" for WS_HTTP_OK. */
const char *ws_http_error_name(ws_http_error error);

/* A completed exchange. Without a response, `error` says why, `status` is 0, and the functions
 * below find nothing. */
typedef struct ws_response {
    uint16_t status;
    bool ok; /* the status was an expected one */
    ws_http_error error;
    double duration; /* from the first byte written to the last byte read */
    uint64_t id;
    ws_bytes fetched; /* the body, once it was asked for; use ws_body */
    const char *reason; /* why there is none, in words: which header, limit, certificate … */
} ws_response;

/* Sends a request and waits for the whole response. Never NULL. */
ws_response *ws_send(const ws_request *request);

/* Sends all requests at once, at most 64, and waits for all. The responses are an array in the
 * order of the requests. */
ws_response *ws_send_all(const ws_request *requests, size_t count);

/* A URL, then members of ws_request: ws_post("/login", .json = text, .name = "log in"). */
#define ws_get(...) ws_send(&(const ws_request){.method = "GET", .url = __VA_ARGS__})
#define ws_head(...) ws_send(&(const ws_request){.method = "HEAD", .url = __VA_ARGS__})
#define ws_post(...) ws_send(&(const ws_request){.method = "POST", .url = __VA_ARGS__})
#define ws_put(...) ws_send(&(const ws_request){.method = "PUT", .url = __VA_ARGS__})
#define ws_patch(...) ws_send(&(const ws_request){.method = "PATCH", .url = __VA_ARGS__})
#define ws_delete(...) ws_send(&(const ws_request){.method = "DELETE", .url = __VA_ARGS__})

/* The body, decompressed; "" if there is none. */
const char *ws_body(ws_response *response);
size_t ws_body_length(ws_response *response);

/* The first header of this name in any case, or NULL. */
const char *ws_header(const ws_response *response, const char *name);

/* All headers in the order received, ended by a pair without a name. */
const ws_pair *ws_headers(const ws_response *response);

/* Where the time went. `dns`, `connect` and `tls` are 0 on a kept-alive connection. */
typedef struct ws_timings {
    double blocked; /* waiting for a free connection, and all else before `dns` */
    double dns;
    double connect;
    double tls;
    double sending;
    double waiting; /* to the first byte */
    double receiving;
} ws_timings;

ws_timings ws_get_timings(const ws_response *response);

/* The address and port that answered, and the URL that did, after redirects. */
const char *ws_remote_address(const ws_response *response);
const char *ws_final_url(const ws_response *response);

/* Counts the response as a success or as a failure with this message, whatever its status. */
void ws_pass(const ws_response *response);
void ws_reject(const ws_response *response, const char *format, ...) WS_PRINTF(2, 3);

/* A body that the host has and that many requests send. Where it wasn't taken, `handle` is 0. */
typedef struct ws_shared_body {
    uint64_t handle;
    ws_http_error error;
    const char *reason;
} ws_shared_body;

/* Hands a body over once per VU, at its start. Equal ones are kept once for the whole run. A VU can
 * share 64; the different ones of a run have at most 256 MiB. */
ws_shared_body ws_share_body(ws_bytes body);

/* --- Cookies --- */

/* The VU's cookies as the host keeps, sends and stores them: there is no other jar. URLs are those
 * of requests. A `cookie` header of a request goes out together with the jar's cookies: its own
 * first, and of the jar those that have another name. */
#define WS_OWN_JAR 0
#define WS_NO_JAR UINT64_MAX

typedef struct ws_cookie {
    const char *name;
    const char *value;
    const char *domain; /* in lower case, without a leading dot */
    const char *path;
    uint64_t expires; /* seconds since 1970; 0: as long as the jar */
    bool secure;      /* only over https */
    bool http_only;   /* makes no difference here */
    bool host_only;   /* only to `domain` itself */
} ws_cookie;

/* What a request to this URL carries, in that order; all, in the order in which they were set. Both
 * end with a cookie without a name. */
const ws_cookie *ws_cookies(uint64_t jar, const char *url);
const ws_cookie *ws_all_cookies(uint64_t jar);

/* The value of the first cookie of this name that a request to this URL carries, or NULL. */
const char *ws_cookie_value(uint64_t jar, const char *url, const char *name);

/* Takes in the text of a Set-Cookie header, as if this URL had answered with it; puts in a cookie
 * as it is. False if it is ignored there, or can't be sent. */
bool ws_set_cookie(uint64_t jar, const char *url, const char *text);
bool ws_put_cookie(uint64_t jar, const ws_cookie *cookie);

/* Removes those of this name that a request to this URL carries, and returns how many; all. */
uint32_t ws_delete_cookies(uint64_t jar, const char *url, const char *name);
void ws_clear_cookies(uint64_t jar);

/* An empty jar for requests that name it. Of a VU's jars, the 64 that were used last have cookies. */
uint64_t ws_new_jar(void);

/* --- JSON --- */

/* Reads JSON text where it lies, without checking all of it. A value is a pointer to where it
 * begins in the text. A path is keys and indices from 0 with dots between them, "items.0.id"; "" is
 * the value itself. What isn't there is NULL, and NULL may be passed on. */
const char *ws_json(const char *json, const char *path);

/* The member of this key, which may have dots in it. */
const char *ws_json_member(const char *json, const char *key);

/* NAN if there is no number, NULL if there is no string, false unless it is `true`. */
double ws_json_number(const char *json, const char *path);
const char *ws_json_text(const char *json, const char *path);
bool ws_json_true(const char *json, const char *path);

/* How many elements or members there are; 0 if it is neither array nor object. */
size_t ws_json_count(const char *json, const char *path);

/* The first value in an array or object, and the one that follows a value; NULL at the end. */
const char *ws_json_first(const char *json);
const char *ws_json_after(const char *value);

/* Goes through an array's elements: WS_JSON_EACH(item, ws_json(body, "items")) {...} */
#define WS_JSON_EACH(item, json) \
    for (const char *item = ws_json_first(json); item; item = ws_json_after(item))

/* The text as a JSON string, quotes included. */
const char *ws_json_quote(const char *text);

/* --- Checks and metrics --- */

/* Counts one pass or failure under this name, stops nothing, and returns `passed`. */
bool ws_check(const char *name, bool passed);
bool ws_check_tagged(const char *name, bool passed, const ws_pair *tags);

typedef enum ws_metric_kind { WS_COUNTER, WS_GAUGE, WS_RATE, WS_TREND } ws_metric_kind;

/* Adds a value to a metric of yours; tags may be NULL. */
void ws_metric(const char *name, ws_metric_kind kind, double value, const ws_pair *tags);

/* Values are added up; the last one counts; share of true; distribution. */
static inline void ws_counter(const char *name, double value) {
    ws_metric(name, WS_COUNTER, value, NULL);
}
static inline void ws_gauge(const char *name, double value) {
    ws_metric(name, WS_GAUGE, value, NULL);
}
static inline void ws_rate(const char *name, bool value) { ws_metric(name, WS_RATE, value, NULL); }
static inline void ws_trend(const char *name, double value) {
    ws_metric(name, WS_TREND, value, NULL);
}

/* Records an exchange in another protocol like a request; error is NULL or "" for success. */
void ws_record_request(const char *protocol, const char *name, double duration, uint64_t received,
                       const char *error);

/* --- Log --- */

typedef enum ws_level { WS_DEBUG, WS_INFO, WS_WARN, WS_ERROR } ws_level;

/* Writes a line for the operator; WS_DEBUG shows with --verbose. */
void ws_log(ws_level level, const char *format, ...) WS_PRINTF(2, 3);

#define ws_debug(...) ws_log(WS_DEBUG, __VA_ARGS__)
#define ws_info(...) ws_log(WS_INFO, __VA_ARGS__)
#define ws_warn(...) ws_log(WS_WARN, __VA_ARGS__)
#define ws_error(...) ws_log(WS_ERROR, __VA_ARGS__)

/* --- The virtual user --- */

typedef struct ws_identity {
    uint64_t id; /* number of this VU in the run, from 1 */
    uint32_t scenario_index;
    const char *scenario;
    uint64_t iteration;       /* iterations this VU has begun, the running one included */
    uint64_t iteration_index; /* number of the iteration in its scenario of the whole run, from 0 */
} ws_identity;

/* Who is running. */
ws_identity ws_current(void);

/* Pauses inside a task, at most an hour; it counts as part of the task's time. */
void ws_sleep(double seconds);

/* Ends this VU after the running task. */
void ws_stop_vu(void);

/* Ends the whole run, in an orderly way and with a report, for this reason. */
void ws_abort_run(const char *format, ...) WS_PRINTF(1, 2);

/* Sets a tag on all that this VU records from now on; NULL or "" removes it. */
void ws_set_tag(const char *key, const char *value);

/* Between the two, all that is recorded has the tag `group`. Groups that are open when a task
 * returns end there. Both return true, for WS_GROUP. */
bool ws_enter_group(const char *name);
bool ws_leave_group(void);

/* A block as a group: WS_GROUP("purchase") {...} It may return; `break` leaves the group open. */
#define WS_GROUP(name) \
    for (bool ws_inside = ws_enter_group(name); ws_inside; ws_inside = !ws_leave_group())

/* Seconds since the run began. */
double ws_now(void);

/* From the VU's own generator, which the run's seed determines: any 64 bits; a whole number, both
 * ends included; true with this probability. */
uint64_t ws_random(void);
uint64_t ws_random_between(uint64_t least, uint64_t most);
bool ws_chance(double probability);

/* --- Parameters and data --- */

/* What the operator passed with -e NAME=value, or NULL. */
const char *ws_param(const char *name);

/* All of them, sorted by name, ended by a pair without a name. */
const ws_pair *ws_params(void);

typedef enum ws_pick {
    WS_PICK_SEQUENTIAL, /* by the iteration's number: the same row for all of an iteration */
    WS_PICK_SHUFFLED,   /* as that, through a shuffle from the run's seed */
    WS_PICK_RANDOM,     /* any row */
    WS_PICK_PER_VU,     /* by the VU's number: always the same one */
} ws_pick;

typedef enum ws_at_end {
    WS_AT_END_WRAP, /* begin again */
    WS_AT_END_STOP, /* no row: WS_ROW_EXHAUSTED */
} ws_at_end;

typedef enum ws_row_error { WS_ROW_OK, WS_ROW_NOT_GRANTED, WS_ROW_EXHAUSTED } ws_row_error;

/* A row of a file passed with --data NAME=FILE. `columns` ends with a pair without a name. */
typedef struct ws_row {
    ws_row_error error;
    size_t count;
    const ws_pair *columns;
} ws_row;

ws_row ws_data(const char *name, ws_pick pick, ws_at_end at_end);

/* The row of this number, from 0. */
ws_row ws_data_at(const char *name, uint64_t index);

/* How many rows there are; -1 if the data set wasn't granted. */
int64_t ws_data_count(const char *name);

/* The value in this column of the row, or NULL. */
const char *ws_column(ws_row row, const char *column);

/* --- What all VUs share --- */

typedef enum ws_shared_error { WS_SHARED_OK, WS_SHARED_FULL, WS_SHARED_TOO_LARGE } ws_shared_error;

/* Adds to a counter and returns its new value; the value of a counter. */
int64_t ws_shared_add(const char *counter, int64_t delta);
int64_t ws_shared_total(const char *counter);

/* Puts a value at the end of a queue; takes the one at its front; counts them. */
ws_shared_error ws_shared_push(const char *queue, ws_bytes value);
ws_bytes ws_shared_pop(const char *queue);
uint64_t ws_shared_length(const char *queue);

/* Sets, reads and removes a key's value. */
ws_shared_error ws_shared_write(const char *key, ws_bytes value);
ws_bytes ws_shared_read(const char *key);
bool ws_shared_remove(const char *key);

/* Set the value only if there is none, or only if it is the expected one; *done says whether. */
ws_shared_error ws_shared_write_new(const char *key, ws_bytes value, bool *done);
ws_shared_error ws_shared_compare_and_set(const char *key, ws_bytes expected, ws_bytes value,
                                          bool *done);

/* --- Text and memory --- */

/* As printf, into a new string. */
const char *ws_format(const char *format, ...) WS_PRINTF(1, 2);

/* Percent-encodes text for a URL's query or path. */
const char *ws_url_encode(const char *text);

/* The text as bytes, without its zero byte. */
ws_bytes ws_text(const char *text);

/* Whether both are the same text; NULL is only like NULL. */
bool ws_equal(const char *one, const char *other);

/* Memory that lasts until the host's call is over; never NULL. */
void *ws_alloc(size_t size);

/* A copy that lasts as long as the VU; free(3) may end it. NULL for NULL. */
char *ws_keep(const char *text);

#ifdef __cplusplus
}
#endif

#endif
