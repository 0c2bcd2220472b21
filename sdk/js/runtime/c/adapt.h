/* Included before the engine's own code: changes what the engine's own switches don't offer.

   The depth of the stack. QuickJS switches its limit off where it sees WASI, so that endless
   recursion would be a trap instead of a script's error. The rest of what it does for WASI it also
   does for EMSCRIPTEN, which rquickjs defines. The headers that need to know that this is WASI come
   first. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* The structs that src/clock.rs fills in the C library's place; it asserts the same of its own. */
_Static_assert(sizeof(time_t) == 8, "seconds are 64 bits wide");
_Static_assert(sizeof(struct timeval) == 16 && offsetof(struct timeval, tv_usec) == 8, "timeval");
_Static_assert(sizeof(((struct timeval *)0)->tv_usec) == 8, "microseconds are 64 bits wide");
_Static_assert(sizeof(struct timespec) == 16 && offsetof(struct timespec, tv_nsec) == 8, "timespec");
_Static_assert(sizeof(((struct timespec *)0)->tv_nsec) == 4, "nanoseconds are 32 bits wide");

#undef __wasi__
/* For malloc_usable_size(). */
#define __linux__ 1

/* The memory. Otherwise the engine keeps objects of each size on pages of their own. But what counts
   here is how few pages are written to; src/memory.rs sees to that, if it is asked for each object. */
#define __SANITIZE_ADDRESS__ 1
