/* Where the table of a plugin in C is. C++ defines the same function, and then this one is left out. */
#include "internal.h"

__attribute__((weak)) const ws_plugin *ws_plugin_table(void) {
    return &plugin;
}
