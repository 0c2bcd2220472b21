/* Where the table of a plugin in C is. C++ has a function of the same name, and that one wins. */
#include "internal.h"

__attribute__((weak)) const ws_plugin *ws_plugin_table(void) { return &plugin; }
