//! What was allowed: `p95=10%`, or `/cart:p95=10%` for one request.

use super::{Figure, RequestChange};

/// A change that isn't allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionLimit {
    /// The request that it is about; none: all for which there is no limit of their own.
    pub request: Option<String>,
    /// The figure.
    pub figure: Figure,
    /// By how much it may be worse: a share of the base, and of failures a difference of shares.
    pub most: f64,
}

/// Reads `[REQUEST:]FIGURE=PERCENT`.
///
/// # Errors
/// It isn't written so, in words.
pub fn parse_limit(text: &str) -> Result<RegressionLimit, String> {
    let how = "write [REQUEST:]FIGURE=PERCENT, such as p95=10% or /cart:failures=1%";
    let (what, percent) = text.rsplit_once('=').ok_or(how)?;
    let figure = |label: &str| Figure::ALL.into_iter().find(|figure| figure.label() == label);
    let (request, figure) = match (figure(what), what.rsplit_once(':')) {
        (Some(figure), _) => (None, figure),
        (None, Some((request, label))) if !request.is_empty() => (
            Some(request.to_owned()),
            figure(label).ok_or_else(|| unknown(label))?,
        ),
        _ => return Err(unknown(what)),
    };
    let percent: f64 = percent.trim_end_matches('%').trim().parse().map_err(|_| how)?;
    match (0.0..=100_000.0).contains(&percent) {
        true => Ok(RegressionLimit {
            request,
            figure,
            most: percent / 100.0,
        }),
        false => Err("the percentage must be from 0 to 100000".to_owned()),
    }
}

fn unknown(label: &str) -> String {
    let labels = Figure::ALL.map(Figure::label).join(", ");
    format!("{label:?} is no figure that is compared; there are {labels}")
}

/// The limit of a figure: its own request's before that of all.
pub(super) fn limit_of<'a>(
    limits: &'a [RegressionLimit],
    request: &RequestChange,
    figure: Figure,
) -> Option<&'a RegressionLimit> {
    let with_method = format!("{} {}", request.method, request.name);
    let is_its = |limit: &&RegressionLimit| {
        let named = limit.request.as_ref();
        named.is_some_and(|named| *named == request.name || *named == with_method)
    };
    let mut of_figure = limits.iter().filter(|limit| limit.figure == figure);
    let own = of_figure.clone().rfind(is_its);
    own.or_else(|| of_figure.rfind(|limit| limit.request.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_for_all_requests_or_for_one() {
        let limit = parse_limit("p95=10%").unwrap();
        assert_eq!(
            (limit.request, limit.figure, limit.most),
            (None, Figure::P95, 0.1)
        );
        let limit = parse_limit("GET /a?b=1:2:failures=0.5").unwrap();
        assert_eq!(
            (limit.request.as_deref(), limit.most),
            (Some("GET /a?b=1:2"), 0.005)
        );
    }

    #[test]
    fn what_is_no_limit_is_refused_with_what_there_is() {
        for (text, word) in [
            ("p95", "FIGURE=PERCENT"),
            ("p96=1%", "p95"),
            (":p95=1%", "no figure"),
            ("p95=-1", "from 0"),
            ("p95=NaN", "from 0"),
            ("p95=x", "FIGURE=PERCENT"),
        ] {
            let why = parse_limit(text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
