"""The results as one Markdown page. Every figure comes from this run; nothing is kept."""

import datetime
import os
import platform
import resource
import statistics

import measure
import server

NONE = "not measured"
OURS, FULL = "wasmswarm status", "wasmswarm full"

# (ours, peer, at most): CPU per request, ours divided by the peer's.
RATIOS = [
    (OURS, "wrk", 1.5), (FULL, "wrk", 1.9), (OURS, "oha", 1.1), (OURS, "Goose", 0.5), (OURS, "k6", 0.18),
    (OURS, "Locust HttpUser", 0.04), (OURS, "Locust FastHttpUser", 0.15),
]


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def cell(value, form):
    return NONE if value is None else form.format(value)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cost(windows):
    return median([measure.per_request(w) for w in windows if w])


def ratio(results, ours, peer, key="closed"):
    """Median over the rounds of ours divided by the peer's in the same round."""
    pairs = zip(results[key].get(ours, []), results[key].get(peer, []), strict=False)
    return median([measure.per_request(a) / measure.per_request(b) for a, b in pairs if a and b])


def page(results, tools, options, command):
    parts = [
        "# Benchmarks\n",
        f"Written by `{command}` on {datetime.date.today().isoformat()}. {machine()}\n",
        method(options),
        "## Figures to reach\n", goals(results),
        "## CPU per request\n", closed(results, tools),
        "## Many active VUs\n", active(results),
        "## Memory per VU\n", memory(results),
        "## Starting\n", starting(results),
        "## Not measured, and notes\n", gaps(results, tools),
    ]
    return "\n".join(parts)


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "?")
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    ports = open("/proc/sys/net/ipv4/ip_local_port_range").read().split()
    maps = open("/proc/sys/vm/max_map_count").read().strip()
    return (f"Machine: {os.cpu_count()} cores of {model}, {gib:.0f} GiB, Linux {platform.release().split('-')[0]}; "
            f"limits: {files} open files, ports {ports[0]}-{ports[1]}, {maps} memory maps per process.")


def method(options):
    return (
        f"Every generator does the same work: GET with keep-alive, a 5-byte body, no think time, {options.vus} VUs, "
        "on core 0; nginx (one worker, no log) and the harness are on core 1. "
        f"{options.rounds} rounds of {options.seconds} s, all generators in turn in each round, medians; "
        "a ratio is the median of the rounds' own ratios. "
        "CPU is user + system time of the generator's whole process group in a steady window, divided by the requests "
        "that nginx counted in it; where the system lets it, both run before anything else on the machine. Differences below a tenth mean nothing. `status` looks at the status only, `full` "
        "takes headers and body into the guest.\n")


def closed(results, tools):
    rows = []
    for name, windows in results["closed"].items():
        good = [w for w in windows if w]
        rows.append([
            name, tools[name].version(), cell(cost(windows), "{:.1f}"),
            cell(median([w.user * 1e6 / w.requests for w in good]), "{:.1f}"),
            cell(median([w.system * 1e6 / w.requests for w in good]), "{:.1f}"),
            cell(median([measure.rate(w) for w in good]), "{:,.0f}"),
            cell(median([w.peak / 1e6 for w in good]), "{:.0f}"),
            cell(median([w.neighbours * 100 for w in good]), "{:.0f} %"),
        ])
    head = ["generator", "version", "CPU µs/request", "user", "system", "requests/s", "peak MB", "other work on its core"]
    return table(head, rows) + f"\nServer: nginx {server.nginx_version()}.\n"


def active(results):
    rows = []
    for name in results["active"]:
        few, many = cost(results["closed"].get(name, [])), cost(results["active"][name])
        grown = ratio({"pair": {"a": results["active"][name], "b": results["closed"].get(name, [])}}, "a", "b", "pair")
        rows.append([name, cell(few, "{:.1f}"), cell(many, "{:.1f}"), cell(grown, "{:.2f}x")])
    return table(["generator", "µs/request, 50 VUs", "1,000 VUs", "ratio"], rows)


def per_vu(results, name, vus):
    steps = results["idle"].get(name, {})
    one, many = steps.get(1), steps.get(vus)
    return (many.rss - one.rss) / (vus - 1) / 1e3 if one and many else None


def memory(results):
    sizes = sorted({vus for steps in results["idle"].values() for vus in steps if vus > 1})
    rows = []
    for name, steps in results["idle"].items():
        row = [name.removesuffix(" status"), cell(steps[1].rss / 1e6 if steps.get(1) else None, "{:.0f}")]
        for vus in sizes:
            row.append(step_cell(steps.get(vus), per_vu(results, name, vus), vus))
        rows.append(row)
    head = ["generator", "MB with 1 VU", *[f"KB per VU, {vus:,} VUs" for vus in sizes]]
    note = ("\nResident memory over that of one VU, each VU making one request per second on its own connection. "
            "`reached` tells that a generator made less than nine tenths of the planned requests, or had fewer "
            "connections than VUs.\n")
    return table(head, rows) + note


def step_cell(window, size, vus):
    if window is None or size is None:
        return NONE
    short = measure.rate(window) < 0.9 * vus or window.connections < 0.99 * vus
    reached = f" (reached {measure.rate(window):,.0f}/s, {window.connections:,} connections)" if short else ""
    return f"{size:.1f}{reached}"


def starting(results):
    rows = [[name, cell(median(times), "{:.3f}"), cell(min(t for t in times if t) if any(times) else None, "{:.3f}")]
            for name, times in results["start_up"].items()]
    text = table(["generator", "start to first request, s (median)", "best"], rows)
    for kind, value in results["start_cpu"].items():
        text += f"\n{kind}: {cell(value, '{:.2f} s CPU')}.\n"
    return text


def goals(results):
    rows = [goal(f"{ours.replace('wasmswarm ', '')}: CPU per request against {peer}", most, ratio(results, ours, peer), "{:.3g}x")
            for ours, peer, most in RATIOS]
    grown = ratio({"pair": {"a": results["active"].get(OURS, []), "b": results["closed"].get(OURS, [])}}, "a", "b", "pair")
    rows.append(goal("status: CPU per request, 1,000 active VUs against 50", 1.6, grown, "{:.2f}x"))
    for vus in (1_000, 10_000):
        rows.append(goal(f"memory per idle VU at {vus:,} VUs", 75, per_vu(results, OURS, vus), "{:.1f} KB"))
    big = results["idle"].get(OURS, {}).get(10_000)
    rows.append(goal("10,000 VUs at 1 request/s: share of the planned rate", 99.5,
                     measure.rate(big) / 100 if big else None, "{:.2f} %", least=True))
    rows.append(goal("10,000 VUs at 1 request/s: share of a core", 50,
                     (big.user + big.system) / big.seconds * 100 if big else None, "{:.1f} %"))
    rows.append(goal("10,000 VUs started", 1.5, results["start_cpu"].get("10,000 idle VUs"), "{:.2f} s CPU"))
    started = median(results["start_up"].get(OURS, []))
    rows.append(goal("start of the process to the first request", 150, started and started * 1e3, "{:.0f} ms"))
    rows.append(goal("recording, as a share of a request", 3, results.get("recording"), "{:.1f} %"))
    return table(["figure", "goal", "measured", "verdict"], rows)


def goal(name, bound, value, form, least=False):
    sign = "≥" if least else "≤"
    met = value is not None and (value >= bound if least else value <= bound)
    verdict = NONE if value is None else "met" if met else "**missed**"
    unit = form.partition("}")[2].strip()
    return [name, f"{sign} {bound}{' ' if unit not in ('', 'x') else ''}{unit}", cell(value, form), verdict]


def gaps(results, tools):
    lines = [f"- {name}: not installed, not measured." for name, tool in tools.items() if tool.path is None]
    lines += [f"- {name}: {why}" for name, why in results["failed"]]
    if os.environ.get("K6"):
        lines.append("- k6 is the binary that `K6=…` named" + os.environ.get("K6_NOTE", "") + ".")
    lines.append("- oha in the memory table: it has no think time per connection.")
    return "\n".join(lines) + "\n"
