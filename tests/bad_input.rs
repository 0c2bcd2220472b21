//! Bad input: one clear error, a next step, the right exit code, and no waiting.

use crate::support::cli::{Ran, run};
use crate::support::nginx::free_port;
use crate::support::target::Shop;
use crate::support::{guests, together};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// `wasmswarm run PLUGIN …`, once before for the compiler where that isn't what is tested.
fn run_with(plugin: &Path, arguments: &[&str]) -> Ran {
    let mut all = vec!["run".into(), plugin.as_os_str().to_owned(), "--headless".into()];
    all.extend(arguments.iter().map(Into::into));
    run(all)
}

fn quickstart() -> PathBuf {
    let plugin = guests::plugin("quickstart");
    // Compiled and cached by this, so that the time limits below are about the error alone.
    run(["inspect".as_ref(), plugin.as_os_str()]).exits(0);
    plugin
}

/// A file that isn't a plugin is refused in a second, with this text.
#[track_caller]
fn refused(name: &str, bytes: &[u8], says: &str) {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    run_with(&file, &["--host", "http://127.0.0.1:1"])
        .exits(104)
        .complains(says)
        .within(SECOND);
}

/// The same component with every occurrence of a text replaced by one of the same length.
fn patched(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let bytes = std::fs::read(guests::plugin("quickstart")).unwrap();
    let (mut patched, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hit = bytes[at..].starts_with(from.as_bytes());
        patched.extend_from_slice(if hit { to.as_bytes() } else { &bytes[at..=at] });
        at += if hit { from.len() } else { 1 };
    }
    assert_ne!(patched, bytes, "{from} isn't in the component");
    patched
}

#[test]
fn a_file_that_isnt_there() {
    let _machine = together();
    run_with(Path::new("no/such.wasm"), &[])
        .exits(104)
        .complains("no/such.wasm")
        .within(SECOND);
}

#[test]
fn an_empty_file() {
    refused("empty.wasm", b"", "empty");
}

#[test]
fn a_text_file() {
    refused("text.wasm", b"import http from 'k6/http';\n", "text");
}

#[test]
fn an_executable_of_the_machine() {
    refused("program.wasm", b"\x7fELF\x02\x01\x01\0\0\0\0\0", "native program");
}

#[test]
fn a_zip_file() {
    refused("packed.wasm", b"PK\x03\x04rest", "zip");
}

#[test]
fn a_core_module() {
    refused("core.wasm", b"\0asm\x01\0\0\0", "core WebAssembly module");
}

#[test]
fn a_component_without_exports() {
    refused("nothing.wasm", b"\0asm\x0d\0\x01\0", "wasmswarm:scenario");
}

#[test]
fn a_component_for_another_world() {
    let bytes = std::fs::read(guests::other_world()).unwrap();
    refused("command.wasm", &bytes, "wasmswarm:scenario");
}

#[test]
fn a_component_for_another_version() {
    refused("future.wasm", &patched("@0.1.0", "@9.1.0"), "9.1.0");
}

#[test]
fn a_component_whose_export_has_another_name() {
    refused(
        "renamed.wasm",
        &patched("scenario/scenario@0.1.0", "scenario/scenarix@0.1.0"),
        "scenario/scenario",
    );
}

#[test]
fn an_import_that_nobody_provides() {
    refused(
        "import.wasm",
        &patched("wasmswarm:scenario/http@0.1.0", "wasmswarm:scenario/htcp@0.1.0"),
        "htcp",
    );
}

#[test]
fn a_part_of_wasi_that_nobody_provides() {
    refused(
        "network.wasm",
        &patched("wasi:io/", "wasi:nn/"),
        "it imports `wasi:nn/",
    );
}

#[test]
fn another_version_of_wasi() {
    refused("wasi.wasm", &patched("@0.2.", "@0.4."), "@0.4.");
}

#[test]
fn a_component_for_another_world_is_named() {
    let bytes = std::fs::read(guests::other_world()).unwrap();
    refused("command.wasm", &bytes, "it is a command, for `wasmtime run`");
}

#[test]
fn inspect_refuses_as_run_does() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("network.wasm");
    std::fs::write(&file, patched("wasi:io/", "wasi:nn/")).unwrap();
    let ran = run(["inspect".as_ref(), file.as_os_str()])
        .exits(104)
        .complains("wasi:nn/");
    assert!(ran.err.contains("hint: a plugin may import"), "{}", ran.err);
}

#[test]
fn files_cut_short_anywhere() {
    let _machine = together();
    let bytes = std::fs::read(guests::plugin("quickstart")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cut.wasm");
    for part in 1..40 {
        std::fs::write(&file, &bytes[..bytes.len() * part / 40]).unwrap();
        let ran = run_with(&file, &["--host", "http://127.0.0.1:1"]);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran.exits(104).complains("cut.wasm").within(SECOND);
    }
}

#[test]
fn files_with_a_flipped_byte_never_crash() {
    let _machine = together();
    let bytes = std::fs::read(guests::plugin("quickstart")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flipped.wasm");
    for step in 0..60 {
        let mut damaged = bytes.clone();
        let at = 8 + step * (bytes.len() - 8) / 60;
        damaged[at] ^= 0x55;
        std::fs::write(&file, &damaged).unwrap();
        // Some damage is harmless (a name, a constant); a crash or a hang never is.
        let ran = run(["inspect".as_ref(), file.as_os_str()]).within(Duration::from_secs(20));
        assert!(
            [0, 104].contains(&ran.code),
            "byte {at}: {} {}",
            ran.code,
            ran.err
        );
        assert!(!ran.err.contains("panicked"), "byte {at}: {}", ran.err);
    }
}

#[test]
fn a_folder_without_a_project() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    run_with(folder.path(), &["--host", "demo"])
        .exits(104)
        .complains("Cargo")
        .within(SECOND);
}

#[test]
fn a_name_that_doesnt_resolve() {
    let _machine = together();
    run_with(
        &quickstart(),
        &["--host", "http://nowhere.invalid", "--iterations", "1"],
    )
    .exits(104)
    .complains("nowhere.invalid")
    .within(Duration::from_secs(5));
}

#[test]
fn a_refused_connection() {
    let _machine = together();
    let url = format!("http://127.0.0.1:{}", free_port());
    run_with(&quickstart(), &["--host", &url, "--iterations", "1"])
        .exits(104)
        .complains("refused")
        .within(SECOND);
}

#[test]
fn an_url_that_isnt_one() {
    let _machine = together();
    for host in ["http://", "ftp://127.0.0.1", "http://127.0.0.1:99999"] {
        let ran = run_with(&quickstart(), &["--host", host, "--iterations", "1"]).within(SECOND);
        assert!([2, 104].contains(&ran.code), "{host}: {} {}", ran.code, ran.err);
        ran.complains("");
    }
}

#[test]
fn no_host_at_all() {
    let _machine = together();
    run_with(&quickstart(), &["--iterations", "1"])
        .exits(104)
        .complains("--host")
        .within(SECOND);
}

#[test]
fn a_certificate_that_nobody_trusts() {
    let _machine = together();
    let url = serve_tls();
    let plugin = quickstart();
    run_with(&plugin, &["--host", &url, "--iterations", "1"])
        .exits(104)
        .complains("certificate")
        .within(3 * SECOND);
    run_with(&plugin, &["--host", &url, "--iterations", "1", "--insecure"]).exits(0);
}

#[test]
fn numbers_without_meaning() {
    let _machine = together();
    let plugin = quickstart();
    for (arguments, says) in [
        (&["-t", "-5s"][..], "-5s"),
        (&["-t", "soon"], "soon"),
        (&["-t", "0s"], "0s"),
        (&["-u", "0"], "0"),
        (&["-u", "-1"], "-1"),
        (&["-u", "many"], "many"),
        (&["-r", "0"], "0"),
        (&["-r", "nan"], "nan"),
        (&["--iterations", "0"], "0"),
        (&["--iterations", "5", "--iterations-per-vu", "5"], "--iterations"),
        (&["-e", "novalue"], "novalue"),
        (&["--data", "users=/no/such.csv"], "/no/such.csv"),
        (&["--users-typo", "5"], "--users-typo"),
    ] {
        let mut all = vec!["--host", "http://127.0.0.1:1"];
        all.extend(arguments);
        let ran = run_with(&plugin, &all).within(SECOND);
        assert!(
            [2, 104].contains(&ran.code),
            "{arguments:?}: {} {}",
            ran.code,
            ran.err
        );
        ran.complains(says);
    }
}

#[test]
fn a_scenario_that_the_plugin_doesnt_have() {
    let _machine = together();
    let ran = run_with(&quickstart(), &["Shoper", "--host", "http://127.0.0.1:1"])
        .exits(104)
        .complains("Shoper");
    assert!(
        ran.err.contains("isitor"),
        "it should name the ones there are:\n{}",
        ran.err
    );
}

#[test]
fn a_results_file_that_cant_be_written() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let arguments = [
        "--host",
        &shop.url,
        "--iterations",
        "1",
        "--summary-json",
        "/no/such/folder/out.json",
    ];
    run_with(&quickstart(), &arguments)
        .exits(104)
        .complains("/no/such/folder")
        .within(SECOND);
    assert_eq!(
        shop.counters()["total"],
        0,
        "found out before the run, not after it"
    );
}

#[test]
fn a_digest_that_differs() {
    let _machine = together();
    let wrong = "0".repeat(64);
    run_with(&quickstart(), &["--host", "demo", "--digest", &wrong])
        .exits(104)
        .complains("SHA-256")
        .within(SECOND);
}

/// An HTTPS server with a certificate of its own making.
fn serve_tls() -> String {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (config, listener) = (
        Arc::new(config),
        std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || answer_tls(stream, config));
        }
    });
    url
}

fn answer_tls(stream: std::net::TcpStream, config: Arc<rustls::ServerConfig>) {
    use std::io::{Read, Write};
    let session = rustls::ServerConnection::new(config).unwrap();
    let mut stream = rustls::StreamOwned::new(session, stream);
    let mut request = [0; 4096];
    while stream.read(&mut request).is_ok_and(|read| read > 0) {
        if stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .is_err()
        {
            return;
        }
    }
}
