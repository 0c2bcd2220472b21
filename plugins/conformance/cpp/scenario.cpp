// The scenario of every language, in C++.
#include <wasmswarm.hpp>

#include <cassert>
#include <cmath>
#include <cstdlib>
#include <set>

using namespace wasmswarm;

static Result setup(std::string &data) {
    data = "from setup";
    return ok();
}

static Result teardown() {
    return shared::total("starts") > 0 ? ok() : fail("no VU ever started");
}

// The item in the row of this iteration.
static std::string own_item() { return std::string(data::row("items")["item"].value_or("none")); }

struct Shopper {
    Result log_in() {
        check("setup data arrives", setup_data().find("from setup") != std::string_view::npos);
        shared::add("starts", 1);
        auto login = http::post(
            "/login", {.json = R"({"user": "shopper-)" + std::to_string(vu::id()) +
                               R"(", "password": "secret"})"});
        auto token = login.json()["token"].text().value_or("");
        check("logged in", login.status() == 200 && !token.empty());
        return ok();
    }

    void browse() {
        auto item = own_item();
        auto page = http::get("/items/" + item, {.name = "/items/{id}"});
        check("item is the one asked for", page.json()["id"].number() == std::atof(item.c_str()));
    }

    void cart() {
        auto item = own_item();
        Group group("purchase");
        auto added = http::post("/cart", {.json = R"({"item": )" + item + R"(, "quantity": 2})"});
        double total = added.json()["total_cents"].number();
        check("cart has a total", added.status() == 201 && total > 0);
        trend("cart_value", total / 100);
        counter("carts");
    }

    void wrong_body() {
        auto note = http::get("/api/notes/1?broken=1", {.name = "broken note"});
        if (auto error = note.json()["error"].text()) {
            note.reject(*error);
        }
    }

    void parallel() {
        auto all = http::send_all({
            {.url = "/bytes/10", .options = {.name = "/bytes/{n}"}},
            {.url = "/bytes/20", .options = {.name = "/bytes/{n}"}},
            {.url = "/status/404", .options = {.expected = {{404, 404}}}},
        });
        check("sizes are right", all[0].body().size() == 10 && all[1].body().size() == 20 &&
                                     all[2].status() == 404);
    }

    void redirects() {
        auto end = http::get("/redirect/2", {.name = "redirect"});
        check("redirects end", end.status() == 200 && end.json()["redirects"].text() == "done");
        auto first = http::get("/redirect/1", {.name = "redirect", .redirects = 0});
        check("redirect is seen",
              first.status() == 302 && first.header("location") == "/redirect/0");
    }

    Result fails() { return fail("on purpose"); }
};

struct Once {
    Result hello() {
        check("parameter arrives", param("greeting") == "hello", {{"part", "params"}});
        gauge("level", 7);
        rate("odd", vu::iteration() % 2 == 1);
        log::info("hello from C++");
        bool more = param("surroundings") == "yes";
        return next(more ? "surroundings" : "goodbye").after(std::chrono::milliseconds(1));
    }

    void surroundings() {
        std::set<std::uint64_t> drawn;
        for (int i = 0; i < 50; i++) {
            drawn.insert(random::number());
        }
        check("random numbers differ", drawn.size() == 50);
        clocks();
        jars();
        auto refused = http::get("http://127.0.0.9:1/");
        check("the reason is said", refused.reason().find("127.0.0.9") != std::string_view::npos);
        auto body = http::share(std::string(50'000, 'x'));
        for (int i = 0; i < 2; i++) {
            http::post("/upload", {.shared = body});
        }
        shared::add("starts", 1);
    }

    void clocks() {
        using namespace std::chrono;
        double server = http::get("clock").json()["ms"].number() / 1e3;
        double wall = duration<double>(system_clock::now().time_since_epoch()).count();
        check("the wall clock is right", std::abs(wall - server) < 5);
        auto own = steady_clock::now();
        double run = vu::now();
        vu::sleep(0.03);
        run = vu::now() - run;
        double passed = duration<double>(steady_clock::now() - own).count();
        check("clocks agree", run >= 0.03 && passed + 0.001 >= run && passed < run + 5);
    }

    void jars() {
        http::get("/set");
        Jar own;
        std::string seen;
        for (const Cookie &cookie : own.matching("/deep/x")) {
            seen += std::string(cookie.name) + "=" + cookie.value + ";";
        }
        check("cookies are read in order", seen == "b=2;a=1;");
        own.set("/", "c=3; Path=/base");
        own.remove("/", "a");
        http::get("/deep/x");
        Jar jar = Jar::make();
        jar.set("/", "j=4; Path=/base");
        http::get("/deep/x", {.jar = jar});
        http::get("/deep/x", {.jar = Jar::none()});
    }

    void goodbye() {
        auto how = param("abort");
        if (how == "yes") {
            vu::abort_run("asked to");
        }
        assert(how != "panic" && "crash on purpose");
    }
};

Plugin wasmswarm::describe() {
    return {
        .about = "conformance in C++",
        .options = R"({"users": 4})",
        .setup = setup,
        .teardown = teardown,
        .scenarios = {
            Scenario<Shopper>{
                .name = "Shopper",
                .weight = 3,
                .start = &Shopper::log_in,
                .tasks = {
                    {.name = "browse", .run = &Shopper::browse, .weight = 4, .tags = {"kind=read"}},
                    {.name = "cart", .run = &Shopper::cart, .weight = 2, .tags = {"kind=write"}},
                    {.name = "wrong_body", .run = &Shopper::wrong_body},
                    {.name = "parallel", .run = &Shopper::parallel},
                    {.name = "redirects", .run = &Shopper::redirects},
                    {.name = "fails", .run = &Shopper::fails},
                },
            },
            Scenario<Once>{
                .name = "Once",
                .users = 1,
                .order = Order::sequential,
                .tasks = {
                    {.name = "hello", .run = &Once::hello},
                    {.name = "goodbye", .run = &Once::goodbye},
                    {.name = "surroundings", .run = &Once::surroundings, .weight = never},
                },
            },
        },
    };
}
