/* Requests and their responses. */
#include "internal.h"

typedef wasmswarm_scenario_http_request_t wit_request;
typedef wasmswarm_scenario_http_response_t wit_response;
typedef wasmswarm_scenario_http_error_code_t wit_error;

static size_t length_of(const ws_pair *pairs, size_t most) {
    size_t count = 0;
    while (count < most && pairs[count].name) {
        count++;
    }
    return count;
}

static void put_pairs(plugin_tuple2_string_string_t *to, const ws_pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[i].f0 = ws_to_wit(pairs[i].name);
        to[i].f1 = ws_to_wit(pairs[i].value);
    }
}

static plugin_list_tuple2_string_string_t headers_of(const ws_request *request) {
    static const ws_pair json = {"content-type", "application/json"};
    size_t own = length_of(request->headers, WS_MAX_HEADERS);
    size_t more = request->more_headers ? length_of(request->more_headers, SIZE_MAX) : 0;
    size_t type = request->json ? 1 : 0;
    plugin_list_tuple2_string_string_t list = {NULL, type + own + more};
    if (list.len) {
        list.ptr = ws_alloc(list.len * sizeof *list.ptr);
        put_pairs(list.ptr, &json, type);
        put_pairs(list.ptr + type, request->headers, own);
        put_pairs(list.ptr + type + own, request->more_headers, more);
    }
    return list;
}

static plugin_list_tuple2_string_string_t tags_of(const ws_request *request) {
    plugin_list_tuple2_string_string_t list = {NULL, length_of(request->tags, WS_MAX_TAGS)};
    if (list.len) {
        list.ptr = ws_alloc(list.len * sizeof *list.ptr);
        put_pairs(list.ptr, request->tags, list.len);
    }
    return list;
}

static plugin_list_tuple2_u16_u16_t expected_of(const ws_request *request) {
    plugin_list_tuple2_u16_u16_t list = {NULL, 0};
    while (list.len < WS_MAX_EXPECTED && request->expected[list.len].from) {
        list.len++;
    }
    if (list.len) {
        list.ptr = ws_alloc(list.len * sizeof *list.ptr);
    }
    for (size_t i = 0; i < list.len; i++) {
        ws_statuses statuses = request->expected[i];
        list.ptr[i].f0 = statuses.from;
        list.ptr[i].f1 = statuses.to ? statuses.to : statuses.from;
    }
    return list;
}

static plugin_list_u8_t body_of(const ws_request *request) {
    const char *body = request->json ? request->json : request->body;
    if (!body || request->shared) {
        return (plugin_list_u8_t){NULL, 0};
    }
    size_t length = request->body_length ? request->body_length : strlen(body);
    return (plugin_list_u8_t){(uint8_t *)body, length};
}

static wasmswarm_scenario_http_redirect_policy_t redirects_of(const ws_request *request) {
    wasmswarm_scenario_http_redirect_policy_t policy = {0};
    if (request->redirects > 0) {
        policy.tag = WASMSWARM_SCENARIO_HTTP_REDIRECT_POLICY_FOLLOW;
        policy.val.follow = (uint32_t)request->redirects;
    } else if (request->redirects < 0) {
        policy.tag = WASMSWARM_SCENARIO_HTTP_REDIRECT_POLICY_NONE;
    }
    return policy;
}

static void request_to_wit(const ws_request *request, wit_request *to) {
    to->method = ws_to_wit(request->method ? request->method : "GET");
    to->url = ws_to_wit(request->url);
    to->headers = headers_of(request);
    to->body = body_of(request);
    to->name = ws_to_wit(request->name);
    to->tags = tags_of(request);
    to->timeout = ws_micros(request->timeout);
    to->redirects = redirects_of(request);
    to->expected = expected_of(request);
    to->keep = request->discard ? WASMSWARM_SCENARIO_HTTP_KEEP_POLICY_NOTHING
                                : WASMSWARM_SCENARIO_HTTP_KEEP_POLICY_ALL;
}

static ws_response completed(const wit_response *response) {
    return (ws_response){
        .status = response->status,
        .ok = response->ok,
        .duration = ws_seconds(response->duration),
        .id = response->id,
        .reason = "",
    };
}

static const char *why(size_t index) {
    plugin_string_t text;
    wasmswarm_scenario_http_failure((uint32_t)index, &text);
    return ws_from_wit(text);
}

/* Our errors have one case more than the contract's, at the front: that there is none. */
static ws_response failed(wit_error error, size_t index) {
    return (ws_response){.error = (ws_http_error)(error + 1), .reason = why(index)};
}

ws_response *ws_send(const ws_request *request) {
    wit_request sent;
    request_to_wit(request, &sent);
    ws_response *response = ws_alloc(sizeof *response);
    wit_response received;
    wit_error error;
    if (request->jar) {
        wasmswarm_scenario_cookies_use_jar(request->jar);
    }
    bool ok;
    if (request->shared) {
        uint64_t body = request->shared - 1;
        ok = wasmswarm_scenario_http_send_shared(&sent, body, &received, &error);
    } else {
        ok = wasmswarm_scenario_http_send(&sent, &received, &error);
    }
    *response = ok ? completed(&received) : failed(error, 0);
    if (request->jar) {
        wasmswarm_scenario_cookies_use_jar(WS_OWN_JAR);
    }
    return response;
}

/* The number below 0 stands for a request's own body. */
static plugin_list_u64_t bodies_of(const ws_request *requests, size_t count) {
    plugin_list_u64_t list = {ws_alloc(count * sizeof(uint64_t)), count};
    for (size_t i = 0; i < count; i++) {
        list.ptr[i] = requests[i].shared - 1;
    }
    return list;
}

/* Lets each request of the next batch use its own jar, if any of them has one. */
static void use_jars(const ws_request *requests, size_t count) {
    bool others = false;
    plugin_list_u64_t list = {ws_alloc(count * sizeof(uint64_t)), count};
    for (size_t i = 0; i < count; i++) {
        list.ptr[i] = requests[i].jar;
        others = others || requests[i].jar;
    }
    if (others) {
        wasmswarm_scenario_cookies_use_jars(&list);
    }
}

ws_shared_body ws_share_body(ws_bytes body) {
    plugin_list_u8_t list = ws_bytes_to_wit(body);
    uint64_t number;
    wit_error error;
    if (wasmswarm_scenario_http_share_body(&list, &number, &error)) {
        return (ws_shared_body){.handle = number + 1, .reason = ""};
    }
    return (ws_shared_body){.error = (ws_http_error)(error + 1), .reason = why(0)};
}

ws_response *ws_send_all(const ws_request *requests, size_t count) {
    wasmswarm_scenario_http_list_request_t sent = {NULL, count};
    sent.ptr = ws_alloc(count * sizeof *sent.ptr);
    for (size_t i = 0; i < count; i++) {
        request_to_wit(&requests[i], &sent.ptr[i]);
    }
    wasmswarm_scenario_http_list_result_response_error_code_t received;
    plugin_list_u64_t bodies = bodies_of(requests, count);
    use_jars(requests, count);
    wasmswarm_scenario_http_send_all_shared(&sent, &bodies, &received);
    ws_response *responses = ws_alloc(count * sizeof *responses);
    for (size_t i = 0; i < count; i++) {
        const wasmswarm_scenario_http_result_response_error_code_t *result = &received.ptr[i];
        responses[i] = result->is_err ? failed(result->val.err, i) : completed(&result->val.ok);
    }
    return responses;
}

const char *ws_http_error_name(ws_http_error error) {
    static const char *const names[] = {
        "",
        "invalid-url",
        "invalid-request",
        "host-not-allowed",
        "dns",
        "connection-refused",
        "connect",
        "tls",
        "certificate",
        "timeout",
        "connection-closed",
        "protocol",
        "response-too-large",
        "decode",
        "too-many-redirects",
        "proxy",
        "exhausted",
        "interrupted",
    };
    size_t index = (size_t)error;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}

/* The body crosses into the plugin once. */
static ws_bytes fetch(ws_response *response) {
    if (!response->fetched.data) {
        plugin_list_u8_t body = {NULL, 0};
        if (!response->error) {
            wasmswarm_scenario_http_body(response->id, &body);
        }
        response->fetched = ws_bytes_from_wit(body);
    }
    return response->fetched;
}

const char *ws_body(ws_response *response) { return fetch(response).data; }

size_t ws_body_length(ws_response *response) { return fetch(response).length; }

const char *ws_header(const ws_response *response, const char *name) {
    plugin_string_t wanted = ws_to_wit(name);
    plugin_string_t value;
    if (response->error || !wasmswarm_scenario_http_header(response->id, &wanted, &value)) {
        return NULL;
    }
    return ws_from_wit(value);
}

const ws_pair *ws_headers(const ws_response *response) {
    plugin_list_tuple2_string_string_t list = {NULL, 0};
    if (!response->error) {
        wasmswarm_scenario_http_headers(response->id, &list);
    }
    return ws_pairs_from_wit(list);
}

ws_timings ws_get_timings(const ws_response *response) {
    wasmswarm_scenario_http_timings_t spent = {0};
    if (!response->error) {
        wasmswarm_scenario_http_get_timings(response->id, &spent);
    }
    return (ws_timings){
        .blocked = ws_seconds(spent.blocked),
        .dns = ws_seconds(spent.dns),
        .connect = ws_seconds(spent.connect),
        .tls = ws_seconds(spent.tls),
        .sending = ws_seconds(spent.sending),
        .waiting = ws_seconds(spent.waiting),
        .receiving = ws_seconds(spent.receiving),
    };
}

const char *ws_remote_address(const ws_response *response) {
    plugin_string_t address = {NULL, 0};
    if (!response->error) {
        wasmswarm_scenario_http_remote_address(response->id, &address);
    }
    return ws_from_wit(address);
}

const char *ws_final_url(const ws_response *response) {
    plugin_string_t url = {NULL, 0};
    if (!response->error) {
        wasmswarm_scenario_http_final_url(response->id, &url);
    }
    return ws_from_wit(url);
}

void ws_pass(const ws_response *response) {
    if (!response->error) {
        wasmswarm_scenario_http_pass(response->id);
    }
}

void ws_reject(const ws_response *response, const char *format, ...) {
    if (response->error) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    plugin_string_t message = ws_to_wit(ws_vformat(format, arguments));
    va_end(arguments);
    wasmswarm_scenario_http_fail(response->id, &message);
}
