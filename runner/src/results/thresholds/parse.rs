//! Reads thresholds: a recursive descent over the grammar in `mod.rs`. Knows the grammar, not
//! which metrics there are.

use super::cursor::Cursor;
use super::error::ThresholdError;
use super::rule::{
    Aggregation, BaselineChange, Limit, Mark, Metric, Operator, Pair, Quantity, Rule, Span, Threshold,
};
use std::time::Duration;

type Parsed<T> = Result<T, ThresholdError>;

const ONE_EACH: &str = "a rule compares once; give several thresholds for several";

/// The longest stretch of time that a rule may look at.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Threshold {
    /// Reads a metric with its selector, and a rule for it.
    ///
    /// # Errors
    /// Either isn't in the grammar.
    pub fn parse(metric: &str, rule: &str) -> Parsed<Threshold> {
        let mut cursor = Cursor::new(metric);
        let read = self::metric(&mut cursor)?;
        if !cursor.is_done() {
            return Err(cursor.error(format!("{} can't stand after a metric", cursor.found())));
        }
        Ok(Threshold {
            metric: read,
            rule: Rule::parse(rule)?,
        })
    }
}

/// Splits `METRIC[{selector}]: RULE` into metric and rule, as they are written in a file.
///
/// # Errors
/// There is no metric, or no rule after it.
pub fn split(text: &str) -> Parsed<(String, String)> {
    let mut cursor = Cursor::new(text);
    let metric = metric(&mut cursor)?;
    if !cursor.take(":") {
        let error = cursor.error(format!("expected `:` after the metric, found {}", cursor.found()));
        return Err(error.hint("write METRIC: RULE, such as `http_req_duration: p(95)<200`"));
    }
    let rule = cursor.rest().trim();
    if rule.is_empty() {
        let error = cursor.error("there is no rule");
        return Err(error.hint("write METRIC: RULE, such as `http_req_duration: p(95)<200`"));
    }
    Ok((metric.text, rule.to_owned()))
}

/// A metric, and the blanks around it.
fn metric(cursor: &mut Cursor<'_>) -> Parsed<Metric> {
    let whole = cursor.rest();
    let start = cursor.at();
    cursor.skip_blanks();
    let quoted = cursor.quoted()?;
    let is_quoted = quoted.is_some();
    let bare = |cursor: &mut Cursor<'_>| {
        let is_name = |c: char| !c.is_whitespace() && !"{}:,<>=!\"'".contains(c);
        cursor.take_while(is_name).to_owned()
    };
    let name = quoted.unwrap_or_else(|| bare(cursor));
    if name.is_empty() {
        return Err(cursor.error(format!("expected the name of a metric, found {}", cursor.found())));
    }
    cursor.skip_blanks();
    let selector = if cursor.peek() == Some('{') {
        selector(cursor)?
    } else {
        Vec::new()
    };
    let text = whole.get(..cursor.at() - start).unwrap_or_default().trim();
    cursor.skip_blanks();
    Ok(Metric {
        text: text.to_owned(),
        name,
        quoted: is_quoted,
        selector,
    })
}

fn selector(cursor: &mut Cursor<'_>) -> Parsed<Vec<Pair>> {
    cursor.take("{");
    let mut pairs: Vec<Pair> = Vec::new();
    loop {
        let pair = pair(cursor)?;
        if pairs.iter().any(|other| other.key == pair.key) {
            return Err(cursor.error_at(pair.key_at, format!("`{}` is selected twice", pair.key)));
        }
        pairs.push(pair);
        if cursor.take("}") {
            return Ok(pairs);
        }
        if !cursor.take(",") {
            return Err(cursor.error(format!("expected `,` or `}}`, found {}", cursor.found())));
        }
    }
}

fn pair(cursor: &mut Cursor<'_>) -> Parsed<Pair> {
    cursor.skip_blanks();
    let key_at = cursor.at();
    let quoted = cursor.quoted()?;
    let is_quoted = quoted.is_some();
    let key = quoted.unwrap_or_else(|| cursor.take_while(|c| !":,{}\"'".contains(c)).trim().to_owned());
    cursor.skip_blanks();
    if key.is_empty() {
        let error = cursor.error_at(key_at, format!("expected a tag, found {}", cursor.found()));
        return Err(error.hint("write METRIC{tag:value}"));
    }
    if !cursor.take(":") {
        let error = cursor.error(format!(
            "expected `:` after the tag `{key}`, found {}",
            cursor.found()
        ));
        return Err(error.hint("write METRIC{tag:value}"));
    }
    cursor.skip_blanks();
    let value_at = cursor.at();
    let value = match cursor.quoted()? {
        Some(value) => value,
        None => bare_value(cursor).trim().to_owned(),
    };
    cursor.skip_blanks();
    if value.is_empty() {
        return Err(cursor.error_at(value_at, format!("the tag `{key}` has no value")));
    }
    Ok(Pair {
        key,
        quoted: is_quoted,
        value,
        key_at,
        value_at,
    })
}

/// Up to the next `,` or `}`. Braces that are opened in it belong to it: `/items/{id}`.
fn bare_value<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let depth = std::cell::Cell::new(0_u32);
    cursor.take_while(|c| {
        match c {
            '{' => depth.set(depth.get() + 1),
            '}' if depth.get() > 0 => depth.set(depth.get() - 1),
            ',' | '}' if depth.get() == 0 => return false,
            _ => {}
        }
        true
    })
}

impl Rule {
    /// Reads a rule, such as `p(95)<200` or `rate < 1% each 10s`.
    ///
    /// # Errors
    /// It isn't in the grammar.
    pub fn parse(text: &str) -> Parsed<Rule> {
        let mut cursor = Cursor::new(text);
        cursor.skip_blanks();
        let aggregation = aggregation(&mut cursor)?;
        cursor.skip_blanks();
        let operator = operator(&mut cursor)?;
        cursor.skip_blanks();
        let limit_at = cursor.at();
        let limit = limit(&mut cursor)?;
        cursor.skip_blanks();
        let span = span(&mut cursor)?;
        cursor.skip_blanks();
        let abort = abort(&mut cursor)?;
        cursor.skip_blanks();
        if !cursor.is_done() {
            let error = cursor.error(format!("expected the end of the rule, found {}", cursor.found()));
            return Err(error.hint(ONE_EACH));
        }
        Ok(Rule {
            text: text.trim().to_owned(),
            aggregation,
            operator,
            limit,
            limit_at,
            span,
            abort,
        })
    }
}

const AGGREGATIONS: [(&str, Aggregation); 7] = [
    ("count", Aggregation::Count),
    ("rate", Aggregation::Rate),
    ("value", Aggregation::Value),
    ("avg", Aggregation::Avg),
    ("min", Aggregation::Min),
    ("max", Aggregation::Max),
    ("med", Aggregation::Med),
];

fn aggregation(cursor: &mut Cursor<'_>) -> Parsed<Aggregation> {
    let at = cursor.at();
    let word = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    if word == "p" && cursor.peek() == Some('(') {
        return percentile(cursor);
    }
    if let Some((_, found)) = AGGREGATIONS.iter().find(|(name, _)| *name == word) {
        return Ok(*found);
    }
    let what = match word {
        "" => format!("expected a figure of the metric, found {}", cursor.found()),
        _ => format!("there is no figure `{word}`"),
    };
    let error = cursor.error_at(at, what);
    let digits = word.strip_prefix('p').unwrap_or_default();
    Err(match word {
        "mean" | "average" => error.hint("did you mean `avg`?"),
        "median" => error.hint("did you mean `med`?"),
        _ if digits.parse::<f64>().is_ok() => error.hint(format!("did you mean `p({digits})`?")),
        _ => match super::closest(word, AGGREGATIONS.iter().map(|(name, _)| *name)) {
            Some(name) => error.hint(format!("did you mean `{name}`?")),
            None => error.hint("there are count, rate, value, avg, min, max, med and p(N)"),
        },
    })
}

fn percentile(cursor: &mut Cursor<'_>) -> Parsed<Aggregation> {
    cursor.take("(");
    cursor.skip_blanks();
    let at = cursor.at();
    let text = cursor.take_while(|c| c.is_ascii_digit() || ".+-eE".contains(c));
    let percent = text.parse::<f64>().ok().filter(|p| (0.0..=100.0).contains(p));
    let Some(percent) = percent else {
        let error = cursor.error_at(at, "a percentile is a number from 0 to 100");
        return Err(error.hint("write p(95) or p(99.9)"));
    };
    cursor.skip_blanks();
    if !cursor.take(")") {
        return Err(cursor.error(format!("expected `)`, found {}", cursor.found())));
    }
    Ok(Aggregation::Percentile(percent))
}

fn operator(cursor: &mut Cursor<'_>) -> Parsed<Operator> {
    let at = cursor.at();
    let found = match cursor.take_while(|c| "<>=!~".contains(c)) {
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        "==" | "===" => Operator::Equal,
        "!=" | "!==" => Operator::NotEqual,
        other => {
            let what = match other {
                "" => format!("expected a comparison, found {}", cursor.found()),
                other => format!("`{other}` is no comparison"),
            };
            let hint = match other {
                "=" => "did you mean `==`?",
                "=<" => "did you mean `<=`?",
                "=>" => "did you mean `>=`?",
                _ => "there are <, <=, >, >=, == and !=",
            };
            return Err(cursor.error_at(at, what).hint(hint));
        }
    };
    Ok(found)
}

fn limit(cursor: &mut Cursor<'_>) -> Parsed<Limit> {
    if !cursor.peek().is_some_and(char::is_alphabetic) {
        return quantity(cursor).map(Limit::Fixed);
    }
    let at = cursor.at();
    let word = cursor.take_while(char::is_alphanumeric);
    if word != "baseline" {
        let error = cursor.error_at(at, format!("expected a number or `baseline`, found `{word}`"));
        return Err(error.suggest(word, ["baseline"]));
    }
    cursor.skip_blanks();
    let sign = cursor.peek();
    if !sign.is_some_and(|c| "*/+-".contains(c)) {
        return Ok(Limit::Baseline(BaselineChange::Times(1.0)));
    }
    cursor.take_while(|c| Some(c) == sign);
    cursor.skip_blanks();
    let at = cursor.at();
    let by = quantity(cursor)?;
    let is_factor = by.mark != Mark::Time && by.value > 0.0;
    let change = match sign {
        Some('*' | '/') if !is_factor => {
            return Err(cursor.error_at(at, "a baseline is multiplied with a number above 0"));
        }
        Some('*') => BaselineChange::Times(by.value),
        Some('/') => BaselineChange::Times(1.0 / by.value),
        Some('-') => BaselineChange::Plus(Quantity {
            value: -by.value,
            ..by
        }),
        _ => BaselineChange::Plus(by),
    };
    Ok(Limit::Baseline(change))
}

/// A number, with a unit of time, in which case several may follow each other (`1m30s`), or `%`.
fn quantity(cursor: &mut Cursor<'_>) -> Parsed<Quantity> {
    let at = cursor.at();
    let mut value = number(cursor)?;
    if cursor.take("%") {
        return Ok(Quantity {
            value: value / 100.0,
            mark: Mark::Percent,
        });
    }
    let Some(unit) = unit(cursor)? else {
        return Ok(Quantity {
            value,
            mark: Mark::None,
        });
    };
    value *= unit;
    while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        let part = number(cursor)?;
        match self::unit(cursor)? {
            Some(unit) => value += part * unit,
            None => return Err(cursor.error("expected a unit of time")),
        }
    }
    if !value.is_finite() {
        return Err(cursor.error_at(at, "the number is too large"));
    }
    Ok(Quantity {
        value,
        mark: Mark::Time,
    })
}

fn number(cursor: &mut Cursor<'_>) -> Parsed<f64> {
    let at = cursor.at();
    let rest = cursor.rest();
    let sign = usize::from(rest.starts_with(['-', '+']));
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let from = |at: usize| rest.get(at..).unwrap_or_default();
    let mut end = sign + digits(from(sign));
    if from(end).starts_with('.') {
        end += 1 + digits(from(end + 1));
    }
    if from(end).starts_with(['e', 'E']) {
        let signed = end + 1 + usize::from(from(end + 1).starts_with(['-', '+']));
        let exponent = digits(from(signed));
        end = if exponent > 0 { signed + exponent } else { end };
    }
    let text = rest.get(..end).unwrap_or_default();
    let Ok(value) = text.parse::<f64>() else {
        return Err(cursor.error_at(at, format!("expected a number, found {}", cursor.found())));
    };
    if !value.is_finite() {
        return Err(cursor.error_at(at, "the number is too large"));
    }
    cursor.take(text);
    Ok(value)
}

/// A unit of time in milliseconds, if one comes next. After a blank it may be another word.
fn unit(cursor: &mut Cursor<'_>) -> Parsed<Option<f64>> {
    let after = cursor.rest().trim_start();
    let is_glued = after.len() == cursor.rest().len();
    let word: &str = after
        .get(..after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()))
        .unwrap_or_default();
    let milliseconds = match word {
        "us" | "µs" | "μs" => 0.001,
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        "" => return Ok(None),
        _ if !is_glued => return Ok(None),
        _ => {
            let error = cursor.error(format!("there is no unit `{word}`"));
            return Err(error.hint("there are us, ms, s, m, h and %"));
        }
    };
    cursor.skip_blanks();
    cursor.take(word);
    Ok(Some(milliseconds))
}

fn span(cursor: &mut Cursor<'_>) -> Parsed<Span> {
    let at = cursor.at();
    if cursor.rest().starts_with("abort") {
        return Ok(Span::Run);
    }
    let word = cursor.take_while(char::is_alphabetic);
    let span = match word {
        "" => return Ok(Span::Run),
        "over" => Span::Over,
        "each" => Span::Each,
        _ => {
            let what = format!("expected the end, `over`, `each` or `abort`, found `{word}`");
            let error = cursor.error_at(at, what);
            return Err(match word {
                "and" | "or" => error.hint(ONE_EACH),
                _ => error.suggest(word, ["over", "each", "abort"]),
            });
        }
    };
    cursor.skip_blanks();
    length(cursor).map(span)
}

/// `abort`, or `abort after 10s`.
fn abort(cursor: &mut Cursor<'_>) -> Parsed<Option<Duration>> {
    if !cursor.take("abort") {
        return Ok(None);
    }
    cursor.skip_blanks();
    if !cursor.take("after") {
        return Ok(Some(Duration::ZERO));
    }
    cursor.skip_blanks();
    length(cursor).map(Some)
}

/// The length of a stretch of time: whole seconds.
fn length(cursor: &mut Cursor<'_>) -> Parsed<Duration> {
    let at = cursor.at();
    let quantity = quantity(cursor)?;
    if quantity.mark != Mark::Time {
        return Err(cursor
            .error_at(at, "a stretch of time needs a unit")
            .hint("write 30s or 5m"));
    }
    let seconds = quantity.value / 1_000.0;
    let most = LONGEST.as_secs_f64();
    if seconds.fract() != 0.0 || !(1.0..=most).contains(&seconds) {
        return Err(cursor.error_at(at, "a stretch of time has 1 second to 24 hours, in whole seconds"));
    }
    Ok(Duration::from_secs(seconds as u64))
}
