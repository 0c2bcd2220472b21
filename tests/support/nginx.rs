//! nginx with static answers for the shop's routes, and its access log as the witness.

use super::summary::Counts;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SITE: &str = r#"
    location = / { default_type text/html; return 200 "<h1>shop</h1>"; }
    location = /catalogue { return 200 '{"items":[{"id":1,"name":"a mug","price_cents":500}],"page":1}'; }
    location ~ ^/items/(\d+)$ { return 200 '{"id":$1,"name":"a lamp","price_cents":900}'; }
    location = /search { return 200 '{"query":"x","items":[]}'; }
    location = /login { return 200 '{"token":"0000000000000001"}'; }
    location = /cart { return 201 '{"cart_id":"c1","items":[],"total_cents":500}'; }
    location = /checkout { return 201 '{"order":"o1","total_cents":500}'; }
"#;

/// A running nginx. Killed when dropped.
pub(crate) struct Nginx {
    child: Child,
    folder: TempDir,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

impl Nginx {
    pub(crate) fn start() -> Nginx {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        std::fs::write(folder.path().join("nginx.conf"), conf(port)).expect("a writable folder");
        let child = Command::new(program())
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx is installed (apt-get install nginx-light)");
        wait_for(port);
        Nginx {
            child,
            folder,
            url: format!("http://127.0.0.1:{port}"),
        }
    }

    /// Stops it and counts its log by method, route and status.
    pub(crate) fn finish(mut self) -> Counts {
        let quit = Command::new("kill")
            .arg("-QUIT")
            .arg(self.child.id().to_string())
            .status();
        assert!(quit.expect("`kill` is installed").success());
        self.child.wait().expect("a child that can be waited for");
        let log = std::fs::read_to_string(self.folder.path().join("access.log")).expect("an access log");
        let mut counts = Counts::new();
        for line in log.lines() {
            let [method, path, status] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("log line {line:?}")
            };
            let route = if path.starts_with("/items/") {
                "/items/{id}"
            } else {
                path
            };
            *counts
                .entry((
                    method.to_owned(),
                    route.to_owned(),
                    status.parse().expect("a status"),
                ))
                .or_default() += 1;
        }
        counts
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn conf(port: u16) -> String {
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log warn;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  log_format witness '$request_method $uri $status';\n  access_log access.log witness;\n  \
         client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n  \
         keepalive_requests 500;\n  default_type application/json;\n  \
         server {{ listen 127.0.0.1:{port}; {SITE} }}\n}}\n"
    )
}

/// Debian keeps it where the paths of ordinary users don't lead.
fn program() -> PathBuf {
    let system = PathBuf::from("/usr/sbin/nginx");
    if system.exists() {
        system
    } else {
        PathBuf::from("nginx")
    }
}

fn wait_for(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "nginx doesn't listen");
        std::thread::sleep(Duration::from_millis(10));
    }
}
