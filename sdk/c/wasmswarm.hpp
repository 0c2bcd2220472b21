// Write load scenarios for wasmswarm in C++20: this header is the whole SDK, over the one for C.
//
// Define `wasmswarm::Plugin wasmswarm::describe()`. An object of a scenario's class is one virtual
// user's memory; it begins anew if a task crashes.
//
// `std::string_view`s and JSON that functions here return last until the host's call (a task, a
// start, a setup) is over; make a `std::string` of what is to last longer. Compiled without
// exceptions: functions return what went wrong.
#ifndef WASMSWARM_HPP
#define WASMSWARM_HPP

#include "wasmswarm.h"

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace wasmswarm {

// --- Values ---

// Text to pass: a literal, a std::string or a std::string_view, which is copied if need be.
class Text {
public:
    constexpr Text() = default;
    constexpr Text(const char *text) : text_(text) {}
    Text(const std::string &text) : text_(text.c_str()) {}
    Text(std::string_view text);

    constexpr const char *c_str() const { return text_; }

private:
    const char *text_ = nullptr;
};

// A time: seconds as a number, or any duration of <chrono>.
class Seconds {
public:
    constexpr Seconds(double seconds) : value_(seconds) {}
    template <class Rep, class Period>
    constexpr Seconds(std::chrono::duration<Rep, Period> time)
        : value_(std::chrono::duration<double>(time).count()) {}

    constexpr double value() const { return value_; }

private:
    double value_;
};

// A header, a tag or a parameter.
struct Pair {
    Text name = {};
    Text value = {};
};
using Pairs = std::vector<Pair>;

// --- What tasks return ---

// How a task, a start or a setup ended, and what comes next.
class [[nodiscard]] Result {
public:
    // It went well, and the scenario's order picks the next task.
    Result() : c_(ws_ok()) {}

    // The same with this pause instead of the scenario's wait.
    Result after(Seconds pause) const { return Result(ws_after(pause.value(), c_)); }

    const ws_result &c() const { return c_; }

private:
    explicit Result(ws_result c) : c_(c) {}

    ws_result c_;

    friend Result fail(Text reason);
    friend Result next(Text task);
    friend Result end();
};

// It went well.
inline Result ok() { return Result(); }

// It failed: the iteration counts as failed with this text, and the VU goes on.
inline Result fail(Text reason) { return Result(ws_fail("%s", reason.c_str())); }

// This task of the same scenario is next.
inline Result next(Text task) { return Result(ws_next(task.c_str())); }

// This VU ends; it isn't replaced.
inline Result end() { return Result(ws_end()); }

// --- The plugin ---

// As a weight: never picked. A task runs only when `next` names it, a scenario doesn't run.
inline constexpr std::uint32_t never = 0;

enum class Order { random, sequential };

// The pause between two tasks. It is spent outside of the plugin.
using Wait = ws_wait;

// Always the same; evenly distributed; exponentially distributed with this mean.
inline Wait constant(Seconds pause) { return {WS_WAIT_CONSTANT, pause.value(), 0}; }
inline Wait between(Seconds least, Seconds most) {
    return {WS_WAIT_BETWEEN, least.value(), most.value()};
}
inline Wait exponential(Seconds mean) { return {WS_WAIT_EXPONENTIAL, mean.value(), 0}; }

// Tasks start at least this far apart; at most this many start per second and VU.
inline Wait pacing(Seconds apart) { return {WS_WAIT_PACING, apart.value(), 0}; }
inline Wait throughput(double per_second) { return {WS_WAIT_THROUGHPUT, per_second, 0}; }

// A member function or a lambda that takes the object; it returns Result or nothing.
template <class S> class Action {
public:
    Action() = default;
    template <class F>
        requires std::is_invocable_v<F, S &>
    Action(F function)
        : run_([function](S &self) -> Result {
              if constexpr (std::is_same_v<std::invoke_result_t<F, S &>, void>) {
                  std::invoke(function, self);
                  return ok();
              } else {
                  return std::invoke(function, self);
              }
          }) {}

    explicit operator bool() const { return bool(run_); }
    Result operator()(S &self) const { return run_ ? run_(self) : ok(); }

private:
    std::function<Result(S &)> run_;
};

// One step of a scenario.
template <class S> struct Task {
    std::string name = {};
    Action<S> run = {};
    std::uint32_t weight = 1;           // relative frequency, or repeats in sequential order
    std::vector<std::string> tags = {}; // "key=value" is also a tag on what the task records
};

// Once per run; what it puts into the string reaches the VUs.
using Setup = std::function<Result(std::string &data)>;
using Teardown = std::function<Result()>;

// One workload. An object of the class S is one VU's memory.
template <class S> struct Scenario {
    std::string name = {};
    std::uint32_t weight = 1;    // its share of the VUs
    std::uint32_t users = 0;     // exactly this many VUs instead of a share
    Order order = Order::random; // random: by weight, from the VU's seeded generator
    Wait wait = {};
    Setup setup = {};
    Action<S> start = {};
    Action<S> stop = {};
    Teardown teardown = {};
    std::vector<Task<S>> tasks = {};
};

namespace internal {

struct TaskInfo {
    std::string name;
    std::uint32_t weight;
    std::vector<std::string> tags;
};

// A scenario whose class is forgotten.
struct AnyScenario {
    std::string name;
    std::uint32_t weight;
    std::uint32_t users;
    Order order;
    Wait wait;
    Setup setup;
    Teardown teardown;
    std::vector<TaskInfo> tasks;
    std::function<Result()> start;
    std::function<Result()> stop;
    std::function<Result(std::uint32_t)> run;

    template <class S> AnyScenario(Scenario<S> scenario);
};

} // namespace internal

using Target = ws_target;

// How much load a shape asks for, until its next answer.
inline Target users(std::uint32_t count, double spawn_rate = 0) {
    return ws_target_users(count, spawn_rate);
}
inline Target rate_of(double iterations_per_second) {
    return ws_target_rate(iterations_per_second);
}
inline Target stop_run() { return ws_target_stop(); }

// What a plugin offers.
struct Plugin {
    std::string about = {};   // text for people
    std::string options = {}; // JSON: the run that the author suggests
    Setup setup = {};
    Teardown teardown = {};
    std::function<Target(double elapsed, std::uint32_t users)> shape = {}; // once a second
    std::vector<internal::AnyScenario> scenarios = {};
};

// Yours to define. It must not depend on time, randomness or parameters.
Plugin describe();

// What the setups left for this VU, or for a teardown.
std::string_view setup_data();
std::string_view scenario_data();

// --- JSON ---

// A value in JSON text, read where it lies. What isn't there is a Json too, and false.
class Json {
public:
    Json() = default;
    explicit Json(const char *text) : at_(ws_json(text, "")) {}

    explicit operator bool() const { return at_ != nullptr; }

    // The member of this key; the element of this index; what is at a path such as "items.0.id".
    Json operator[](Text key) const { return of(ws_json_member(at_, key.c_str())); }
    Json operator[](const char *key) const { return of(ws_json_member(at_, key)); }
    Json operator[](int index) const;
    Json at(Text path) const { return of(ws_json(at_, path.c_str())); }

    // NaN, nothing and false if it is something else.
    double number() const { return ws_json_number(at_, ""); }
    std::optional<std::string_view> text() const;
    bool is_true() const { return ws_json_true(at_, ""); }

    // How many elements or members, and the values of these.
    std::size_t size() const { return ws_json_count(at_, ""); }

    class Iterator {
    public:
        explicit Iterator(const char *at) : at_(at) {}
        Json operator*() const { return of(at_); }
        Iterator &operator++() {
            at_ = ws_json_after(at_);
            return *this;
        }
        bool operator==(const Iterator &) const = default;

    private:
        const char *at_;
    };
    Iterator begin() const { return Iterator(ws_json_first(at_)); }
    Iterator end() const { return Iterator(nullptr); }

private:
    static Json of(const char *at) {
        Json json;
        json.at_ = at;
        return json;
    }

    const char *at_ = nullptr;
};

// The text as a JSON string, quotes included.
inline std::string quote(Text text) { return ws_json_quote(text.c_str()); }

// --- HTTP ---

using Statuses = ws_statuses;

using Cookie = ws_cookie;

// Cookies for requests, as the host keeps, sends and stores them. URLs are those of requests. A
// `cookie` header of a request goes out together with the jar's cookies: its own first, and of the
// jar those that have another name.
class Jar {
public:
    // The VU's own.
    constexpr Jar() = default;

    // An empty one, for requests that name it; and none at all. Of a VU's jars, the 64 that were used
    // last have cookies.
    static Jar make() { return Jar(ws_new_jar()); }
    static constexpr Jar none() { return Jar(WS_NO_JAR); }

    // What a request to this URL carries, in that order; all, in the order in which they were set.
    std::vector<Cookie> matching(Text url) const { return list(ws_cookies(number_, url.c_str())); }
    std::vector<Cookie> all() const { return list(ws_all_cookies(number_)); }

    // The value of the first cookie of this name that a request to this URL carries.
    std::optional<std::string_view> get(Text url, Text name) const;

    // Takes in the text of a Set-Cookie header, as if this URL had answered with it; puts in a
    // cookie as it is. False if it is ignored there, or can't be sent.
    bool set(Text url, Text text) const { return ws_set_cookie(number_, url.c_str(), text.c_str()); }
    bool put(const Cookie &cookie) const { return ws_put_cookie(number_, &cookie); }

    // Removes those of this name that a request to this URL carries, and returns how many; all.
    std::uint32_t remove(Text url, Text name) const {
        return ws_delete_cookies(number_, url.c_str(), name.c_str());
    }
    void clear() const { ws_clear_cookies(number_); }

    constexpr std::uint64_t number() const { return number_; }

private:
    explicit constexpr Jar(std::uint64_t number) : number_(number) {}

    static std::vector<Cookie> list(const ws_cookie *cookies);

    std::uint64_t number_ = WS_OWN_JAR;
};

// A body that the host has and that many requests send: `http::share` once per VU, at its start.
// Where it wasn't taken it is false, and `error` and `reason` say why.
class SharedBody {
public:
    SharedBody() = default;
    explicit SharedBody(ws_shared_body c) : c_(c) {}

    explicit operator bool() const { return c_.handle != 0; }
    ws_http_error error() const { return c_.error; }
    std::string_view reason() const { return c_.reason; }
    std::uint64_t handle() const { return c_.handle; }

private:
    ws_shared_body c_ = {};
};

// A request beyond its method and URL. All members may be left out.
struct Options {
    Text name = {};             // groups requests: "/users/{id}" for "/users/17"
    Text json = {};             // a body, sent with the content type of JSON
    std::string_view body = {}; // any other body
    Pairs headers = {};
    Pairs tags = {};
    Seconds timeout = 0;                         // whole exchange; 0: the run's default
    std::optional<std::uint32_t> redirects = {}; // follow at most so many
    std::vector<Statuses> expected = {};         // none: 200 to 399
    bool discard = false;                        // leave headers and body on the host: cheapest
    Jar jar = {};                                // whose cookies it carries
    SharedBody shared = {};                      // instead of a body
};

using HttpError = ws_http_error;
using Timings = ws_timings;

// A completed exchange. Without a response `error()` says why, and there is nothing in it.
class Response {
public:
    std::uint16_t status() const { return c_->status; }
    bool ok() const { return c_->ok; }
    HttpError error() const { return c_->error; }
    std::string_view error_name() const { return ws_http_error_name(c_->error); }
    std::string_view reason() const { return c_->reason; }
    double duration() const { return c_->duration; }

    std::string_view body() const { return {ws_body(c_), ws_body_length(c_)}; }
    Json json() const { return Json(ws_body(c_)); }
    std::optional<std::string_view> header(Text name) const;
    std::vector<std::pair<std::string_view, std::string_view>> headers() const;
    Timings timings() const { return ws_get_timings(c_); }
    std::string_view remote_address() const { return ws_remote_address(c_); }
    std::string_view final_url() const { return ws_final_url(c_); }

    // Counts it as a success or as a failure with this message, whatever its status.
    void pass() const { ws_pass(c_); }
    void reject(Text message) const { ws_reject(c_, "%s", message.c_str()); }

    explicit Response(ws_response *c) : c_(c) {}

private:
    ws_response *c_;
};

namespace http {

// One of several requests.
struct Request {
    Text method = "GET";
    Text url = {};
    Options options = {};
};

Response send(Text method, Text url, const Options &options = {});

// Sends all at once, at most 64, and waits for all. The responses are in their order.
std::vector<Response> send_all(const std::vector<Request> &requests);

inline Response get(Text url, const Options &options = {}) { return send("GET", url, options); }
inline Response head(Text url, const Options &options = {}) { return send("HEAD", url, options); }
inline Response post(Text url, const Options &options = {}) { return send("POST", url, options); }
inline Response put(Text url, const Options &options = {}) { return send("PUT", url, options); }
inline Response patch(Text url, const Options &options = {}) { return send("PATCH", url, options); }
inline Response del(Text url, const Options &options = {}) { return send("DELETE", url, options); }

// Hands over a body that many requests send. Equal ones are kept once for the whole run. A VU can
// share 64; the different ones of a run have at most 256 MiB.
inline SharedBody share(std::string_view body) {
    return SharedBody(ws_share_body({body.data(), body.size()}));
}

// Percent-encodes text for a URL's query or path.
inline std::string url_encode(Text text) { return ws_url_encode(text.c_str()); }

} // namespace http

// --- Checks, metrics, log ---

// Counts one pass or failure under this name, stops nothing, and returns `passed`.
bool check(Text name, bool passed, const Pairs &tags = {});

// Values are added up; the last one counts; share of true; distribution.
void counter(Text name, double value = 1, const Pairs &tags = {});
void gauge(Text name, double value, const Pairs &tags = {});
void rate(Text name, bool value, const Pairs &tags = {});
void trend(Text name, double value, const Pairs &tags = {});

// Records an exchange in another protocol like a request; an error is text.
inline void record_request(Text protocol, Text name, Seconds duration, std::uint64_t received,
                           Text error = {}) {
    ws_record_request(protocol.c_str(), name.c_str(), duration.value(), received, error.c_str());
}

namespace log {

inline void debug(Text line) { ws_log(WS_DEBUG, "%s", line.c_str()); }
inline void info(Text line) { ws_log(WS_INFO, "%s", line.c_str()); }
inline void warn(Text line) { ws_log(WS_WARN, "%s", line.c_str()); }
inline void error(Text line) { ws_log(WS_ERROR, "%s", line.c_str()); }

} // namespace log

// --- The virtual user ---

namespace vu {

using Identity = ws_identity;

// Who is running.
inline Identity current() { return ws_current(); }
inline std::uint64_t id() { return ws_current().id; }
inline std::uint64_t iteration() { return ws_current().iteration; }

// Pauses inside a task; it counts as part of the task's time.
inline void sleep(Seconds time) { ws_sleep(time.value()); }

// Ends this VU after the running task; ends the whole run in an orderly way.
inline void stop() { ws_stop_vu(); }
inline void abort_run(Text reason) { ws_abort_run("%s", reason.c_str()); }

// Sets a tag on all that this VU records from now on; an empty value removes it.
inline void set_tag(Text key, Text value) { ws_set_tag(key.c_str(), value.c_str()); }

// Seconds since the run began.
inline double now() { return ws_now(); }

} // namespace vu

// As long as it lives, all that is recorded has the tag `group`.
class [[nodiscard]] Group {
public:
    explicit Group(Text name) { ws_enter_group(name.c_str()); }
    ~Group() { ws_leave_group(); }
    Group(const Group &) = delete;
    Group &operator=(const Group &) = delete;
};

namespace random {

// From the VU's own generator, which the run's seed determines. It also drives <random>'s
// distributions and std::shuffle.
struct Generator {
    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return UINT64_MAX; }
    result_type operator()() const { return ws_random(); }
};

inline std::uint64_t number() { return ws_random(); }

// Both ends included.
inline std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return ws_random_between(least, most);
}

inline bool chance(double probability) { return ws_chance(probability); }

// One of what isn't empty.
template <class Range> const auto &pick(const Range &items) {
    return *(std::begin(items) + between(0, std::size(items) - 1));
}

} // namespace random

// --- Parameters, data, and what all VUs share ---

// What the operator passed with -e NAME=value.
std::optional<std::string_view> param(Text name);

// All of them, sorted by name.
std::vector<std::pair<std::string_view, std::string_view>> params();

namespace data {

enum class Pick { sequential, shuffled, random, per_vu };
enum class AtEnd { wrap, stop };

// A row of a file passed with --data NAME=FILE; false, with an error, if there is none.
class Row {
public:
    explicit Row(ws_row c) : c_(c) {}
    explicit operator bool() const { return c_.error == WS_ROW_OK; }
    ws_row_error error() const { return c_.error; }

    // The value in this column.
    std::optional<std::string_view> operator[](Text column) const;
    std::vector<std::pair<std::string_view, std::string_view>> columns() const;

private:
    ws_row c_;
};

inline Row row(Text name, Pick pick = Pick::sequential, AtEnd at_end = AtEnd::wrap) {
    return Row(ws_data(name.c_str(), static_cast<ws_pick>(pick), static_cast<ws_at_end>(at_end)));
}
inline Row at(Text name, std::uint64_t index) { return Row(ws_data_at(name.c_str(), index)); }

// How many rows; none if the data set wasn't granted.
inline std::optional<std::uint64_t> count(Text name) {
    std::int64_t count = ws_data_count(name.c_str());
    return count < 0 ? std::nullopt : std::optional<std::uint64_t>(count);
}

} // namespace data

namespace shared {

using Error = ws_shared_error; // WS_SHARED_OK: it was taken

inline std::int64_t add(Text counter, std::int64_t delta) {
    return ws_shared_add(counter.c_str(), delta);
}
inline std::int64_t total(Text counter) { return ws_shared_total(counter.c_str()); }

// A queue: at its end, from its front, how many.
Error push(Text queue, std::string_view value);
std::optional<std::string_view> pop(Text queue);
inline std::uint64_t length(Text queue) { return ws_shared_length(queue.c_str()); }

// A key's value.
Error write(Text key, std::string_view value);
std::optional<std::string_view> read(Text key);
inline bool remove(Text key) { return ws_shared_remove(key.c_str()); }

// Set the value only if there is none, or only if it is the expected one; `done` says whether.
Error write_new(Text key, std::string_view value, bool &done);
Error compare_and_set(Text key, std::string_view expected, std::string_view value, bool &done);

} // namespace shared

// --- Implementation of templates ---

namespace internal {

template <class S>
AnyScenario::AnyScenario(Scenario<S> scenario)
    : name(std::move(scenario.name)), weight(scenario.weight), users(scenario.users),
      order(scenario.order), wait(scenario.wait), setup(std::move(scenario.setup)),
      teardown(std::move(scenario.teardown)) {
    // The one object of this instance: made when its VU starts, gone when it stops.
    static std::optional<S> self;
    std::vector<Action<S>> actions;
    for (Task<S> &task : scenario.tasks) {
        tasks.push_back({std::move(task.name), task.weight, std::move(task.tags)});
        actions.push_back(std::move(task.run));
    }
    start = [start = std::move(scenario.start)] { return start(self.emplace()); };
    stop = [stop = std::move(scenario.stop)] {
        Result result = stop(*self);
        self.reset();
        return result;
    };
    run = [actions = std::move(actions)](std::uint32_t task) { return actions[task](*self); };
}

} // namespace internal

} // namespace wasmswarm

#endif
