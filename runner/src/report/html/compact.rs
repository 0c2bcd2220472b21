//! What a page carries of a results file: all but the long lists of numbers, and those as short texts. `Embedded` in
//! `runner/ui/data/types.d.ts` is the same from the other side.

use super::code;
use base64::Engine as _;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Percentiles that a history has, in the order in which a page expects them.
const PERCENTILES: [&str; 6] = ["p50", "p90", "p95", "p99", "p999", "max"];

/// Columns of the run's own history.
const COLUMNS: [&str; 6] = ["at", "seconds", "requests", "failures", "dropped", "vus"];

/// From a results file to what its page carries.
pub(super) fn embedded(mut results: Value) -> Value {
    let series = take_list(&mut results, "series");
    let history = run_history(&take_list(&mut results, "history"));
    if let Some(warm_up) = results.get_mut("warm_up").and_then(Value::as_object_mut) {
        warm_up.retain(|name, _| name == "totals");
    }
    let mut axes = Vec::new();
    let mut requests = Vec::new();
    if let Some(rows) = results.get_mut("requests").and_then(Value::as_array_mut) {
        let mut seen = Distributions::by_request(&series);
        for row in rows {
            let points = take_list(row, "history");
            let times = seen.remove(&request_of(row, "scenario")).unwrap_or_default();
            requests.push(request(&points, times, &mut axes));
        }
    }
    let mut all = Distributions::default();
    series.iter().for_each(|series| all.add(series));
    let mut page = json!({"summary": results, "history": history, "axes": axes, "requests": requests});
    if let Some(page) = page.as_object_mut() {
        page.append(&mut all.into_fields());
    }
    page
}

/// Takes a list out; nothing where there is none, as in older files.
fn take_list(object: &mut Value, name: &str) -> Vec<Value> {
    match object.as_object_mut().and_then(|object| object.remove(name)) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The run's own history in columns, exact.
fn run_history(points: &[Value]) -> Value {
    let column = |of: &dyn Fn(&Value) -> Value| points.iter().map(of).collect::<Vec<_>>();
    let mut history = Map::new();
    for name in COLUMNS {
        history.insert(name.to_owned(), column(&|point| point[name].clone()).into());
    }
    let red = column(&|point| u8::from(point["red"] == true).into());
    history.insert("red".to_owned(), red.into());
    for kind in ["service", "response"] {
        history.insert(kind.to_owned(), percentiles(points, kind));
    }
    Value::Object(history)
}

/// Percentiles in columns; older files have three of the service time, beside everything else.
fn percentiles(points: &[Value], kind: &str) -> Value {
    let is_there = points.first().is_some_and(|point| point.get(kind).is_some());
    if !is_there && kind != "service" {
        return Value::Null;
    }
    let column = |name: &str| {
        let value = |point: &Value| {
            if is_there {
                point[kind][name].clone()
            } else {
                point[name].clone()
            }
        };
        points.iter().map(value).collect::<Vec<_>>()
    };
    let columns = PERCENTILES
        .iter()
        .map(|name| ((*name).to_owned(), column(name).into()));
    let known = columns.filter(|(_, column): &(String, Value)| column[0] != Value::Null);
    Value::Object(known.collect())
}

/// The history and the distributions of one row.
fn request(points: &[Value], times: Distributions, axes: &mut Vec<Value>) -> Value {
    let mut fields = times.into_fields();
    if !points.is_empty() {
        let counts = |name| code::running(points.iter().map(|point| point[name].as_u64().unwrap_or(0)));
        fields.insert("axis".to_owned(), axis(points, axes).into());
        fields.insert("requests".to_owned(), counts("requests").into());
        fields.insert("failures".to_owned(), counts("failures").into());
        let (service, response) = (coded(points, "service"), coded(points, "response"));
        if response != service {
            fields.insert("response".to_owned(), response.into());
        }
        fields.insert("service".to_owned(), service.into());
    }
    Value::Object(fields)
}

/// Most names have their points at the same moments, which are stored once.
fn axis(points: &[Value], axes: &mut Vec<Value>) -> usize {
    let column = |name| points.iter().map(|point| point[name].clone()).collect::<Vec<_>>();
    let axis = json!({"at": column("at"), "seconds": column("seconds")});
    axes.iter().position(|known| *known == axis).unwrap_or_else(|| {
        axes.push(axis);
        axes.len() - 1
    })
}

fn coded(points: &[Value], kind: &str) -> Vec<String> {
    let column = |name: &&str| {
        code::times(
            points
                .iter()
                .map(|point| point[kind][*name].as_u64().unwrap_or(0)),
        )
    };
    PERCENTILES.iter().map(column).collect()
}

/// Scenario, method and name.
type Request = (String, String, String);

fn request_of(row: &Value, scenario: &str) -> Request {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    (text(scenario), text("method"), text("name"))
}

/// All times of several series, by step, and how often each status came.
#[derive(Debug, Default)]
struct Distributions {
    service: BTreeMap<u64, u64>,
    response: BTreeMap<u64, u64>,
    statuses: BTreeMap<String, u64>,
}

impl Distributions {
    fn by_request(series: &[Value]) -> BTreeMap<Request, Distributions> {
        let mut all = BTreeMap::<_, Distributions>::new();
        for series in series {
            all.entry(request_of(series, "scenario_name"))
                .or_default()
                .add(series);
        }
        all
    }

    fn add(&mut self, series: &Value) {
        add_histogram(&mut self.service, &series["duration_histogram"]);
        add_histogram(&mut self.response, &series["response_histogram"]);
        for (status, count) in series["statuses"].as_object().into_iter().flatten() {
            *self.statuses.entry(status.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }

    fn into_fields(self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("statuses".to_owned(), json!(self.statuses));
        if self.response != self.service {
            fields.insert("response_times".to_owned(), pairs(&self.response).into());
        }
        fields.insert("service_times".to_owned(), pairs(&self.service).into());
        fields
    }
}

/// Adds a histogram in HdrHistogram's own format. What can't be read is left out of the chart: the figures are elsewhere.
fn add_histogram(steps: &mut BTreeMap<u64, u64>, encoded: &Value) {
    let text = encoded.as_str().unwrap_or_default();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap_or_default();
    let histogram: Option<Histogram<u64>> = Deserializer::new().deserialize(&mut bytes.as_slice()).ok();
    for value in histogram.iter().flat_map(|histogram| histogram.iter_recorded()) {
        *steps.entry(code::step(value.value_iterated_to())).or_default() += value.count_at_value();
    }
}

/// Step and count in turns, each step by its distance from the one before.
fn pairs(steps: &BTreeMap<u64, u64>) -> String {
    let mut last = 0;
    code::integers(steps.iter().flat_map(|(&step, &count)| {
        let distance = step - std::mem::replace(&mut last, step);
        [distance, count].map(|number| i64::try_from(number).unwrap_or(i64::MAX / 4))
    }))
}
