//! What has a limit: names and tags never keep a request from being sent, and a body that is too large is refused in
//! words that name the option.

use crate::support::cli::{Ran, run_plugin};
use crate::support::recorder::Recorder;
use crate::support::summary::Summary;
use crate::support::together;

/// Runs a script once against the server.
fn once(script: &str, server: &Recorder, path: &str, more: &[&str]) -> (Ran, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.js");
    std::fs::write(&file, script).unwrap();
    let host = format!("{}{path}", server.url());
    let mut arguments = vec!["--host", &host, "-i", "1"];
    arguments.extend(more);
    run_plugin(&file, &arguments)
}

#[test]
fn names_and_tags_never_keep_a_request_from_being_sent() {
    let _machine = together();
    let server = Recorder::start();
    let script = r#"
        import http from 'k6/http';
        import { check } from 'k6';
        import { Counter } from 'k6/metrics';
        const long = 'ö'.repeat(150);
        const many = Object.fromEntries([...Array(30).keys()].map((i) => ['k' + i, 'v']));
        const seen = new Counter('seen');
        export default function () {
            http.get('/plain', { tags: { team: 'a' } });
            http.get('/name', { tags: { name: long } });
            http.get('/newline', { tags: { name: 'two\nlines' } });
            http.get('/tag', { tags: { ['k'.repeat(250)]: long, 'a=b,c': 'd,e', 'tab\t': 'nul\0' } });
            http.get('/many', { tags: many });
            check(http.get('/' + 'p'.repeat(300)), { [long + '\n']: (r) => r.status === 200 });
            seen.add(1, many);
        }"#;
    let (ran, summary) = once(script, &server, "", &[]);
    let ran = ran.exits(0).says_nothing_raw();
    summary.adds_up();
    assert_eq!(server.lines().len(), 6, "{:?}", server.lines());
    assert_eq!(summary.number("/totals/requests"), 6);
    assert_eq!(summary.number("/totals/failures"), 0);
    assert!(
        summary.number("/flags/labels_altered") >= 6,
        "{}",
        summary.0["flags"]
    );
    assert_eq!(
        ran.err.matches("names or tags were cut").count() + ran.out.matches("names or tags were cut").count(),
        1
    );
    let names: Vec<_> = summary
        .tagged_requests()
        .into_iter()
        .map(|(name, tags, _)| (name, tags))
        .collect();
    let has = |name: &str, tags: &str| names.iter().any(|row| row.0 == name && row.1 == tags);
    assert!(has("two_lines", ""), "{names:?}");
    assert!(
        names.iter().any(|(_, tags)| tags.contains("a_b_c=d_e")),
        "{names:?}"
    );
    assert!(names.iter().all(|(name, _)| name.len() <= 200), "{names:?}");
}

#[test]
fn a_body_that_is_too_large_is_refused_with_the_option_that_allows_it() {
    let _machine = together();
    let server = Recorder::start();
    let script = r#"
        import http from 'k6/http';
        import { check } from 'k6';
        export default function () {
            const fits = http.post('/fits', 'x'.repeat(200000));
            const large = http.post('/large', 'x'.repeat(200001));
            check(null, { fits: () => fits.status === 200, large: () => large.status === 0 && large.error !== '' });
        }"#;
    let (ran, summary) = once(script, &server, "", &["--max-request-body", "200000"]);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(server.lines(), ["POST /fits HTTP/1.1"]);
    assert_eq!(summary.number("/totals/failures"), 1);
    assert_eq!(summary.number("/totals/instances_replaced"), 0);
    let (ran, _) = once(script, &server, "", &["--max-request-body", "1MiB"]);
    ran.exits(0);
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn relative_urls_of_a_script_lie_under_the_hosts_path() {
    let _machine = together();
    let server = Recorder::start();
    let script = r#"
        import http from 'k6/http';
        export default function () {
            http.get('/users?x=1');
            http.get('users');
            http.batch([['GET', '/a'], ['GET', '/b']]);
        }"#;
    let (ran, summary) = once(script, &server, "/api/v0/", &[]);
    ran.exits(0);
    assert_eq!(summary.number("/totals/failures"), 0);
    let mut lines = server.lines();
    lines[2..].sort();
    let due = ["/api/v0/users?x=1", "/api/v0/users", "/api/v0/a", "/api/v0/b"];
    assert_eq!(lines, due.map(|target| format!("GET {target} HTTP/1.1")));
}
