/* The calls that the host makes, answered from the plugin's table. */
#include "internal.h"

#include <stdlib.h>

uint32_t ws_running_scenario;
uint32_t ws_running_task;

static ws_bytes setup_data;
static ws_bytes scenario_data;

ws_bytes ws_setup_data(void) { return setup_data; }

ws_bytes ws_scenario_data(void) { return scenario_data; }

/* --- Describing --- */

typedef exports_wasmswarm_scenario_scenario_scenario_info_t wit_scenario;
typedef exports_wasmswarm_scenario_scenario_task_info_t wit_task;
typedef exports_wasmswarm_scenario_scenario_wait_time_t wit_wait;
typedef exports_wasmswarm_scenario_scenario_population_t wit_population;

static uint32_t weight_of(uint32_t weight) {
    if (weight == WS_NEVER) {
        return 0;
    }
    return weight ? weight : 1;
}

static plugin_list_string_t texts_to_wit(const char *const *texts, size_t most) {
    plugin_list_string_t list = {NULL, 0};
    while (list.len < most && texts[list.len]) {
        list.len++;
    }
    list.ptr = ws_alloc(list.len * sizeof *list.ptr);
    for (size_t i = 0; i < list.len; i++) {
        list.ptr[i] = ws_to_wit(texts[i]);
    }
    return list;
}

static wit_population population_of(const ws_scenario *scenario) {
    wit_population population;
    if (scenario->users) {
        population.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_POPULATION_FIXED;
        population.val.fixed = scenario->users;
    } else {
        population.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_POPULATION_WEIGHT;
        population.val.weight = weight_of(scenario->weight);
    }
    return population;
}

/* The kinds have the order of the contract's cases. */
static wit_wait wait_of(ws_wait wait) {
    wit_wait converted = {.tag = (uint8_t)wait.kind};
    if (wait.kind == WS_WAIT_BETWEEN) {
        converted.val.uniform.f0 = ws_micros(wait.value);
        converted.val.uniform.f1 = ws_micros(wait.most);
    } else if (wait.kind == WS_WAIT_THROUGHPUT) {
        converted.val.throughput = wait.value;
    } else {
        converted.val.constant = ws_micros(wait.value);
    }
    return converted;
}

static exports_wasmswarm_scenario_scenario_list_task_info_t tasks_of(const ws_task *tasks) {
    exports_wasmswarm_scenario_scenario_list_task_info_t list = {NULL, 0};
    while (tasks && tasks[list.len].name) {
        list.len++;
    }
    list.ptr = ws_alloc(list.len * sizeof *list.ptr);
    for (size_t i = 0; i < list.len; i++) {
        list.ptr[i] = (wit_task){
            .name = ws_to_wit(tasks[i].name),
            .weight = weight_of(tasks[i].weight),
            .tags = texts_to_wit(tasks[i].tags, WS_MAX_TAGS),
        };
    }
    return list;
}

static exports_wasmswarm_scenario_scenario_list_scenario_info_t
scenarios_of(const ws_scenario *scenarios) {
    exports_wasmswarm_scenario_scenario_list_scenario_info_t list = {NULL, 0};
    while (scenarios && scenarios[list.len].name) {
        list.len++;
    }
    list.ptr = ws_alloc(list.len * sizeof *list.ptr);
    for (size_t i = 0; i < list.len; i++) {
        list.ptr[i] = (wit_scenario){
            .name = ws_to_wit(scenarios[i].name),
            .population = population_of(&scenarios[i]),
            .order = (exports_wasmswarm_scenario_scenario_task_order_t)scenarios[i].order,
            .wait = wait_of(scenarios[i].wait),
            .tasks = tasks_of(scenarios[i].tasks),
        };
    }
    return list;
}

/* The first task that couldn't run, as an error's text; or NULL. */
static const char *mistake_in(const ws_plugin *table) {
    for (const ws_scenario *scenario = table->scenarios; scenario && scenario->name; scenario++) {
        for (const ws_task *task = scenario->tasks; task && task->name; task++) {
            if (!task->run) {
                return ws_format("task \"%s\" of scenario \"%s\" has no function: set .run",
                                 task->name, scenario->name);
            }
        }
    }
    return NULL;
}

bool exports_wasmswarm_scenario_scenario_describe(
    exports_wasmswarm_scenario_scenario_description_t *description, plugin_string_t *error) {
    const ws_plugin *table = ws_plugin_table();
    const char *mistake = mistake_in(table);
    if (mistake) {
        *error = ws_to_wit(mistake);
        return false;
    }
    description->about = ws_to_wit(table->about);
    description->scenarios = scenarios_of(table->scenarios);
    description->options = ws_to_wit(table->options);
    description->shape = table->shape != NULL;
    return true;
}

/* --- Setups and teardowns --- */

/* Only tasks choose what comes next. */
static bool finish(ws_result result, plugin_string_t *error) {
    *error = ws_to_wit(result.error);
    return !result.error;
}

static bool run_setup(ws_result (*setup)(ws_bytes *), plugin_list_u8_t *data,
                      plugin_string_t *error) {
    ws_bytes made = {NULL, 0};
    ws_result result = setup ? setup(&made) : ws_ok();
    *data = ws_bytes_to_wit(made);
    return finish(result, error);
}

static bool run_plain(ws_result (*function)(void), plugin_string_t *error) {
    return finish(function ? function() : ws_ok(), error);
}

/* NULL with the error's text if the plugin has no scenario of this index. */
static const ws_scenario *scenario_at(uint32_t index, plugin_string_t *error) {
    const ws_scenario *scenarios = ws_plugin_table()->scenarios;
    for (uint32_t i = 0; scenarios[i].name; i++) {
        if (i == index) {
            ws_running_scenario = index;
            return &scenarios[i];
        }
    }
    *error = ws_to_wit(ws_format("the plugin has no scenario %u", (unsigned)index));
    return NULL;
}

bool exports_wasmswarm_scenario_scenario_setup(plugin_list_u8_t *data, plugin_string_t *error) {
    return run_setup(ws_plugin_table()->setup, data, error);
}

bool exports_wasmswarm_scenario_scenario_teardown(plugin_list_u8_t *data, plugin_string_t *error) {
    setup_data = ws_bytes_from_wit(*data);
    return run_plain(ws_plugin_table()->teardown, error);
}

bool exports_wasmswarm_scenario_scenario_setup_scenario(uint32_t index, plugin_list_u8_t *data,
                                                        plugin_list_u8_t *made,
                                                        plugin_string_t *error) {
    setup_data = ws_bytes_from_wit(*data);
    const ws_scenario *scenario = scenario_at(index, error);
    return scenario && run_setup(scenario->setup, made, error);
}

bool exports_wasmswarm_scenario_scenario_teardown_scenario(uint32_t index, plugin_list_u8_t *data,
                                                           plugin_string_t *error) {
    scenario_data = ws_bytes_from_wit(*data);
    const ws_scenario *scenario = scenario_at(index, error);
    return scenario && run_plain(scenario->teardown, error);
}

/* --- The shape --- */

bool exports_wasmswarm_scenario_scenario_shape(
    uint64_t elapsed, uint32_t users, exports_wasmswarm_scenario_scenario_load_target_t *to,
    plugin_string_t *error) {
    const ws_plugin *table = ws_plugin_table();
    ws_target target = table->shape ? table->shape(ws_seconds(elapsed), users) : ws_target_stop();
    if (target.error) {
        *error = ws_to_wit(target.error);
        return false;
    }
    if (target.kind == WS_TARGET_USERS) {
        static const char *const all[] = {NULL};
        to->tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_LOAD_TARGET_USERS;
        to->val.users.users = target.users;
        to->val.users.spawn_rate = target.spawn_rate;
        to->val.users.scenarios = texts_to_wit(target.scenarios ? target.scenarios : all, SIZE_MAX);
    } else if (target.kind == WS_TARGET_RATE) {
        to->tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_LOAD_TARGET_RATE;
        to->val.rate = target.rate;
    } else {
        to->tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_LOAD_TARGET_STOP;
    }
    return true;
}

/* --- A VU's life --- */

/* The scenario of this VU, once it began. */
static const ws_scenario *own;

/* A copy that lasts as long as the instance. */
static ws_bytes keep(plugin_list_u8_t data) {
    char *copy = malloc(data.len + 1);
    if (!copy) {
        abort();
    }
    memcpy(copy, data.ptr, data.len);
    copy[data.len] = 0;
    return (ws_bytes){copy, data.len};
}

static ws_bytes replaced(ws_bytes old, plugin_list_u8_t data) {
    free((void *)old.data);
    return data.len ? keep(data) : (ws_bytes){NULL, 0};
}

bool exports_wasmswarm_scenario_scenario_on_start(uint32_t index, plugin_list_u8_t *for_all,
                                                  plugin_list_u8_t *for_scenario,
                                                  plugin_string_t *error) {
    setup_data = replaced(setup_data, *for_all);
    scenario_data = replaced(scenario_data, *for_scenario);
    own = scenario_at(index, error);
    return own && run_plain(own->start, error);
}

/* The index of the task of this name, or UINT32_MAX. */
static uint32_t task_named(const char *name) {
    for (uint32_t i = 0; own->tasks[i].name; i++) {
        if (strcmp(own->tasks[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* False, with the error's text, if the next task isn't one. */
static bool outcome_of(ws_result result, exports_wasmswarm_scenario_scenario_outcome_t *outcome,
                       plugin_string_t *error) {
    outcome->next.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_NEXT_TASK_SCHEDULED;
    outcome->wait.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_NEXT_WAIT_SCHEDULED;
    if (result.stop) {
        outcome->next.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_NEXT_TASK_STOP;
    } else if (result.next) {
        outcome->next.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_NEXT_TASK_TASK;
        outcome->next.val.task = task_named(result.next);
        if (outcome->next.val.task == UINT32_MAX) {
            const char *text =
                ws_format("ws_next(\"%s\"): scenario \"%s\" has no task of this name", result.next,
                          own->name);
            *error = ws_to_wit(text);
            return false;
        }
    }
    if (result.pause >= 0) {
        outcome->wait.tag = EXPORTS_WASMSWARM_SCENARIO_SCENARIO_NEXT_WAIT_EXACTLY;
        outcome->wait.val.exactly = ws_micros(result.pause);
    }
    return true;
}

bool exports_wasmswarm_scenario_scenario_run_task(
    uint32_t scenario, uint32_t task, exports_wasmswarm_scenario_scenario_outcome_t *outcome,
    plugin_string_t *error) {
    (void)scenario;
    if (!own) {
        *error = ws_to_wit("this VU was never started");
        return false;
    }
    ws_running_task = task;
    ws_result result = own->tasks[task].run();
    return finish(result, error) && outcome_of(result, outcome, error);
}

bool exports_wasmswarm_scenario_scenario_on_stop(uint32_t scenario, plugin_string_t *error) {
    (void)scenario;
    return !own || run_plain(own->stop, error);
}

/* --- The end of a call --- */

/* The host calls these once it has read what a call returned. They take the place of the bindings'
 * own, which would free each part of it by itself. */
#define ENDS_WITH(function, name)                                                          \
    __attribute__((export_name("cabi_post_wasmswarm:scenario/scenario@0.1.0#" name))) void \
        __wasm_export_exports_wasmswarm_scenario_scenario_##function##_post_return(        \
            uint8_t *result) {                                                             \
        (void)result;                                                                      \
        ws_end_call();                                                                     \
    }

ENDS_WITH(describe, "describe")
ENDS_WITH(setup, "setup")
ENDS_WITH(teardown, "teardown")
ENDS_WITH(setup_scenario, "setup-scenario")
ENDS_WITH(teardown_scenario, "teardown-scenario")
ENDS_WITH(shape, "shape")
ENDS_WITH(on_start, "on-start")
ENDS_WITH(run_task, "run-task")
ENDS_WITH(on_stop, "on-stop")

/* The bindings ask for an object file with the contract's types; `wasmswarm build` knows these. */
__attribute__((weak)) void __component_type_object_force_link_plugin(void) {}
