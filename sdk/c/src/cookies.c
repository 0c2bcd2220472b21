/* The VU's cookies, which lie on the host. */
#include "internal.h"

typedef wasmswarm_scenario_cookies_cookie_t wit_cookie;

static const ws_cookie *cookies_from_wit(wasmswarm_scenario_cookies_list_cookie_t list) {
    ws_cookie *cookies = ws_alloc((list.len + 1) * sizeof *cookies);
    for (size_t i = 0; i < list.len; i++) {
        const wit_cookie *from = &list.ptr[i];
        cookies[i] = (ws_cookie){
            .name = ws_from_wit(from->name),
            .value = ws_from_wit(from->value),
            .domain = ws_from_wit(from->domain),
            .path = ws_from_wit(from->path),
            .expires = from->expires,
            .secure = from->secure,
            .http_only = from->http_only,
            .host_only = from->host_only,
        };
    }
    cookies[list.len] = (ws_cookie){0};
    return cookies;
}

const ws_cookie *ws_cookies(uint64_t jar, const char *url) {
    plugin_string_t at = ws_to_wit(url);
    wasmswarm_scenario_cookies_list_cookie_t list;
    wasmswarm_scenario_cookies_matching(jar, &at, &list);
    return cookies_from_wit(list);
}

const ws_cookie *ws_all_cookies(uint64_t jar) {
    wasmswarm_scenario_cookies_list_cookie_t list;
    wasmswarm_scenario_cookies_all(jar, &list);
    return cookies_from_wit(list);
}

const char *ws_cookie_value(uint64_t jar, const char *url, const char *name) {
    for (const ws_cookie *cookie = ws_cookies(jar, url); cookie->name; cookie++) {
        if (ws_equal(cookie->name, name)) {
            return cookie->value;
        }
    }
    return NULL;
}

bool ws_set_cookie(uint64_t jar, const char *url, const char *text) {
    plugin_string_t at = ws_to_wit(url);
    plugin_string_t set = ws_to_wit(text);
    return wasmswarm_scenario_cookies_set(jar, &at, &set);
}

bool ws_put_cookie(uint64_t jar, const ws_cookie *cookie) {
    wit_cookie put = {
        .name = ws_to_wit(cookie->name),
        .value = ws_to_wit(cookie->value),
        .domain = ws_to_wit(cookie->domain),
        .path = ws_to_wit(cookie->path),
        .expires = cookie->expires,
        .secure = cookie->secure,
        .http_only = cookie->http_only,
        .host_only = cookie->host_only,
    };
    return wasmswarm_scenario_cookies_put(jar, &put);
}

uint32_t ws_delete_cookies(uint64_t jar, const char *url, const char *name) {
    plugin_string_t at = ws_to_wit(url);
    plugin_string_t wanted = ws_to_wit(name);
    return wasmswarm_scenario_cookies_delete(jar, &at, &wanted);
}

void ws_clear_cookies(uint64_t jar) { wasmswarm_scenario_cookies_clear(jar); }

uint64_t ws_new_jar(void) { return wasmswarm_scenario_cookies_new_jar(); }
