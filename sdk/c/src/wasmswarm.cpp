// What of the C++ header isn't inline, and its plugin as the table that the C side reads.
#include "../wasmswarm.hpp"

extern "C" {
const ws_plugin *ws_plugin_table(void);
extern std::uint32_t ws_running_scenario;
extern std::uint32_t ws_running_task;
}

namespace wasmswarm {
namespace {

std::string_view view(ws_bytes bytes) { return {bytes.data ? bytes.data : "", bytes.length}; }

std::optional<std::string_view> maybe(const char *text) {
    return text ? std::optional<std::string_view>(text) : std::nullopt;
}

std::optional<std::string_view> maybe(ws_bytes bytes) {
    return bytes.data ? std::optional<std::string_view>(view(bytes)) : std::nullopt;
}

ws_bytes bytes(std::string_view text) { return {text.data() ? text.data() : "", text.size()}; }

std::vector<std::pair<std::string_view, std::string_view>> views(const ws_pair *pairs) {
    std::vector<std::pair<std::string_view, std::string_view>> views;
    for (; pairs->name; pairs++) {
        views.emplace_back(pairs->name, pairs->value);
    }
    return views;
}

// The pairs as a list that ends with one without a name; NULL if there are none.
const ws_pair *list(const Pairs &pairs) {
    if (pairs.empty()) {
        return nullptr;
    }
    auto *list = static_cast<ws_pair *>(ws_alloc((pairs.size() + 1) * sizeof(ws_pair)));
    ws_pair *to = list;
    for (const Pair &pair : pairs) {
        *to++ = {pair.name.c_str(), pair.value.c_str()};
    }
    *to = {nullptr, nullptr};
    return list;
}

// --- The table ---

// The plugin and its table, which points into it. Its functions are all the same ones, which look
// up what is running.
class Table {
public:
    Table() : plugin_(describe()) {
        scenarios_.reserve(plugin_.scenarios.size() + 1);
        for (const internal::AnyScenario &scenario : plugin_.scenarios) {
            scenarios_.push_back(scenario_of(scenario));
        }
        scenarios_.push_back({});
        c_.about = plugin_.about.c_str();
        c_.options = plugin_.options.c_str();
        c_.setup = [](ws_bytes *data) { return set_up(get().plugin_.setup, data); };
        c_.teardown = [] { return tear_down(get().plugin_.teardown); };
        if (plugin_.shape) {
            c_.shape = [](double elapsed, std::uint32_t users) {
                return get().plugin_.shape(elapsed, users);
            };
        }
        c_.scenarios = scenarios_.data();
    }

    static Table &get() {
        static Table table;
        return table;
    }

    const ws_plugin *c() const { return &c_; }

private:
    static internal::AnyScenario &running() { return get().plugin_.scenarios[ws_running_scenario]; }

    static ws_result set_up(const Setup &setup, ws_bytes *data) {
        std::string made;
        Result result = setup ? setup(made) : ok();
        auto *copy = static_cast<char *>(ws_alloc(made.size()));
        made.copy(copy, made.size());
        *data = {copy, made.size()};
        return result.c();
    }

    static ws_result tear_down(const Teardown &teardown) {
        return (teardown ? teardown() : ok()).c();
    }

    static std::uint32_t weight_of(std::uint32_t weight) { return weight ? weight : WS_NEVER; }

    ws_scenario scenario_of(const internal::AnyScenario &scenario) {
        ws_scenario c = {};
        c.name = scenario.name.c_str();
        c.weight = weight_of(scenario.weight);
        c.users = scenario.users;
        c.order = static_cast<ws_order>(scenario.order);
        c.wait = scenario.wait;
        c.setup = [](ws_bytes *data) { return set_up(running().setup, data); };
        c.start = [] { return running().start().c(); };
        c.stop = [] { return running().stop().c(); };
        c.teardown = [] { return tear_down(running().teardown); };
        c.tasks = tasks_of(scenario);
        return c;
    }

    const ws_task *tasks_of(const internal::AnyScenario &scenario) {
        std::vector<ws_task> &tasks = tasks_.emplace_back();
        for (const internal::TaskInfo &task : scenario.tasks) {
            ws_task &c = tasks.emplace_back(ws_task{});
            c.name = task.name.c_str();
            c.weight = weight_of(task.weight);
            c.run = [] { return running().run(ws_running_task).c(); };
            for (std::size_t i = 0; i < task.tags.size() && i < WS_MAX_TAGS; i++) {
                c.tags[i] = task.tags[i].c_str();
            }
        }
        tasks.push_back({});
        return tasks.data();
    }

    Plugin plugin_;
    ws_plugin c_ = {};
    std::vector<ws_scenario> scenarios_;
    std::vector<std::vector<ws_task>> tasks_;
};

} // namespace

// --- Values ---

Text::Text(std::string_view text) {
    auto *copy = static_cast<char *>(ws_alloc(text.size() + 1));
    text.copy(copy, text.size());
    copy[text.size()] = 0;
    text_ = copy;
}

std::string_view setup_data() { return view(ws_setup_data()); }

std::string_view scenario_data() { return view(ws_scenario_data()); }

std::optional<std::string_view> Json::text() const { return maybe(ws_json_text(at_, "")); }

Json Json::operator[](int index) const {
    const char *value = ws_json_first(at_);
    while (value && index-- > 0) {
        value = ws_json_after(value);
    }
    return of(value);
}

// --- HTTP ---

namespace {

ws_request request_of(Text method, Text url, const Options &options) {
    ws_request request = {};
    request.method = method.c_str();
    request.url = url.c_str();
    request.name = options.name.c_str();
    request.json = options.json.c_str();
    request.body = options.body.empty() ? nullptr : options.body.data();
    request.body_length = options.body.size();
    request.more_headers = list(options.headers);
    request.timeout = options.timeout.value();
    if (options.redirects) {
        request.redirects =
            *options.redirects ? static_cast<std::int32_t>(*options.redirects) : WS_NO_REDIRECTS;
    }
    for (std::size_t i = 0; i < options.tags.size() && i < WS_MAX_TAGS; i++) {
        request.tags[i] = {options.tags[i].name.c_str(), options.tags[i].value.c_str()};
    }
    for (std::size_t i = 0; i < options.expected.size() && i < WS_MAX_EXPECTED; i++) {
        request.expected[i] = options.expected[i];
    }
    request.discard = options.discard;
    request.jar = options.jar.number();
    request.shared = options.shared.handle();
    return request;
}

} // namespace

Response http::send(Text method, Text url, const Options &options) {
    ws_request request = request_of(method, url, options);
    return Response(ws_send(&request));
}

std::vector<Response> http::send_all(const std::vector<Request> &requests) {
    std::vector<ws_request> sent;
    sent.reserve(requests.size());
    for (const Request &request : requests) {
        sent.push_back(request_of(request.method, request.url, request.options));
    }
    ws_response *received = ws_send_all(sent.data(), sent.size());
    std::vector<Response> responses;
    responses.reserve(sent.size());
    for (std::size_t i = 0; i < sent.size(); i++) {
        responses.emplace_back(&received[i]);
    }
    return responses;
}

std::vector<Cookie> Jar::list(const ws_cookie *cookies) {
    std::vector<Cookie> all;
    for (; cookies->name; cookies++) {
        all.push_back(*cookies);
    }
    return all;
}

std::optional<std::string_view> Jar::get(Text url, Text name) const {
    return maybe(ws_cookie_value(number_, url.c_str(), name.c_str()));
}

std::optional<std::string_view> Response::header(Text name) const {
    return maybe(ws_header(c_, name.c_str()));
}

std::vector<std::pair<std::string_view, std::string_view>> Response::headers() const {
    return views(ws_headers(c_));
}

// --- Checks and metrics ---

bool check(Text name, bool passed, const Pairs &tags) {
    return ws_check_tagged(name.c_str(), passed, list(tags));
}

void counter(Text name, double value, const Pairs &tags) {
    ws_metric(name.c_str(), WS_COUNTER, value, list(tags));
}

void gauge(Text name, double value, const Pairs &tags) {
    ws_metric(name.c_str(), WS_GAUGE, value, list(tags));
}

void rate(Text name, bool value, const Pairs &tags) {
    ws_metric(name.c_str(), WS_RATE, value, list(tags));
}

void trend(Text name, double value, const Pairs &tags) {
    ws_metric(name.c_str(), WS_TREND, value, list(tags));
}

// --- Parameters, data, and what all VUs share ---

std::optional<std::string_view> param(Text name) { return maybe(ws_param(name.c_str())); }

std::vector<std::pair<std::string_view, std::string_view>> params() { return views(ws_params()); }

std::optional<std::string_view> data::Row::operator[](Text column) const {
    return maybe(ws_column(c_, column.c_str()));
}

std::vector<std::pair<std::string_view, std::string_view>> data::Row::columns() const {
    return views(c_.columns);
}

shared::Error shared::push(Text queue, std::string_view value) {
    return ws_shared_push(queue.c_str(), bytes(value));
}

std::optional<std::string_view> shared::pop(Text queue) {
    return maybe(ws_shared_pop(queue.c_str()));
}

shared::Error shared::write(Text key, std::string_view value) {
    return ws_shared_write(key.c_str(), bytes(value));
}

std::optional<std::string_view> shared::read(Text key) {
    return maybe(ws_shared_read(key.c_str()));
}

shared::Error shared::write_new(Text key, std::string_view value, bool &done) {
    return ws_shared_write_new(key.c_str(), bytes(value), &done);
}

shared::Error shared::compare_and_set(Text key, std::string_view expected, std::string_view value,
                                      bool &done) {
    return ws_shared_compare_and_set(key.c_str(), bytes(expected), bytes(value), &done);
}

} // namespace wasmswarm

const ws_plugin *ws_plugin_table(void) { return wasmswarm::Table::get().c(); }
