/* How the engine counts references; `compile` puts this in the place of the engine's own macro.

   What a script's top level made is shared by all virtual users, until one writes to it: then that
   user gets a copy of the page. Counting a reference is such a write. So in a run, what was there
   before isn't counted, and never freed. */

static bool is_run;

/* Where a reference to a block is counted. The engine's header lies before the block, and before that
   the header of src/memory.rs: `capacity` (4 bytes), `of_run` (1 byte, 3 unused). */
static inline int *count_of(JSMallocBlockHeader *header)
{
    static int uncounted;
    const uint8_t *of_run = (const uint8_t *)header - 4;

    if (*of_run < is_run) {
        uncounted = 1 << 30; /* as if others had it too; never 0, however often it is given back */
        return &uncounted;
    }
    return &header->ref_count;
}

#define JS_REF_COUNT(p) (*count_of(js_rc(p)))

void wasmswarm_begin_run(JSRuntime *rt);

/* From here on, what there is isn't counted. Nor does the collector of cycles see it: what it refers
   to stays counted, and so in use. Its list is closed without the head, as a shape that grows is taken
   out of the list that it is in. */
void wasmswarm_begin_run(JSRuntime *rt)
{
    list_del(&rt->gc_obj_list);
    init_list_head(&rt->gc_obj_list);
    is_run = true;
}
