//! Judges a run by its thresholds, second by second and at its end. It neither stops a run nor
//! prints: it answers with verdicts.

use super::baseline::Baseline;
use super::error::ThresholdError;
use super::measured::{self, Missing};
use super::resolve::{self, Known, Resolved};
use super::rule::{BaselineChange, Limit, Rule, Span, Threshold};
use super::stretch::{Sliding, Tiled};
use super::urls::watched_urls;
use crate::metrics::{Amount, Delta, Follower, Measure, MetricKind, Query, Unit, Verdict};
use crate::plan::ThresholdPlan;
use std::time::Duration;

/// Judges one run. Holds nothing that grows with its length.
#[derive(Debug, Default)]
pub struct Evaluator {
    watched: Vec<Watched>,
    judges: Vec<Judge>,
    /// How much of the run was judged.
    judged: f64,
}

/// One question, asked by one or more thresholds.
#[derive(Debug)]
struct Watched {
    follower: Follower,
    query: Query,
    total: Amount,
}

/// One threshold.
#[derive(Debug)]
struct Judge {
    /// Which question it asks.
    watched: usize,
    rule: Rule,
    metric: String,
    /// The selector as it was written; empty for the whole metric.
    selector: String,
    limit: f64,
    /// Unit of the metric's values.
    values: Unit,
    abort: Option<Duration>,
    stretches: Stretches,
}

/// What a rule about stretches of time remembers.
#[derive(Debug)]
enum Stretches {
    None,
    Sliding(Sliding, Record),
    Tiled(Tiled, Record),
}

/// The stretch that came closest to breaking the rule, or broke it furthest.
#[derive(Debug, Default)]
struct Record {
    worst: Option<Stretch>,
    missing: Option<Missing>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    figure: f64,
    ended: f64,
    seconds: f64,
}

impl Evaluator {
    /// Judges by these thresholds.
    ///
    /// # Errors
    /// All thresholds that can't be used, one sentence each.
    pub fn new(
        plans: &[ThresholdPlan],
        known: &Known<'_>,
        baseline: Option<&Baseline>,
    ) -> Result<Self, Vec<String>> {
        let mut evaluator = Self::default();
        let mut problems = Vec::new();
        let urls = watched_urls(plans);
        for plan in plans {
            if let Err(problem) = evaluator.add(plan, known, &urls, baseline) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(evaluator)
        } else {
            Err(problems)
        }
    }

    fn add(
        &mut self,
        plan: &ThresholdPlan,
        known: &Known<'_>,
        urls: &[String],
        baseline: Option<&Baseline>,
    ) -> Result<(), String> {
        let text = |error: ThresholdError| error.to_string();
        let threshold = Threshold::parse(&plan.metric, &plan.rule).map_err(text)?;
        let resolved = resolve::resolve(threshold, known, urls).map_err(text)?;
        let limit = limit(&resolved, known, baseline)?;
        let abort = plan.abort_on_fail.then_some(plan.delay_abort_eval);
        let abort = abort.or(resolved.threshold.rule.abort);
        let watched = self.watch(resolved.query.clone(), known.info.vus);
        self.judges.push(Judge::new(resolved, watched, limit, abort));
        Ok(())
    }

    /// Index of the question, which is only followed once.
    fn watch(&mut self, query: Query, vus: u64) -> usize {
        let known = self.watched.iter().position(|watched| watched.query == query);
        known.unwrap_or_else(|| {
            self.watched.push(Watched {
                follower: Follower::new(query.clone(), vus),
                query,
                total: Amount::default(),
            });
            self.watched.len() - 1
        })
    }

    #[cfg(test)]
    pub(super) fn questions(&self) -> usize {
        self.watched.len()
    }

    /// Adds what a thread recorded, before it is merged away.
    pub fn observe(&mut self, delta: &Delta) {
        for watched in &mut self.watched {
            watched.follower.observe(delta);
        }
    }

    /// Ends a second of the run, which has lasted for `elapsed`, and says how things stand, in
    /// the order in which the thresholds were given. Counts whole seconds: what was observed is
    /// taken to be of the last full one, however late this is called.
    pub fn evaluate(&mut self, elapsed: Duration) -> Vec<Verdict> {
        self.close(elapsed.as_secs_f64().floor(), false)
    }

    /// Ends the run, and says what became of the thresholds. None is pending any more.
    pub fn finish(mut self, elapsed: Duration) -> Vec<Verdict> {
        self.close(elapsed.as_secs_f64(), true)
    }

    fn close(&mut self, elapsed: f64, is_end: bool) -> Vec<Verdict> {
        let seconds = (elapsed - self.judged).max(0.0);
        self.judged = self.judged.max(elapsed);
        let mut parts = Vec::with_capacity(self.watched.len());
        for watched in &mut self.watched {
            let part = watched.follower.close();
            watched.total.merge(&part);
            parts.push(part);
        }
        let now = Now {
            elapsed: self.judged,
            seconds,
            is_end,
        };
        let judges = self.judges.iter_mut();
        let verdicts = judges.filter_map(|judge| {
            let (watched, part) = (self.watched.get(judge.watched)?, parts.get(judge.watched)?);
            Some(judge.judge(&now, &watched.total, part, &watched.query))
        });
        verdicts.collect()
    }
}

/// The moment of an evaluation.
struct Now {
    elapsed: f64,
    /// Since the evaluation before.
    seconds: f64,
    is_end: bool,
}

impl Judge {
    fn new(resolved: Resolved, watched: usize, limit: f64, abort: Option<Duration>) -> Self {
        let Resolved {
            threshold: Threshold { metric, rule },
            unit,
            ..
        } = resolved;
        let brace = metric.text.find('{').filter(|_| !metric.selector.is_empty());
        let selector = brace.and_then(|at| metric.text.get(at..)).unwrap_or_default();
        Self {
            watched,
            selector: selector.to_owned(),
            metric: metric.text,
            limit,
            values: unit,
            abort,
            stretches: match rule.span {
                Span::Run => Stretches::None,
                Span::Over(length) => Stretches::Sliding(Sliding::new(length), Record::default()),
                Span::Each(length) => Stretches::Tiled(Tiled::new(length), Record::default()),
            },
            rule,
        }
    }

    fn judge(&mut self, now: &Now, total: &Amount, part: &Amount, query: &Query) -> Verdict {
        let mut verdict = Verdict {
            metric: self.metric.clone(),
            rule: self.rule.text.clone(),
            ok: None,
            observed: None,
            limit: self.limit,
            unit: measured::unit(self.values, total.kind(), self.rule.aggregation),
            reason: String::new(),
            abort: false,
        };
        let rule = &self.rule;
        match &mut self.stretches {
            Stretches::None => {
                let figure = measured::figure(total, rule.aggregation, now.elapsed);
                whole(&mut verdict, figure, rule, &self.selector, total.is_matched());
            }
            Stretches::Sliding(sliding, record) => {
                sliding.push(now.seconds, part);
                if sliding.is_whole() || now.is_end {
                    record.add(rule, self.limit, now.elapsed, sliding.sum());
                }
                record.tell(&mut verdict, rule, &self.selector, total);
            }
            Stretches::Tiled(tiled, record) => {
                if let Some(stretch) = tiled.push(now.seconds, part) {
                    record.add(rule, self.limit, now.elapsed, stretch);
                }
                record.tell(&mut verdict, rule, &self.selector, total);
            }
        }
        self.refuse_kind(&mut verdict, total);
        self.settle(&mut verdict, now, total, query);
        verdict
    }

    /// The kind of a custom metric is only known once it was used.
    fn refuse_kind(&self, verdict: &mut Verdict, total: &Amount) {
        let Some(kind) = total.kind() else {
            return;
        };
        if let Err(error) = resolve::check_rule(&self.rule, kind, kind == MetricKind::Trend) {
            verdict.ok = Some(false);
            verdict.observed = None;
            let hint = error.hint.map(|hint| format!(": {hint}")).unwrap_or_default();
            verdict.reason = error.what + &hint;
        }
    }

    /// What holds for all rules: nothing passes on data that isn't all there, nothing stays
    /// open at the end, and only a measured failure ends a run.
    fn settle(&self, verdict: &mut Verdict, now: &Now, total: &Amount, query: &Query) {
        let partly = !query.selection.is_all() || matches!(query.measure, Measure::Custom(_));
        if partly && total.folded() > 0 && verdict.ok == Some(true) {
            verdict.ok = Some(false);
            verdict.reason = format!(
                "incomplete: {} measurements were folded into `__other__`, as there were too many names or tags",
                total.folded()
            );
            return;
        }
        if verdict.ok.is_none() {
            verdict.ok = now.is_end.then_some(false);
        }
        let may_abort = self.abort.is_some_and(|delay| now.elapsed >= delay.as_secs_f64());
        verdict.abort = may_abort && !now.is_end && verdict.ok == Some(false) && verdict.observed.is_some();
    }
}

/// A rule over the whole run.
fn whole(verdict: &mut Verdict, figure: Result<f64, Missing>, rule: &Rule, selector: &str, is_matched: bool) {
    match figure {
        Ok(figure) => {
            verdict.observed = Some(figure);
            verdict.ok = Some(rule.operator.holds(figure, verdict.limit));
        }
        Err(missing) => {
            verdict.reason = missing.reason(selector, is_matched);
            verdict.ok = (missing != Missing::NoData).then_some(false);
        }
    }
}

impl Record {
    /// Adds a stretch that ended now. One without data says nothing: the scenario may not have
    /// begun, or be over.
    fn add(&mut self, rule: &Rule, limit: f64, ended: f64, (seconds, amount): (f64, Amount)) {
        let figure = match measured::figure(&amount, rule.aggregation, seconds) {
            Ok(figure) => figure,
            Err(missing) => {
                self.missing = Some(missing);
                return;
            }
        };
        let rank = |figure: f64| {
            (
                !rule.operator.holds(figure, limit),
                rule.operator.excess(figure, limit),
            )
        };
        let is_worse = self.worst.is_none_or(|worst| rank(figure) > rank(worst.figure));
        if is_worse {
            self.worst = Some(Stretch {
                figure,
                ended,
                seconds,
            });
        }
    }

    /// Puts what is remembered into the verdict; `total` is what there was in the whole run.
    fn tell(&self, verdict: &mut Verdict, rule: &Rule, selector: &str, total: &Amount) {
        let Some(worst) = self.worst else {
            let missing = self.missing.unwrap_or(Missing::NoData);
            whole(verdict, Err(missing), rule, selector, total.is_matched());
            if missing == Missing::NoData && measured::figure(total, rule.aggregation, 1.0).is_ok() {
                verdict.reason = "no data: no whole stretch of time with values".to_owned();
            }
            return;
        };
        whole(verdict, Ok(worst.figure), rule, selector, total.is_matched());
        if verdict.ok == Some(false) {
            let began = (worst.ended - worst.seconds).max(0.0);
            verdict.reason = format!("from {began:.0}s to {:.0}s", worst.ended);
        }
    }
}

/// The number that the figure is compared with.
fn limit(resolved: &Resolved, known: &Known<'_>, baseline: Option<&Baseline>) -> Result<f64, String> {
    let rule = &resolved.threshold.rule;
    let change = match rule.limit {
        Limit::Fixed(quantity) => return Ok(quantity.value),
        Limit::Baseline(change) => change,
    };
    let threshold = format!("\"{}: {}\"", resolved.threshold.metric.text, rule.text);
    let Some(baseline) = baseline else {
        return Err(format!(
            "{threshold} needs an earlier run to compare with: pass --baseline FILE"
        ));
    };
    let figure = baseline
        .figure(resolved, known.info)
        .map_err(|why| format!("the baseline has no figure for {threshold}: {why}"))?;
    Ok(match change {
        BaselineChange::Times(factor) => figure * factor,
        BaselineChange::Plus(quantity) => figure + quantity.value,
    })
}
