// One GET and a check.
#include <wasmswarm.hpp>

using namespace wasmswarm;

struct Get {
    void get() { check("status is 200", http::get("/").status() == 200); }
};

Plugin wasmswarm::describe() {
    return {.scenarios = {Scenario<Get>{.name = "Get", .tasks = {{.name = "get", .run = &Get::get}}}}};
}
