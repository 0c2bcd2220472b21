//! Whole URLs in selectors. Requests without a name are recorded by their path; to k6 the whole URL is their name.
//! So those URLs that thresholds ask about are recorded by themselves, and count as their path's all the same.

use super::rule::Threshold;
use crate::plan::ThresholdPlan;
use url::Url;

/// The URLs, in normal form, that selectors of these thresholds name.
pub fn watched_urls(plans: &[ThresholdPlan]) -> Vec<String> {
    let mut urls: Vec<_> = plans
        .iter()
        .filter_map(|plan| Threshold::parse(&plan.metric, &plan.rule).ok())
        .flat_map(|threshold| threshold.metric.selector)
        .filter(|pair| !pair.quoted && matches!(pair.key.as_str(), "name" | "url"))
        .filter_map(|pair| normal(&pair.value))
        .map(String::from)
        .collect();
    urls.sort_unstable();
    urls.dedup();
    urls
}

/// All names under which requests are recorded that a selector means by this one.
pub(super) fn names_of(name: &str, watched: &[String]) -> Vec<String> {
    let path_is = |url: &&String| normal(url).is_some_and(|url| url.path() == name);
    let mut names = vec![name.to_owned()];
    names.extend(watched.iter().filter(path_is).cloned());
    names.extend(normal(name).map(String::from).filter(|url| url != name));
    names
}

/// A whole URL without user, password and fragment; none if the text isn't one.
fn normal(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| url.has_host())?;
    // Both can only fail for URLs that have no host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn plan(metric: &str) -> ThresholdPlan {
        ThresholdPlan {
            metric: metric.to_owned(),
            rule: "count>0".to_owned(),
            abort_on_fail: false,
            delay_abort_eval: Duration::ZERO,
        }
    }

    #[test]
    fn urls_are_found_in_selectors() {
        let plans = [
            plan("http_reqs{name:http://Shop.test}"),
            plan("http_reqs{url:http://u:p@shop.test/#top,method:GET}"),
            plan("http_reqs{name:/cart}"),
            plan("http_reqs{'name':http://shop.test/own}"),
            plan("http_reqs{page:http://shop.test/tag}"),
            plan("http_reqs{url:https://shop.test:8443/a?b=c}"),
        ];
        assert_eq!(
            watched_urls(&plans),
            ["http://shop.test/", "https://shop.test:8443/a?b=c"]
        );
    }

    #[test]
    fn a_path_means_its_watched_urls_too() {
        let watched = ["http://a.test/cart?x=1".to_owned(), "http://a.test/".to_owned()];
        assert_eq!(names_of("/cart", &watched), ["/cart", "http://a.test/cart?x=1"]);
        assert_eq!(
            names_of("http://a.test", &watched),
            ["http://a.test", "http://a.test/"]
        );
        assert_eq!(names_of("log in", &watched), ["log in"]);
    }
}
