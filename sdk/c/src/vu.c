/* The virtual user, its log, checks, metrics and parameters. */
#include "internal.h"

ws_result ws_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    ws_result result = {.error = ws_vformat(format, arguments), .pause = -1};
    va_end(arguments);
    return result;
}

void ws_log(ws_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    plugin_string_t line = ws_to_wit(ws_vformat(format, arguments));
    va_end(arguments);
    wasmswarm_scenario_log_write((wasmswarm_scenario_log_level_t)level, &line);
}

bool ws_check(const char *name, bool passed) { return ws_check_tagged(name, passed, NULL); }

bool ws_check_tagged(const char *name, bool passed, const ws_pair *tags) {
    plugin_string_t text = ws_to_wit(name);
    plugin_list_tuple2_string_string_t list = ws_pairs_to_wit(tags);
    return wasmswarm_scenario_checks_check(&text, passed, &list);
}

void ws_metric(const char *name, ws_metric_kind kind, double value, const ws_pair *tags) {
    plugin_string_t text = ws_to_wit(name);
    plugin_list_tuple2_string_string_t list = ws_pairs_to_wit(tags);
    wasmswarm_scenario_metrics_add(&text, (wasmswarm_scenario_metrics_metric_type_t)kind, value,
                                   &list);
}

void ws_record_request(const char *protocol, const char *name, double duration, uint64_t received,
                       const char *error) {
    plugin_string_t method = ws_to_wit(protocol);
    plugin_string_t text = ws_to_wit(name);
    plugin_string_t reason = ws_to_wit(error);
    wasmswarm_scenario_metrics_record_request(&method, &text, ws_micros(duration), received,
                                              &reason);
}

ws_identity ws_current(void) {
    wasmswarm_scenario_vu_identity_t identity;
    wasmswarm_scenario_vu_current(&identity);
    return (ws_identity){
        .id = identity.id,
        .scenario_index = identity.scenario_index,
        .scenario = ws_from_wit(identity.scenario),
        .iteration = identity.iteration,
        .iteration_index = identity.iteration_index,
    };
}

void ws_sleep(double seconds) { wasmswarm_scenario_vu_sleep(ws_micros(seconds)); }

void ws_stop_vu(void) { wasmswarm_scenario_vu_stop(); }

void ws_abort_run(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    plugin_string_t reason = ws_to_wit(ws_vformat(format, arguments));
    va_end(arguments);
    wasmswarm_scenario_vu_abort(&reason);
}

void ws_set_tag(const char *key, const char *value) {
    plugin_string_t name = ws_to_wit(key);
    plugin_string_t text = ws_to_wit(value);
    wasmswarm_scenario_vu_set_tag(&name, &text);
}

bool ws_enter_group(const char *name) {
    plugin_string_t text = ws_to_wit(name);
    wasmswarm_scenario_vu_enter_group(&text);
    return true;
}

bool ws_leave_group(void) {
    wasmswarm_scenario_vu_leave_group();
    return true;
}

double ws_now(void) { return ws_seconds(wasmswarm_scenario_vu_now()); }

uint64_t ws_random(void) { return wasmswarm_scenario_vu_random(); }

/* The high half of a product takes the bits to the range; its bias is too small to be seen. */
uint64_t ws_random_between(uint64_t least, uint64_t most) {
    uint64_t bits = ws_random();
    uint64_t count = most - least + 1;
    if (most <= least) {
        return least;
    }
    return count ? least + (uint64_t)(((unsigned __int128)bits * count) >> 64) : bits;
}

bool ws_chance(double probability) { return (double)(ws_random() >> 11) * 0x1p-53 < probability; }

const char *ws_param(const char *name) {
    plugin_string_t wanted = ws_to_wit(name);
    plugin_string_t value;
    return wasmswarm_scenario_params_get(&wanted, &value) ? ws_from_wit(value) : NULL;
}

const ws_pair *ws_params(void) {
    plugin_list_tuple2_string_string_t list;
    wasmswarm_scenario_params_all(&list);
    return ws_pairs_from_wit(list);
}
