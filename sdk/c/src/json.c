/* Reads JSON where it lies. A value is known by the place in the text where it begins. */
#include "internal.h"

#include <math.h>
#include <stdlib.h>

static const char *skip_space(const char *at) {
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') {
        at++;
    }
    return at;
}

/* Behind the closing quote, or at the end of the text. */
static const char *skip_string(const char *at) {
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1]) {
            at++;
        }
    }
    return *at ? at + 1 : at;
}

/* Behind the bracket that belongs to the one here. */
static const char *skip_container(const char *at) {
    size_t depth = 0;
    while (*at) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            depth--;
        }
        at++;
        if (!depth) {
            break;
        }
    }
    return at;
}

static const char *skip_value(const char *at) {
    if (*at == '"') {
        return skip_string(at);
    }
    if (*at == '{' || *at == '[') {
        return skip_container(at);
    }
    while (*at && !strchr(",]} \n\t\r", *at)) {
        at++;
    }
    return at;
}

/* The value here, or NULL if there is none. */
static const char *value_at(const char *at) {
    at = skip_space(at);
    return *at && !strchr(",:]}", *at) ? at : NULL;
}

/* The value of the member whose key begins here. */
static const char *value_of_member(const char *key) {
    if (*key != '"') {
        return NULL;
    }
    const char *colon = skip_space(skip_string(key));
    return *colon == ':' ? value_at(colon + 1) : NULL;
}

/* What follows the comma after a value; NULL at the end of the array or object. */
static const char *behind_comma(const char *value) {
    const char *comma = skip_space(skip_value(value));
    return *comma == ',' ? value_at(comma + 1) : NULL;
}

/* The first key of an object, or NULL. */
static const char *first_key(const char *json) {
    const char *at = json ? skip_space(json) : "";
    return *at == '{' ? value_at(at + 1) : NULL;
}

/* --- Strings --- */

static int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static int32_t code_unit(const char *at) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

static char *put_utf8(char *to, uint32_t code) {
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    return to;
}

/* Half of a surrogate pair, and U+0000, which would end the string, become U+FFFD. */
static const char *take_unicode(const char *at, char **to) {
    int32_t unit = code_unit(at);
    if (unit < 0) {
        *to = put_utf8(*to, 0xFFFD);
        return at;
    }
    at += 4;
    uint32_t code = (uint32_t)unit;
    if (code >= 0xD800 && code < 0xDC00 && at[0] == '\\' && at[1] == 'u') {
        int32_t low = code_unit(at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            at += 6;
        }
    }
    bool alone = code >= 0xD800 && code < 0xE000;
    *to = put_utf8(*to, alone || !code ? 0xFFFD : code);
    return at;
}

/* What the escape whose backslash is before `at` stands for. */
static const char *take_escape(const char *at, char **to) {
    static const char names[] = "bfnrt";
    static const char bytes[] = "\b\f\n\r\t";
    if (*at == 'u') {
        return take_unicode(at + 1, to);
    }
    const char *name = strchr(names, *at);
    *(*to)++ = name && *at ? bytes[name - names] : *at;
    return *at ? at + 1 : at;
}

/* The text of the string that begins here. An escape is never shorter than what it stands for. */
static const char *unquote(const char *string) {
    const char *end = skip_string(string);
    char *text = ws_alloc((size_t)(end - string) + 1);
    char *to = text;
    const char *at = string + 1;
    while (*at && *at != '"') {
        if (*at == '\\') {
            at = take_escape(at + 1, &to);
        } else {
            *to++ = *at++;
        }
    }
    *to = 0;
    return text;
}

/* Whether the string here is this text. Only keys with escapes are copied. */
static bool is_text(const char *string, const char *text, size_t length) {
    size_t quoted = (size_t)(skip_string(string) - string);
    if (memchr(string, '\\', quoted)) {
        const char *own = unquote(string);
        return strlen(own) == length && memcmp(own, text, length) == 0;
    }
    return quoted == length + 2 && memcmp(string + 1, text, length) == 0;
}

const char *ws_json_quote(const char *text) {
    static const char digits[] = "0123456789abcdef";
    char *quoted = ws_alloc(6 * strlen(text) + 3);
    char *to = quoted;
    *to++ = '"';
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20) {
            memcpy(to, "\\u00", 4);
            to[4] = digits[byte >> 4];
            to[5] = digits[byte & 15];
            to += 6;
        } else {
            if (byte == '"' || byte == '\\') {
                *to++ = '\\';
            }
            *to++ = *text;
        }
    }
    *to++ = '"';
    *to = 0;
    return quoted;
}

/* --- Finding --- */

static const char *member(const char *json, const char *key, size_t length) {
    for (const char *at = first_key(json); at && *at == '"';) {
        const char *value = value_of_member(at);
        if (!value || is_text(at, key, length)) {
            return value;
        }
        at = behind_comma(value);
    }
    return NULL;
}

static const char *element(const char *json, const char *digits, size_t length) {
    size_t index = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9' || index > UINT32_MAX / 16) {
            return NULL;
        }
        index = index * 10 + (size_t)(digits[i] - '0');
    }
    const char *value = length ? ws_json_first(json) : NULL;
    while (value && index--) {
        value = behind_comma(value);
    }
    return value;
}

const char *ws_json(const char *json, const char *path) {
    const char *value = json ? value_at(json) : NULL;
    while (value && *path) {
        size_t length = strcspn(path, ".");
        value = *value == '[' ? element(value, path, length) : member(value, path, length);
        path += length;
        path += *path == '.';
    }
    return value;
}

const char *ws_json_member(const char *json, const char *key) {
    return member(json, key, strlen(key));
}

const char *ws_json_first(const char *json) {
    const char *at = json ? skip_space(json) : "";
    if (*at == '[') {
        return value_at(at + 1);
    }
    const char *key = first_key(json);
    return key ? value_of_member(key) : NULL;
}

const char *ws_json_after(const char *value) {
    const char *next = value ? behind_comma(value) : NULL;
    if (next && *next == '"') {
        const char *colon = skip_space(skip_string(next));
        return *colon == ':' ? value_at(colon + 1) : next;
    }
    return next;
}

size_t ws_json_count(const char *json, const char *path) {
    size_t count = 0;
    WS_JSON_EACH(item, ws_json(json, path)) { count++; }
    return count;
}

double ws_json_number(const char *json, const char *path) {
    const char *value = ws_json(json, path);
    bool is_number = value && (*value == '-' || (*value >= '0' && *value <= '9'));
    return is_number ? strtod(value, NULL) : NAN;
}

const char *ws_json_text(const char *json, const char *path) {
    const char *value = ws_json(json, path);
    return value && *value == '"' ? unquote(value) : NULL;
}

bool ws_json_true(const char *json, const char *path) {
    const char *value = ws_json(json, path);
    return value && skip_value(value) - value == 4 && memcmp(value, "true", 4) == 0;
}
