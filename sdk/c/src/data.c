/* Rows of data files, and what all VUs share. */
#include "internal.h"

typedef wasmswarm_scenario_data_error_t wit_row_error;
typedef wasmswarm_scenario_shared_error_t wit_shared_error;

static ws_row row_of(bool ok, plugin_list_tuple2_string_string_t list, wit_row_error error) {
    if (!ok) {
        list.len = 0;
    }
    return (ws_row){
        .error = ok ? WS_ROW_OK : (ws_row_error)(error + 1),
        .count = list.len,
        .columns = ws_pairs_from_wit(list),
    };
}

ws_row ws_data(const char *name, ws_pick pick, ws_at_end at_end) {
    plugin_string_t wanted = ws_to_wit(name);
    plugin_list_tuple2_string_string_t list = {NULL, 0};
    wit_row_error error = 0;
    bool ok = wasmswarm_scenario_data_row(&wanted, (wasmswarm_scenario_data_pick_t)pick,
                                          (wasmswarm_scenario_data_at_end_t)at_end, &list, &error);
    return row_of(ok, list, error);
}

ws_row ws_data_at(const char *name, uint64_t index) {
    plugin_string_t wanted = ws_to_wit(name);
    plugin_list_tuple2_string_string_t list = {NULL, 0};
    wit_row_error error = 0;
    bool ok = wasmswarm_scenario_data_get(&wanted, index, &list, &error);
    return row_of(ok, list, error);
}

int64_t ws_data_count(const char *name) {
    plugin_string_t wanted = ws_to_wit(name);
    uint64_t count;
    wit_row_error error;
    return wasmswarm_scenario_data_count(&wanted, &count, &error) ? (int64_t)count : -1;
}

const char *ws_column(ws_row row, const char *column) {
    for (size_t i = 0; i < row.count; i++) {
        if (strcmp(row.columns[i].name, column) == 0) {
            return row.columns[i].value;
        }
    }
    return NULL;
}

int64_t ws_shared_add(const char *counter, int64_t delta) {
    plugin_string_t name = ws_to_wit(counter);
    return wasmswarm_scenario_shared_add(&name, delta);
}

int64_t ws_shared_total(const char *counter) {
    plugin_string_t name = ws_to_wit(counter);
    return wasmswarm_scenario_shared_total(&name);
}

static ws_shared_error shared_error(bool ok, wit_shared_error error) {
    return ok ? WS_SHARED_OK : (ws_shared_error)(error + 1);
}

static ws_bytes found(bool ok, plugin_list_u8_t value) {
    return ok ? ws_bytes_from_wit(value) : (ws_bytes){NULL, 0};
}

ws_shared_error ws_shared_push(const char *queue, ws_bytes value) {
    plugin_string_t name = ws_to_wit(queue);
    plugin_list_u8_t bytes = ws_bytes_to_wit(value);
    wit_shared_error error = 0;
    bool ok = wasmswarm_scenario_shared_push(&name, &bytes, &error);
    return shared_error(ok, error);
}

ws_bytes ws_shared_pop(const char *queue) {
    plugin_string_t name = ws_to_wit(queue);
    plugin_list_u8_t value = {NULL, 0};
    bool ok = wasmswarm_scenario_shared_pop(&name, &value);
    return found(ok, value);
}

uint64_t ws_shared_length(const char *queue) {
    plugin_string_t name = ws_to_wit(queue);
    return wasmswarm_scenario_shared_length(&name);
}

ws_shared_error ws_shared_write(const char *key, ws_bytes value) {
    plugin_string_t name = ws_to_wit(key);
    plugin_list_u8_t bytes = ws_bytes_to_wit(value);
    wit_shared_error error = 0;
    bool ok = wasmswarm_scenario_shared_write(&name, &bytes, &error);
    return shared_error(ok, error);
}

ws_bytes ws_shared_read(const char *key) {
    plugin_string_t name = ws_to_wit(key);
    plugin_list_u8_t value = {NULL, 0};
    bool ok = wasmswarm_scenario_shared_read(&name, &value);
    return found(ok, value);
}

bool ws_shared_remove(const char *key) {
    plugin_string_t name = ws_to_wit(key);
    return wasmswarm_scenario_shared_remove(&name);
}

ws_shared_error ws_shared_write_new(const char *key, ws_bytes value, bool *done) {
    plugin_string_t name = ws_to_wit(key);
    plugin_list_u8_t bytes = ws_bytes_to_wit(value);
    wit_shared_error error = 0;
    *done = false;
    bool ok = wasmswarm_scenario_shared_write_new(&name, &bytes, done, &error);
    return shared_error(ok, error);
}

ws_shared_error ws_shared_compare_and_set(const char *key, ws_bytes expected, ws_bytes value,
                                          bool *done) {
    plugin_string_t name = ws_to_wit(key);
    plugin_list_u8_t before = ws_bytes_to_wit(expected);
    plugin_list_u8_t bytes = ws_bytes_to_wit(value);
    wit_shared_error error = 0;
    *done = false;
    bool ok = wasmswarm_scenario_shared_compare_and_set(&name, &before, &bytes, done, &error);
    return shared_error(ok, error);
}
