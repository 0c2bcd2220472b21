//! `--out statsd=ADDRESS:PORT`: tells a StatsD daemon each second, over UDP, under k6's names; `--out datadog=…` with tags
//! as Datadog has them. UDP says nothing of what arrives: a daemon that isn't there can't be told from one that is.

mod packets;

use crate::plan::Plan;
use crate::results::output::push::{Variables, target, variables};
use crate::results::output::registry::{Keep, Registry};
use crate::results::tally::{Output, Update};
use cadence::{BufferedUdpMetricSink, MetricSink as _};
use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};

/// Bytes of a packet: what fits into a frame of Ethernet.
const PACKET: usize = 1_432;

/// Where daemons listen, as a rule.
const HERE: &str = "localhost:8125";

/// Tells a daemon.
#[derive(Debug)]
struct Statsd {
    registry: Registry,
    sink: BufferedUdpMetricSink,
    /// What all names begin with.
    prefix: String,
    has_tags: bool,
    lost: Option<String>,
}

impl Statsd {
    /// Sends there, or where k6's variables say.
    ///
    /// # Errors
    /// If that is no address, or no socket can be had.
    fn open(target: Option<&str>, has_tags: bool, variables: Variables<'_>) -> Result<Statsd, String> {
        let variable = |name: &str| variables(&format!("K6_STATSD_{name}"));
        let target = target.map(str::to_owned).or_else(|| variable("ADDR"));
        let text = target.as_deref().unwrap_or(HERE);
        let address = resolve(text)?;
        let own: SocketAddr = match address {
            SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
            SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
        };
        let socket = UdpSocket::bind(own).map_err(|error| format!("no UDP socket can be had: {error}"))?;
        let sink = BufferedUdpMetricSink::with_capacity(address, socket, PACKET)
            .map_err(|error| error.to_string())?;
        Ok(Statsd {
            registry: Registry::new(Keep::News),
            sink,
            prefix: variable("NAMESPACE").unwrap_or_else(|| "k6.".to_owned()),
            has_tags: has_tags || variable("ENABLE_TAGS").is_some_and(|text| text == "true" || text == "1"),
            lost: None,
        })
    }

    /// Tells all that is news.
    fn send(&mut self) {
        let Statsd {
            registry, sink, lost, ..
        } = self;
        let mut emit = |packet: &str| {
            if let Err(error) = sink.emit(packet) {
                *lost = Some(error.to_string());
            }
        };
        packets::each(registry, &self.prefix, self.has_tags, &mut emit);
        if let Err(error) = sink.flush() {
            *lost = Some(error.to_string());
        }
        self.registry.clear();
    }
}

/// `--out statsd[=ADDRESS:PORT]`.
pub(super) fn open(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(Statsd::open(target(text), false, &variables)?))
}

/// `--out datadog[=ADDRESS:PORT]`.
pub(super) fn open_with_tags(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(Statsd::open(target(text), true, &variables)?))
}

impl Output for Statsd {
    fn name(&self) -> String {
        if self.has_tags { "datadog" } else { "statsd" }.to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        self.registry.begin(plan);
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.registry.absorb(update);
        self.send();
        Ok(())
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.registry.absorb(last);
        self.send();
        self.lost
            .take()
            .map_or(Ok(()), |why| Err(format!("not all was sent: {why}")))
    }
}

fn resolve(text: &str) -> Result<SocketAddr, String> {
    let wrong = |why: String| format!("{text:?} is no ADDRESS:PORT such as {HERE}{why}");
    let mut addresses = text
        .to_socket_addrs()
        .map_err(|error| wrong(format!(": {error}")))?;
    addresses.next().ok_or_else(|| wrong(String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::time::Duration;

    /// All lines that arrive of a second with these requests.
    fn heard(has_tags: bool, requests: &[(&str, u64)], until: &str) -> BTreeSet<String> {
        let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
        daemon.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let address = daemon.local_addr().unwrap().to_string();
        let mut statsd = Statsd::open(Some(&address), has_tags, &|_| None).unwrap();
        statsd.registry.requests(requests);
        statsd.send();
        let mut lines = BTreeSet::new();
        let mut packet = [0; 65_536];
        while !lines.iter().any(|line: &String| line.starts_with(until)) {
            let length = daemon.recv(&mut packet).unwrap();
            assert!(length <= PACKET);
            let text = std::str::from_utf8(&packet[..length]).unwrap();
            lines.extend(text.lines().map(str::to_owned));
        }
        lines
    }

    #[test]
    fn a_daemon_hears_k6s_names() {
        let lines = heard(false, &[("/a", 1_500), ("/b", 2_000)], "k6.vus:");
        for line in [
            "k6.http_reqs:1|c",
            "k6.http_req_duration:1.5|ms",
            "k6.http_req_duration:2|ms",
            "k6.vus:7|g",
        ] {
            assert!(lines.contains(line), "no {line} in {lines:?}");
        }
    }

    #[test]
    fn tags_are_datadogs_and_can_forge_nothing() {
        let lines = heard(true, &[("/a|#x:1\nk6.vus:9|g,y", 1_500)], "k6.vus:");
        let name = "/a_#x_1_k6.vus_9_g_y";
        let line = format!("k6.http_reqs:1|c|#method:GET,name:{name},status:200");
        assert!(lines.contains(&line), "no {line} in {lines:?}");
        assert!(lines.contains("k6.vus:7|g") && !lines.contains("k6.vus:9|g"));
    }

    #[test]
    fn many_times_are_sampled_and_their_rate_is_said() {
        let many: Vec<_> = (0..1_000).map(|_| ("/a", 2_000)).collect();
        let lines = heard(false, &many, "k6.vus:");
        assert!(lines.contains("k6.http_req_duration:2|ms|@0.1"), "{lines:?}");
    }
}
