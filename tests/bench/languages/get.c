/* One GET and a check. */
#include <wasmswarm.h>

static ws_result get(void) {
    ws_check("status is 200", ws_get("/")->status == 200);
    return ws_ok();
}

const ws_plugin plugin = {
    .scenarios = WS_SCENARIOS({.name = "Get", .tasks = WS_TASKS({.name = "get", .run = get})}),
};
