//! `--out prometheus-rw=URL`: pushes everything since the beginning to a server that takes remote write 1.0, every few
//! seconds. What one push can't deliver, the next one does: only the points in between are lost.

use super::names::{Exposed, ExposedValue, expose};
use super::wire::{LabelPair, TimeSeries, WireHistogram, WireSample, WriteRequest, labels};
use crate::plan::Plan;
use crate::results::output::k6::TagPairs;
use crate::results::output::push::{
    Losses, PushError, Pusher, Rhythm, Variables, address, headers_of, interval,
};
use crate::results::output::registry::{Keep, Registry, TimeUnit};
use crate::results::tally::{Output, Update};
use prost::Message as _;
use reqwest::Url;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where Prometheus takes it, on this machine.
const HERE: &str = "http://localhost:9090/api/v1/write";

/// How often k6 pushes.
const EVERY: Duration = Duration::from_secs(5);

/// Series in one request: some megabytes at most.
const AT_ONCE: usize = 5_000;

/// Pushes to a server.
#[derive(Debug)]
pub(in super::super) struct RemoteWrite {
    registry: Registry,
    pusher: Pusher,
    rhythm: Rhythm,
    losses: Losses,
    /// Of the last push, in milliseconds: no later one may have the same.
    last: i64,
}

impl RemoteWrite {
    /// Pushes there, or where k6's variables say.
    ///
    /// # Errors
    /// What is wrong with the address or a variable.
    pub(in super::super) fn open(
        target: Option<&str>,
        variables: Variables<'_>,
    ) -> Result<RemoteWrite, String> {
        let variable = |name: &str| variables(&format!("K6_PROMETHEUS_RW_{name}"));
        let text = target.map(str::to_owned).or_else(|| variable("SERVER_URL"));
        let mut url = address(text.as_deref().unwrap_or(HERE))?;
        if url.path() == "/" {
            url.set_path("/api/v1/write");
        }
        authenticate(&mut url, variable("USERNAME"), variable("PASSWORD"));
        let mut headers = variable("HTTP_HEADERS").map_or_else(Vec::new, |text| headers_of(&text));
        if let Some(token) = variable("BEARER_TOKEN") {
            crate::secret::learn_named("token", &token);
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        let every = match variable("PUSH_INTERVAL") {
            Some(text) => interval(&text).ok_or_else(|| {
                format!("K6_PROMETHEUS_RW_PUSH_INTERVAL is {text:?}, which is no time such as 5s")
            })?,
            None => EVERY,
        };
        Ok(RemoteWrite {
            registry: Registry::new(Keep::Totals(TimeUnit::Seconds)),
            pusher: Pusher::new(url, &headers)?,
            rhythm: Rhythm::new(every),
            losses: Losses::default(),
            last: 0,
        })
    }

    fn push(&mut self) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        self.last = now.max(self.last + 1);
        let result = self.send();
        self.rhythm.sent(&result, &mut self.losses);
        self.losses.note(&result);
    }

    fn send(&self) -> Result<(), PushError> {
        let all = expose(&self.registry);
        let series: Vec<_> = all
            .iter()
            .flat_map(|exposed| time_series(exposed, self.last))
            .collect();
        let mut rest = series;
        while !rest.is_empty() {
            let after = rest.split_off(rest.len().min(AT_ONCE));
            self.post(&WriteRequest { timeseries: rest })?;
            rest = after;
        }
        Ok(())
    }

    fn post(&self, request: &WriteRequest) -> Result<(), PushError> {
        let packed = snap::raw::Encoder::new()
            .compress_vec(&request.encode_to_vec())
            .map_err(|error| PushError::passing(error.to_string()))?;
        let headers = [
            ("content-type", "application/x-protobuf"),
            ("content-encoding", "snappy"),
            ("x-prometheus-remote-write-version", "0.1.0"),
        ];
        self.pusher.post(&headers, packed)
    }
}

impl Output for RemoteWrite {
    fn name(&self) -> String {
        "prometheus-rw".to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        self.registry.begin(plan);
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.registry.absorb(update);
        if self.rhythm.is_due() {
            self.push();
        }
        Ok(())
    }

    fn lost(&self) -> u64 {
        self.losses.seconds
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.registry.absorb(last);
        self.push();
        self.losses.verdict()
    }
}

/// Whoever the variables name, unless the address names somebody.
pub(in crate::results::output) fn authenticate(
    url: &mut Url,
    user: Option<String>,
    password: Option<String>,
) {
    if let Some(password) = &password {
        crate::secret::learn_named("password", password);
    }
    if url.username().is_empty()
        && let Some(user) = user
    {
        // These fail only for addresses without a host, which were refused.
        let _ = url.set_username(&user);
        let _ = url.set_password(password.as_deref());
    }
}

fn time_series(exposed: &Exposed<'_>, timestamp: i64) -> Vec<TimeSeries> {
    let series = |(pairs, value): &(TagPairs, ExposedValue<'_>)| {
        let mut all = vec![LabelPair {
            name: "__name__".to_owned(),
            value: exposed.name.clone(),
        }];
        all.extend(labels(pairs));
        // The protocol wants them in this order.
        all.sort_by(|a, b| a.name.cmp(&b.name));
        match *value {
            ExposedValue::Number(value) => TimeSeries {
                labels: all,
                samples: vec![WireSample { value, timestamp }],
                histograms: Vec::new(),
            },
            ExposedValue::Histogram(histogram) => TimeSeries {
                labels: all,
                samples: Vec::new(),
                histograms: vec![WireHistogram::new(histogram, timestamp)],
            },
        }
    };
    exposed.series.iter().map(series).collect()
}
