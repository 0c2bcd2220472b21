/* Tests of JSON, text and the memory of calls. */
#include "../src/internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size);

static void values_are_found_by_path(void) {
    const char *json = " { \"id\" : 17, \"items\":[ {\"id\":1,\"tags\":[]}, {\"id\":-2.5e1} ],\n"
                       "\"a.b\": {\"\": true}, \"s\": \"]}\\\"x\", \"none\": null, \"f\" :false}";
    assert(ws_json_number(json, "id") == 17);
    assert(ws_json_number(json, "items.1.id") == -25);
    assert(ws_json_count(json, "items") == 2);
    assert(ws_json_count(json, "items.0.tags") == 0);
    assert(ws_json_count(json, "") == 6);
    assert(ws_json_true(ws_json_member(json, "a.b"), "") == false);
    assert(ws_json_true(ws_json_member(ws_json_member(json, "a.b"), ""), ""));
    assert(ws_equal(ws_json_text(json, "s"), "]}\"x"));
    assert(!ws_json_true(json, "f"));
    assert(ws_json(json, "none") && *ws_json(json, "none") == 'n');
    assert(!ws_json_text(json, "none"));
}

static void what_is_not_there_is_nothing(void) {
    static const char *const texts[] = {
        "",      "{",     "[",       "{\"a\"",    "{\"a\":",   "{\"a\":1", "{\"a\" 1}", "{,}",
        "[,]",   "\"",    "\"\\",    "{\"a\":[}", "}{",        "tru",      "nan",       "[1,",
        "{1:2}", "[[[[[", "\"\\u12", "{\"a\\",    "{\"a\":\"", "-",        "[\"a\":1]", " ",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert(!ws_json(texts[i], "b.0"));
        assert(isnan(ws_json_number(texts[i], "a.1.2")));
        assert(!ws_json_text(texts[i], "x"));
        assert(ws_json_count(texts[i], "") < 3);
        assert(!ws_json_true(texts[i], ""));
    }
    assert(!ws_json(NULL, "a") && isnan(ws_json_number(NULL, "")) && !ws_json_text(NULL, "a"));
    assert(!ws_json("[1]", "1") && !ws_json("[1]", "x") && !ws_json("[1]", "4294967297000"));
    assert(!ws_json("[1]", "-1") && !ws_json("{\"a\":1}", "a.b"));
    assert(!ws_json_first(NULL) && !ws_json_after(NULL) && !ws_json_member(NULL, "a"));
}

static void strings_are_unescaped(void) {
    const char *json =
        "{\"k\\u0065y\": \"a\\n\\t\\/\\\\\\u00e4\\u20ac\\ud83d\\ude00|\\ud83d|\\u0000\"}";
    assert(ws_equal(ws_json_text(json, "key"), "a\n\t/\\ä€😀|\xef\xbf\xbd|\xef\xbf\xbd"));
    assert(ws_equal(ws_json_text("\"\\uzz\"", ""), "\xef\xbf\xbdzz"));
    assert(ws_equal(ws_json_quote("a\"\\\n\x01ä"), "\"a\\\"\\\\\\u000a\\u0001ä\""));
    assert(ws_equal(ws_json_text(ws_json_quote("a\"\\\n\x01ä"), ""), "a\"\\\n\x01ä"));
}

static void elements_follow_each_other(void) {
    double sum = 0;
    WS_JSON_EACH(item, ws_json("{\"a\":[1, [5], {\"b\":7}, \"x\", 2 ]}", "a")) {
        double number = ws_json_number(item, "");
        sum += isnan(number) ? 100 : number;
    }
    assert(sum == 303);
    const char *value = ws_json_first("{\"a\":\"x\",\"b\":\"y\"}");
    assert(ws_equal(ws_json_text(ws_json_after(value), ""), "y"));
}

static void text_is_made(void) {
    assert(ws_equal(ws_format("%d-%s", 7, "x"), "7-x"));
    assert(ws_equal(ws_url_encode("a b/ä?~"), "a%20b%2F%C3%A4%3F~"));
    assert(ws_equal(NULL, NULL) && !ws_equal(NULL, "") && !ws_equal("a", "b"));
    char *kept = ws_keep("kept");
    ws_end_call();
    assert(ws_equal(kept, "kept") && !ws_keep(NULL));
    free(kept);
}

static void memory_grows_and_is_given_back(void) {
    for (int call = 0; call < 3; call++) {
        const char *long_text = ws_format("%0*d", 100000, 0);
        assert(strlen(long_text) == 100000);
        char *text = cabi_realloc(NULL, 0, 1, 5);
        memcpy(text, "12345", 5);
        assert(text[5] == 0);
        char *grown = cabi_realloc(text, 5, 1, 8);
        assert(grown == text && memcmp(grown, "12345", 5) == 0 && grown[8] == 0);
        void *other = cabi_realloc(NULL, 0, 8, 24);
        assert((uintptr_t)other % 8 == 0);
        char *moved = cabi_realloc(grown, 8, 1, 50000);
        assert(moved != grown && memcmp(moved, "12345", 5) == 0 && moved[50000] == 0);
        assert((uintptr_t)ws_alloc(0) % 16 == 0);
        for (int i = 0; i < 1000; i++) {
            memset(ws_alloc((size_t)i), 1, (size_t)i);
        }
        ws_end_call();
    }
}

int main(void) {
    values_are_found_by_path();
    what_is_not_there_is_nothing();
    strings_are_unescaped();
    elements_follow_each_other();
    text_is_made();
    memory_grows_and_is_given_back();
    ws_end_call();
    puts("all passed");
    return 0;
}
