/* Memory of the host's calls: taken by moving a pointer, given back at once when a call is over. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ALIGNMENT = 16,
    FIRST_SIZE = 8 * 1024,
    BLOCK_SIZE = 32 * 1024,
};

/* Blocks beyond the first one go back to the heap when the call is over. */
typedef struct block {
    struct block *previous;
    _Alignas(ALIGNMENT) char bytes[];
} block;

static _Alignas(ALIGNMENT) char first[FIRST_SIZE];
static char *position = first;
static char *limit = first + FIRST_SIZE;
static char *last; /* what was allocated last can still grow where it is */
static block *blocks;

_Noreturn static void out_of_memory(size_t size) {
    fprintf(stderr, "out of memory: %zu bytes more than there are\n", size);
    abort();
}

static void add_block(size_t size) {
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    block *added = malloc(sizeof(block) + room);
    if (!added) {
        out_of_memory(size);
    }
    added->previous = blocks;
    blocks = added;
    position = added->bytes;
    limit = added->bytes + room;
}

static char *take(size_t size, size_t alignment) {
    if (size > PTRDIFF_MAX - ALIGNMENT) {
        out_of_memory(size);
    }
    uintptr_t aligned = ((uintptr_t)position + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (aligned + size > (uintptr_t)limit) {
        add_block(size);
        aligned = (uintptr_t)position;
    }
    last = (char *)aligned;
    position = last + size;
    return last;
}

void *ws_alloc(size_t size) { return take(size, ALIGNMENT); }

void ws_end_call(void) {
    while (blocks) {
        block *previous = blocks->previous;
        free(blocks);
        blocks = previous;
    }
    position = first;
    limit = first + FIRST_SIZE;
    last = NULL;
}

/* Where the host puts what it passes to the plugin. Text and bytes get a zero byte behind them. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size,
                                                                size_t alignment, size_t size) {
    size_t room = alignment == 1 ? size + 1 : size;
    char *taken;
    if (old && old == last && (size_t)(limit - last) >= room) {
        taken = last;
        position = last + room;
    } else {
        taken = take(room, alignment);
        if (old) {
            memcpy(taken, old, old_size < size ? old_size : size);
        }
    }
    if (alignment == 1) {
        taken[size] = 0;
    }
    return taken;
}

/* What lies between WASI preview 1 and the host has state that lasts as long as the instance. */
__attribute__((export_name("cabi_realloc_adapter"))) void *
ws_adapter_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
    (void)old_size;
    (void)alignment;
    void *taken = realloc(old, size);
    if (!taken) {
        out_of_memory(size);
    }
    return taken;
}

char *ws_keep(const char *text) {
    if (!text) {
        return NULL;
    }
    char *copy = strdup(text);
    if (!copy) {
        out_of_memory(strlen(text) + 1);
    }
    return copy;
}

/* Prints into what is left of the block, and again if that was too little. */
const char *ws_vformat(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    size_t room = (size_t)(limit - position);
    int length = vsnprintf(position, room, format, arguments);
    if (length < 0) {
        fprintf(stderr, "a format that printf doesn't know: %s\n", format);
        abort();
    }
    bool fits = (size_t)length < room;
    char *text = take((size_t)length + 1, 1);
    if (!fits) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

const char *ws_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = ws_vformat(format, arguments);
    va_end(arguments);
    return text;
}

ws_bytes ws_text(const char *text) { return (ws_bytes){text, text ? strlen(text) : 0}; }

bool ws_equal(const char *one, const char *other) {
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static bool is_unreserved(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("-._~", byte));
}

const char *ws_url_encode(const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = take(3 * strlen(text) + 1, 1);
    char *to = encoded;
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (is_unreserved(byte)) {
            *to++ = *text;
        } else {
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    *to = 0;
    return encoded;
}

plugin_list_tuple2_string_string_t ws_pairs_to_wit(const ws_pair *pairs) {
    size_t count = 0;
    while (pairs && pairs[count].name) {
        count++;
    }
    plugin_list_tuple2_string_string_t list = {NULL, count};
    if (count) {
        list.ptr = ws_alloc(count * sizeof *list.ptr);
    }
    for (size_t i = 0; i < count; i++) {
        list.ptr[i].f0 = ws_to_wit(pairs[i].name);
        list.ptr[i].f1 = ws_to_wit(pairs[i].value);
    }
    return list;
}

const ws_pair *ws_pairs_from_wit(plugin_list_tuple2_string_string_t list) {
    ws_pair *pairs = ws_alloc((list.len + 1) * sizeof *pairs);
    for (size_t i = 0; i < list.len; i++) {
        pairs[i] = (ws_pair){ws_from_wit(list.ptr[i].f0), ws_from_wit(list.ptr[i].f1)};
    }
    pairs[list.len] = (ws_pair){NULL, NULL};
    return pairs;
}
