//! The page of a small run.

use super::*;
use crate::results::model::sample;

fn results() -> Value {
    let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
    let results = RunResults::of(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap();
    serde_json::to_value(&results).unwrap()
}

/// What the page carries.
fn data(page: &Page) -> Value {
    let (_, rest) = page.text().split_once(r#"id="data">"#).unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

#[test]
fn figures_are_those_of_the_results() {
    let results = results();
    let page = Page::of_json(results.clone()).unwrap();
    // As text: to the last digit, which reading it again could change.
    for name in [
        "totals",
        "metrics",
        "failures",
        "checks",
        "health",
        "thresholds",
        "end",
    ] {
        let figures = format!("\"{name}\":{}", inert(&results[name].to_string()));
        assert!(page.text().contains(&figures), "{name}");
    }
    let data = data(&page);
    assert_eq!(data["statuses"], serde_json::json!({"0": 1, "200": 97, "404": 2}));
    assert_eq!(
        data["requests"].as_array().unwrap().len(),
        results["requests"].as_array().unwrap().len()
    );
    assert_eq!(data["summary"]["series"], Value::Null);
}

#[test]
fn texts_can_neither_end_a_script_nor_begin_a_comment() {
    let hostile = "</script><script>alert(1)</script><!--\u{2028}\u{2029}&lt;\u{0}\"'`${x}\u{fffd}";
    let mut results = results();
    results["plugin"] = hostile.into();
    results["requests"][0]["name"] = hostile.into();
    let page = Page::of_json(results.clone()).unwrap();
    assert_eq!(
        page.text().matches("</script").count(),
        2,
        "the data's and the script's own"
    );
    assert_eq!(page.text().matches("<script").count(), 2);
    assert!(!page.text().contains("<!--") && !page.text().contains('\u{2028}'));
    assert_eq!(data(&page)["summary"]["requests"][0]["name"], hostile);
}

#[test]
fn the_policy_allows_its_own_script_and_style_and_no_other() {
    let page = Page::of_json(results()).unwrap();
    let between = |from: &str, to: &str| page.text().split_once(from).unwrap().1.split_once(to).unwrap().0;
    let policy = between(r#"content-security-policy" content=""#, "\"");
    let script = digest(between(r#"<script type="module">"#, "</script>"));
    let style = digest(between("<style>", "</style>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
        )
    );
    assert!(!page.text().contains("javascript:") && !page.text().contains(" src="));
}

#[test]
fn older_results_without_histories_have_a_page_too() {
    let mut results = results();
    results["history"] = Value::Array(Vec::new());
    results["series"] = Value::Array(Vec::new());
    let data = data(&Page::of_json(results.clone()).unwrap());
    assert_eq!(data["requests"][0]["service_times"], "");
    assert_eq!(data["history"]["at"], serde_json::json!([]));
}
