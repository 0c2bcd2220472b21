//! From the library's objects to the contract's records.

use crate::bindings::exports::wasmswarm::scenario::scenario::{
    Description, LoadTarget, NextTask, NextWait, Outcome, Population, ScenarioInfo, TaskInfo, TaskOrder,
    UsersTarget, WaitTime,
};
use rquickjs::{Array, Exception, FromJs, Object, Result, Value};

/// What a task that says nothing decides.
pub(crate) const SCHEDULED: Outcome = Outcome {
    next: NextTask::Scheduled,
    wait: NextWait::Scheduled,
};

pub(crate) fn description(value: Value<'_>) -> Result<Description> {
    let object = object(value, "the description")?;
    Ok(Description {
        about: text(&object, "about")?,
        scenarios: list(&object, "scenarios", scenario)?,
        options: text(&object, "options")?,
        shape: field::<bool>(&object, "shape")?.unwrap_or_default(),
    })
}

fn scenario(value: Value<'_>) -> Result<ScenarioInfo> {
    let object = object(value, "a scenario")?;
    Ok(ScenarioInfo {
        name: text(&object, "name")?,
        population: population(&object)?,
        order: match number(&object, "order")? as u32 {
            0 => TaskOrder::Random,
            _ => TaskOrder::Sequential,
        },
        wait: wait(&object)?,
        tasks: list(&object, "tasks", task)?,
    })
}

fn task(value: Value<'_>) -> Result<TaskInfo> {
    let object = object(value, "a task")?;
    Ok(TaskInfo {
        name: text(&object, "name")?,
        weight: number(&object, "weight")? as u32,
        tags: list(&object, "tags", |tag| tag.get())?,
    })
}

fn population(scenario: &Object<'_>) -> Result<Population> {
    let Some((tag, given)) = variant(scenario, "population")? else {
        return Ok(Population::Weight(1));
    };
    let users = given.get::<f64>()? as u32;
    match &*tag {
        "weight" => Ok(Population::Weight(users)),
        "fixed" => Ok(Population::Fixed(users)),
        _ => Err(unknown(scenario, "population", &tag)),
    }
}

fn wait(scenario: &Object<'_>) -> Result<WaitTime> {
    let Some((tag, given)) = variant(scenario, "wait")? else {
        return Ok(WaitTime::None);
    };
    let time = || -> Result<u64> { Ok(given.get::<f64>()? as u64) };
    Ok(match &*tag {
        "none" => WaitTime::None,
        "constant" => WaitTime::Constant(time()?),
        "uniform" => {
            let bounds: Array<'_> = given.get()?;
            WaitTime::Uniform((bounds.get::<f64>(0)? as u64, bounds.get::<f64>(1)? as u64))
        }
        "pacing" => WaitTime::Pacing(time()?),
        "throughput" => WaitTime::Throughput(given.get()?),
        "exponential" => WaitTime::Exponential(time()?),
        _ => return Err(unknown(scenario, "wait", &tag)),
    })
}

pub(crate) fn load_target(value: Value<'_>) -> Result<LoadTarget> {
    let object = object(value, "what a shape returns")?;
    let tag = text(&object, "tag")?;
    Ok(match &*tag {
        "users" => {
            let target: Object<'_> = object.get("val")?;
            LoadTarget::Users(UsersTarget {
                users: number(&target, "users")? as u32,
                spawn_rate: number(&target, "spawnRate")?,
                scenarios: list(&target, "scenarios", |name| name.get())?,
            })
        }
        "rate" => LoadTarget::Rate(object.get("val")?),
        "stop" => LoadTarget::Stop,
        _ => return Err(unknown(&object, "tag", &tag)),
    })
}

pub(crate) fn outcome(value: Value<'_>) -> Result<Outcome> {
    let object = object(value, "a task's outcome")?;
    let next = match variant(&object, "next")? {
        None => NextTask::Scheduled,
        Some((tag, given)) => match &*tag {
            "scheduled" => NextTask::Scheduled,
            "task" => NextTask::Task(given.get::<f64>()? as u32),
            "stop" => NextTask::Stop,
            _ => return Err(unknown(&object, "next", &tag)),
        },
    };
    let wait = match variant(&object, "wait")? {
        None => NextWait::Scheduled,
        Some((tag, given)) => match &*tag {
            "scheduled" => NextWait::Scheduled,
            "exactly" => NextWait::Exactly(given.get::<f64>()? as u64),
            _ => return Err(unknown(&object, "wait", &tag)),
        },
    };
    Ok(Outcome { next, wait })
}

fn object<'js>(value: Value<'js>, what: &str) -> Result<Object<'js>> {
    let context = value.ctx().clone();
    value
        .into_object()
        .ok_or_else(|| Exception::throw_type(&context, &format!("{what} must be an object")))
}

/// A field; `None` if it is absent.
fn field<'js, T: FromJs<'js>>(object: &Object<'js>, name: &str) -> Result<Option<T>> {
    let value: Value<'js> = object.get(name)?;
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let kind = value.type_name();
    T::from_js(object.ctx(), value)
        .map(Some)
        .map_err(|_| Exception::throw_type(object.ctx(), &format!("`{name}` can't be of the type {kind}")))
}

fn text(object: &Object<'_>, name: &str) -> Result<String> {
    Ok(field(object, name)?.unwrap_or_default())
}

fn number(object: &Object<'_>, name: &str) -> Result<f64> {
    Ok(field(object, name)?.unwrap_or_default())
}

fn list<'js, T>(object: &Object<'js>, name: &str, read: impl Fn(Value<'js>) -> Result<T>) -> Result<Vec<T>> {
    let Some(array) = field::<Array<'js>>(object, name)? else {
        return Ok(Vec::new());
    };
    array.iter::<Value<'js>>().map(|element| read(element?)).collect()
}

/// A variant's case and what belongs to it.
fn variant<'js>(object: &Object<'js>, name: &str) -> Result<Option<(String, Value<'js>)>> {
    let Some(given) = field::<Object<'js>>(object, name)? else {
        return Ok(None);
    };
    Ok(Some((text(&given, "tag")?, given.get("val")?)))
}

fn unknown(object: &Object<'_>, name: &str, tag: &str) -> rquickjs::Error {
    Exception::throw_type(object.ctx(), &format!("`{tag}` isn't a kind of `{name}`"))
}
