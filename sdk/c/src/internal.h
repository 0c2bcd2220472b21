/* What the SDK's sources share: the way between its types and those of the contract's bindings. */
#ifndef WASMSWARM_INTERNAL_H
#define WASMSWARM_INTERNAL_H

#include "../abi/plugin.h"
#include "../wasmswarm.h"

#include <stdarg.h>
#include <string.h>

/* The table of the plugin; C++ has its own definition. */
const ws_plugin *ws_plugin_table(void);

/* Which task of which scenario is running, for tables whose functions are all the same. */
extern uint32_t ws_running_scenario;
extern uint32_t ws_running_task;

/* As vprintf, into a string of this call. */
const char *ws_vformat(const char *format, va_list arguments) WS_PRINTF(1, 0);

/* Frees all that the host's call allocated. */
void ws_end_call(void);

/* The bindings take pointers to what they only read as pointers to mutable bytes. */
static inline plugin_string_t ws_to_wit(const char *text) {
    return text ? (plugin_string_t){(uint8_t *)text, strlen(text)} : (plugin_string_t){NULL, 0};
}

static inline plugin_list_u8_t ws_bytes_to_wit(ws_bytes bytes) {
    return (plugin_list_u8_t){(uint8_t *)bytes.data, bytes.data ? bytes.length : 0};
}

/* The host's strings end with a zero byte, by `cabi_realloc`, unless they are empty. */
static inline const char *ws_from_wit(plugin_string_t text) {
    return text.len ? (const char *)text.ptr : "";
}

static inline ws_bytes ws_bytes_from_wit(plugin_list_u8_t bytes) {
    return (ws_bytes){bytes.len ? (const char *)bytes.ptr : "", bytes.len};
}

/* A list that ends with a pair without a name, for one with a length; and the other way. */
plugin_list_tuple2_string_string_t ws_pairs_to_wit(const ws_pair *pairs);
const ws_pair *ws_pairs_from_wit(plugin_list_tuple2_string_string_t list);

/* Whole microseconds; 0 for what isn't a time. */
static inline uint64_t ws_micros(double seconds) {
    return seconds > 0 ? (uint64_t)(seconds < 1e12 ? seconds * 1e6 + 0.5 : 1e18) : 0;
}

static inline double ws_seconds(uint64_t micros) { return (double)micros / 1e6; }

#endif
