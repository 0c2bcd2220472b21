/* The scenario of every language, in C. */
#include <wasmswarm.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static ws_result setup(ws_bytes *data) {
    *data = ws_text("from setup");
    return ws_ok();
}

static ws_result teardown(void) {
    WS_REQUIRE(ws_shared_total("starts") > 0, "no VU ever started");
    return ws_ok();
}

/* --- Shopper --- */

/* The item in the row of this iteration. */
static const char *own_item(void) {
    return ws_column(ws_data("items", WS_PICK_SEQUENTIAL, WS_AT_END_WRAP), "item");
}

static ws_result log_in(void) {
    const char *data = ws_setup_data().data;
    ws_check("setup data arrives", data && strstr(data, "from setup"));
    ws_shared_add("starts", 1);
    ws_response *login =
        ws_post("/login", .json = ws_format("{\"user\": \"shopper-%llu\", \"password\": \"secret\"}",
                                            (unsigned long long)ws_current().id));
    const char *token = ws_json_text(ws_body(login), "token");
    ws_check("logged in", login->status == 200 && token && *token);
    return ws_ok();
}

static ws_result browse(void) {
    const char *item = own_item();
    WS_REQUIRE(item, "no row with an item");
    ws_response *page = ws_get(ws_format("/items/%s", item), .name = "/items/{id}");
    ws_check("item is the one asked for", ws_json_number(ws_body(page), "id") == atof(item));
    return ws_ok();
}

static ws_result cart(void) {
    const char *item = own_item();
    WS_REQUIRE(item, "no row with an item");
    WS_GROUP("purchase") {
        ws_response *added =
            ws_post("/cart", .json = ws_format("{\"item\": %s, \"quantity\": 2}", item));
        double total = ws_json_number(ws_body(added), "total_cents");
        ws_check("cart has a total", added->status == 201 && total > 0);
        ws_trend("cart_value", total / 100);
        ws_counter("carts", 1);
    }
    return ws_ok();
}

static ws_result wrong_body(void) {
    ws_response *note = ws_get("/api/notes/1?broken=1", .name = "broken note");
    const char *error = ws_json_text(ws_body(note), "error");
    if (error) {
        ws_reject(note, "%s", error);
    }
    return ws_ok();
}

static ws_result parallel(void) {
    const ws_request requests[] = {
        {.url = "/bytes/10", .name = "/bytes/{n}"},
        {.url = "/bytes/20", .name = "/bytes/{n}"},
        {.url = "/status/404", .expected = {{.from = 404}}},
    };
    ws_response *all = ws_send_all(requests, 3);
    ws_check("sizes are right",
             ws_body_length(&all[0]) == 10 && ws_body_length(&all[1]) == 20 && all[2].status == 404);
    return ws_ok();
}

static ws_result redirects(void) {
    ws_response *end = ws_get("/redirect/2", .name = "redirect");
    ws_check("redirects end",
             end->status == 200 && ws_equal(ws_json_text(ws_body(end), "redirects"), "done"));
    ws_response *first = ws_get("/redirect/1", .name = "redirect", .redirects = WS_NO_REDIRECTS);
    ws_check("redirect is seen",
             first->status == 302 && ws_equal(ws_header(first, "location"), "/redirect/0"));
    return ws_ok();
}

static ws_result fails(void) {
    return ws_fail("on purpose");
}

/* --- Once --- */

static ws_result hello(void) {
    ws_check_tagged("parameter arrives", ws_equal(ws_param("greeting"), "hello"),
                    WS_TAGS({"part", "params"}));
    ws_gauge("level", 7);
    ws_rate("odd", ws_current().iteration % 2 == 1);
    ws_info("hello from C");
    bool more = ws_equal(ws_param("surroundings"), "yes");
    return ws_after(0.001, ws_next(more ? "surroundings" : "goodbye"));
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void clocks(void) {
    double server = ws_json_number(ws_body(ws_get("clock")), "ms") / 1e3;
    ws_check("the wall clock is right", fabs(seconds_of(CLOCK_REALTIME) - server) < 5);
    double own = seconds_of(CLOCK_MONOTONIC);
    double run = ws_now();
    ws_sleep(0.03);
    run = ws_now() - run;
    own = seconds_of(CLOCK_MONOTONIC) - own;
    ws_check("clocks agree", run >= 0.03 && own + 0.001 >= run && own < run + 5);
}

static void jars(void) {
    ws_get("/set");
    const ws_cookie *seen = ws_cookies(WS_OWN_JAR, "/deep/x");
    ws_check("cookies are read in order", ws_equal(seen[0].name, "b") && ws_equal(seen[0].value, "2") &&
                                              ws_equal(seen[1].name, "a") &&
                                              ws_equal(seen[1].value, "1") && !seen[2].name);
    ws_set_cookie(WS_OWN_JAR, "/", "c=3; Path=/base");
    ws_delete_cookies(WS_OWN_JAR, "/", "a");
    ws_get("/deep/x");
    uint64_t jar = ws_new_jar();
    ws_set_cookie(jar, "/", "j=4; Path=/base");
    ws_get("/deep/x", .jar = jar);
    ws_get("/deep/x", .jar = WS_NO_JAR);
}

static ws_result surroundings(void) {
    uint64_t drawn[50];
    bool differ = true;
    for (int i = 0; i < 50; i++) {
        drawn[i] = ws_random();
        for (int j = 0; j < i; j++) {
            differ = differ && drawn[j] != drawn[i];
        }
    }
    ws_check("random numbers differ", differ);
    clocks();
    jars();
    ws_response *refused = ws_get("http://127.0.0.9:1/");
    ws_check("the reason is said", strstr(refused->reason, "127.0.0.9") != NULL);
    char *letters = ws_alloc(50000);
    memset(letters, 'x', 50000);
    ws_shared_body body = ws_share_body((ws_bytes){letters, 50000});
    for (int i = 0; i < 2; i++) {
        ws_post("/upload", .shared = body.handle);
    }
    ws_shared_add("starts", 1);
    return ws_ok();
}

static ws_result goodbye(void) {
    const char *how = ws_param("abort");
    if (ws_equal(how, "yes")) {
        ws_abort_run("asked to");
    }
    assert(!ws_equal(how, "panic") && "crash on purpose");
    return ws_ok();
}

/* --- The plugin --- */

const ws_plugin plugin = {
    .about = "conformance in C",
    .options = "{\"users\": 4}",
    .setup = setup,
    .teardown = teardown,
    .scenarios = WS_SCENARIOS(
        {
            .name = "Shopper",
            .weight = 3,
            .start = log_in,
            .tasks = WS_TASKS(
                {.name = "browse", .run = browse, .weight = 4, .tags = {"kind=read"}},
                {.name = "cart", .run = cart, .weight = 2, .tags = {"kind=write"}},
                {.name = "wrong_body", .run = wrong_body},
                {.name = "parallel", .run = parallel},
                {.name = "redirects", .run = redirects},
                {.name = "fails", .run = fails}),
        },
        {
            .name = "Once",
            .users = 1,
            .order = WS_ORDER_SEQUENTIAL,
            .tasks = WS_TASKS(
                {.name = "hello", .run = hello},
                {.name = "goodbye", .run = goodbye},
                {.name = "surroundings", .run = surroundings, .weight = WS_NEVER}),
        }),
};
