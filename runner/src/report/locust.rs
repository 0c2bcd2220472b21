//! Locust's tables, column by column (those of Locust 2.47). Times are service times in milliseconds; percentiles are
//! exact to three significant digits, where Locust's are to two. `Average Content Size` is what came over the wire, head
//! included.

use super::cell::inert_cell;
use crate::metrics::{Distribution, SeriesTotals};
use crate::results::model::{RunResults, StoredSeries, decoded};
use std::collections::BTreeMap;

/// The percentiles that all tables have, and what their columns are called.
const PERCENTILES: [(f64, &str); 11] = [
    (0.5, "50%"),
    (0.66, "66%"),
    (0.75, "75%"),
    (0.8, "80%"),
    (0.9, "90%"),
    (0.95, "95%"),
    (0.98, "98%"),
    (0.99, "99%"),
    (0.999, "99.9%"),
    (0.9999, "99.99%"),
    (1.0, "100%"),
];

/// Columns of the history.
pub const HISTORY_COLUMNS: [&str; 24] = [
    "Timestamp",
    "User Count",
    "Type",
    "Name",
    "Requests/s",
    "Failures/s",
    PERCENTILES[0].1,
    PERCENTILES[1].1,
    PERCENTILES[2].1,
    PERCENTILES[3].1,
    PERCENTILES[4].1,
    PERCENTILES[5].1,
    PERCENTILES[6].1,
    PERCENTILES[7].1,
    PERCENTILES[8].1,
    PERCENTILES[9].1,
    PERCENTILES[10].1,
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
];

/// The columns of the requests before the percentiles.
const REQUEST_COLUMNS: [&str; 11] = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
    "Failures/s",
];

const FAILURE_COLUMNS: [&str; 6] = [
    "Method",
    "Name",
    "Error",
    "Occurrences",
    "First Seen",
    "Last Seen",
];

const EXCEPTION_COLUMNS: [&str; 4] = ["Count", "Message", "Traceback", "Nodes"];

/// What Locust calls all requests together.
const ALL: &str = "Aggregated";

/// What Locust writes where there is no number.
const UNKNOWN: &str = "N/A";

/// What a row of the history is about.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Its end, in seconds since 1970.
    pub time: u64,
    /// VUs at its end.
    pub users: u64,
    /// How long it was.
    pub seconds: f64,
}

/// `PREFIX_stats.csv`: requests by method and name, and all together.
///
/// # Errors
/// A histogram of the results can't be read, in words.
pub fn stats_table(results: &RunResults) -> Result<String, String> {
    let mut names: BTreeMap<(&str, &str), SeriesTotals> = BTreeMap::new();
    let mut all = SeriesTotals::default();
    for series in &results.series {
        let totals = totals(series)?;
        let key = &series.row.key;
        names.entry((&key.name, &key.method)).or_default().merge(&totals);
        all.merge(&totals);
    }
    let columns = PERCENTILES.iter().map(|(_, column)| *column);
    let mut rows = vec![texts(REQUEST_COLUMNS.into_iter().chain(columns))];
    for ((name, method), totals) in &names {
        rows.push(stats_row((method, name), totals, results.seconds));
    }
    rows.push(stats_row(("", ""), &all, results.seconds));
    written(rows)
}

/// `PREFIX_failures.csv`. Results don't say when a failure was seen first and last.
///
/// # Errors
/// Never, with what results hold.
pub fn failures_table(results: &RunResults) -> Result<String, String> {
    let mut rows = vec![texts(FAILURE_COLUMNS)];
    rows.extend(results.failures.iter().map(|row| {
        let key = &row.key;
        let error = match key.detail.as_str() {
            "" => key.message.clone(),
            detail => format!("{}: {detail}", key.message),
        };
        let count = row.count.to_string();
        let mut cells = texts([&key.method, &key.name, &error].map(String::as_str));
        cells.extend([count, String::new(), String::new()]);
        cells
    }));
    written(rows)
}

/// `PREFIX_exceptions.csv`: failed and trapped iterations by their message.
///
/// # Errors
/// Never, with what results hold.
pub fn exceptions_table(results: &RunResults) -> Result<String, String> {
    let mut rows = vec![texts(EXCEPTION_COLUMNS)];
    rows.extend(results.errors.iter().map(|row| {
        let place = format!("{}.{}", row.scenario, row.task);
        texts([row.count.to_string().as_str(), &row.message, &place, "local"])
    }));
    written(rows)
}

/// `PREFIX_stats_history.csv` of results that were stored: of all requests together, and as coarse as they are. What
/// they don't hold is `N/A`.
///
/// # Errors
/// Never, with what results hold.
pub fn stored_history_table(results: &RunResults) -> Result<String, String> {
    let began = humantime::parse_rfc3339(&results.started).map_err(|error| error.to_string())?;
    let began = began.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let (mut requests, mut failures) = (0_u64, 0_u64);
    let mut rows = vec![texts(HISTORY_COLUMNS)];
    for point in &results.history {
        requests += point.requests;
        failures += point.failures;
        let failure_rate = if point.seconds > 0.0 {
            point.failures as f64 / point.seconds
        } else {
            0.0
        };
        let mut row = vec![
            format!("{:.0}", (began.as_secs_f64() + point.at).floor()),
            point.vus.to_string(),
            String::new(),
            ALL.to_owned(),
            format!("{:.6}", point.rps),
            format!("{failure_rate:.6}"),
        ];
        let known = |column: &str| match column {
            "50%" => ms(point.p50),
            "95%" => ms(point.p95),
            "99%" => ms(point.p99),
            _ => UNKNOWN.to_owned(),
        };
        row.extend(PERCENTILES.iter().map(|(_, column)| known(column)));
        row.extend([requests.to_string(), failures.to_string()]);
        row.resize(HISTORY_COLUMNS.len(), UNKNOWN.to_owned());
        rows.push(row);
    }
    written(rows)
}

fn totals(series: &StoredSeries) -> Result<SeriesTotals, String> {
    let row = &series.row;
    let times = series.duration_histogram.as_deref();
    Ok(SeriesTotals {
        requests: row.requests,
        failures: i64::try_from(row.failures).unwrap_or(i64::MAX),
        bytes_received: row.bytes_received,
        duration: match times {
            Some(text) => decoded(text, &row.duration)?,
            None => Distribution::default(),
        },
        ..SeriesTotals::default()
    })
}

fn stats_row((method, name): (&str, &str), totals: &SeriesTotals, seconds: f64) -> Vec<String> {
    let rate = |count: u64| {
        let rate = if seconds > 0.0 {
            count as f64 / seconds
        } else {
            0.0
        };
        rate.to_string()
    };
    let mut row: Vec<_> = named(method, name).into();
    row.extend([totals.requests.to_string(), totals.failed().to_string()]);
    row.extend(figures(totals));
    row.extend([rate(totals.requests), rate(totals.failed())]);
    row.extend(percentiles(&totals.duration));
    row
}

fn texts<'a>(cells: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    cells
        .into_iter()
        .map(|cell| inert_cell(cell).into_owned())
        .collect()
}

fn written(rows: Vec<Vec<String>>) -> Result<String, String> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// A row of the history: the requests of a second, and those so far. Without method and name it is about all requests.
pub fn history_row(
    moment: &Moment,
    (method, name): (&str, &str),
    second: &SeriesTotals,
    all: &SeriesTotals,
) -> Vec<String> {
    let rate = |count: u64| {
        let rate = if moment.seconds > 0.0 {
            count as f64 / moment.seconds
        } else {
            0.0
        };
        format!("{rate:.6}")
    };
    let mut row = vec![moment.time.to_string(), moment.users.to_string()];
    row.extend(named(method, name));
    row.extend([rate(second.requests), rate(second.failed())]);
    row.extend(percentiles(&second.duration));
    row.extend([all.requests.to_string(), all.failed().to_string()]);
    row.extend(figures(all));
    row
}

/// Type and name.
fn named(method: &str, name: &str) -> [String; 2] {
    let name = if (method, name) == ("", "") { ALL } else { name };
    [inert_cell(method).into_owned(), inert_cell(name).into_owned()]
}

/// Median, average, smallest and largest time, and the average size.
fn figures(all: &SeriesTotals) -> [String; 5] {
    let times = &all.duration;
    let size = all.bytes_received as f64 / all.requests.max(1) as f64;
    [
        ms(times.quantile(0.5)),
        (times.mean() / 1_000.0).to_string(),
        ms(times.min()),
        ms(times.max()),
        size.to_string(),
    ]
}

fn percentiles(times: &Distribution<u64>) -> Vec<String> {
    if times.is_empty() {
        return vec![UNKNOWN.to_owned(); PERCENTILES.len()];
    }
    let values = times.quantiles(PERCENTILES.map(|(quantile, _)| quantile));
    values.into_iter().map(ms).collect()
}

fn ms(us: u64) -> String {
    (us as f64 / 1_000.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let records = reader.records().map(Result::unwrap);
        records
            .map(|record| record.iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn requests_of_all_series_add_up_in_the_last_row() {
        let rows = rows(&stats_table(&sample::results()).unwrap());
        assert_eq!(
            (rows[0].len(), rows[0][11].as_str(), rows[0][21].as_str()),
            (22, "50%", "100%")
        );
        let last = rows.last().unwrap();
        assert_eq!(last[..4], ["", "Aggregated", "100", "3"].map(str::to_owned));
        assert_eq!((last[7].as_str(), last[21].as_str()), ("1.99", "1.99"));
        let sum: u64 = rows[1..rows.len() - 1]
            .iter()
            .map(|row| row[2].parse::<u64>().unwrap())
            .sum();
        assert_eq!(sum, 100);
    }

    #[test]
    fn the_other_tables_have_locusts_columns() {
        let results = sample::results();
        let failures = rows(&failures_table(&results).unwrap());
        assert_eq!(failures[0], FAILURE_COLUMNS);
        assert_eq!(failures[1][2..4], ["status 404", "1"].map(str::to_owned));
        assert_eq!(rows(&exceptions_table(&results).unwrap())[0], EXCEPTION_COLUMNS);
        let history = rows(&stored_history_table(&results).unwrap());
        assert!(history.iter().all(|row| row.len() == HISTORY_COLUMNS.len()));
        assert_eq!(history.last().unwrap()[17], "100");
    }
}
