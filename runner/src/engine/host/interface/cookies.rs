//! `wasmswarm:scenario/cookies`: what a guest may do with its VU's jars. The jars themselves are `crate::http::Cookies`.

use crate::engine::host::bindings::cookies::{self, Cookie};
use crate::engine::host::limits;
use crate::engine::host::state::VuState;
use crate::http as engine;
use crate::http::{Cookies, JarUse};

impl VuState {
    /// The VU's jars, for a call that names this one.
    fn jars(&self, jar: u64) -> wasmtime::Result<&Cookies> {
        self.require_run()?;
        if !self.http.cookies.knows(jar) {
            return Err(wasmtime::format_err!("there is no cookie jar {jar}"));
        }
        Ok(&self.http.cookies)
    }

    fn check_use(&self, jar: u64) -> wasmtime::Result<()> {
        if jar != JarUse::NONE {
            self.jars(jar)?;
        }
        Ok(())
    }
}

impl cookies::Host for VuState {
    fn matching(&mut self, jar: u64, url: String) -> wasmtime::Result<Vec<Cookie>> {
        let found = self.jars(jar)?.matching(jar, &url);
        Ok(found.into_iter().map(Cookie::from).collect())
    }

    fn all(&mut self, jar: u64) -> wasmtime::Result<Vec<Cookie>> {
        let all = self.jars(jar)?.all(jar);
        Ok(all.into_iter().map(Cookie::from).collect())
    }

    fn set(&mut self, jar: u64, url: String, text: String) -> wasmtime::Result<bool> {
        Ok(self.jars(jar)?.set(jar, &url, &text))
    }

    fn put(&mut self, jar: u64, cookie: Cookie) -> wasmtime::Result<bool> {
        Ok(self.jars(jar)?.put(jar, cookie.into()))
    }

    fn delete(&mut self, jar: u64, url: String, name: String) -> wasmtime::Result<u32> {
        let count = self.jars(jar)?.delete(jar, &url, &name);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn remove(&mut self, jar: u64, domain: String, path: String, name: String) -> wasmtime::Result<bool> {
        Ok(self.jars(jar)?.remove(jar, &domain, &path, &name))
    }

    fn clear(&mut self, jar: u64) -> wasmtime::Result<()> {
        self.jars(jar)?.clear(jar);
        Ok(())
    }

    fn new_jar(&mut self) -> wasmtime::Result<u64> {
        Ok(self.jars(0)?.make())
    }

    fn drop_jar(&mut self, jar: u64) -> wasmtime::Result<()> {
        self.clear(jar)
    }

    fn use_jar(&mut self, jar: u64) -> wasmtime::Result<()> {
        self.require_run()?;
        self.check_use(jar)?;
        self.http.jar.jar = jar;
        Ok(())
    }

    fn use_jars(&mut self, mut jars: Vec<u64>) -> wasmtime::Result<()> {
        self.require_run()?;
        jars.truncate(limits::PARALLEL);
        jars.iter().try_for_each(|&jar| self.check_use(jar))?;
        self.http.batch_jars = jars;
        Ok(())
    }

    fn set_sending(&mut self, sending: bool) -> wasmtime::Result<()> {
        self.require_run()?;
        self.http.jar.sends = sending;
        Ok(())
    }
}

impl From<engine::Cookie> for Cookie {
    fn from(cookie: engine::Cookie) -> Cookie {
        Cookie {
            name: cookie.name,
            value: cookie.value,
            domain: cookie.domain,
            path: cookie.path,
            // Rounded up, so that 0 stands for none only.
            expires: cookie.expires_ms.map_or(0, |ms| ms.div_ceil(1000).max(1)),
            secure: cookie.secure,
            http_only: cookie.http_only,
            host_only: cookie.host_only,
        }
    }
}

impl From<Cookie> for engine::Cookie {
    fn from(cookie: Cookie) -> engine::Cookie {
        engine::Cookie {
            name: cookie.name,
            value: cookie.value,
            domain: cookie.domain,
            path: cookie.path,
            expires_ms: (cookie.expires > 0).then(|| cookie.expires.saturating_mul(1000)),
            secure: cookie.secure,
            http_only: cookie.http_only,
            host_only: cookie.host_only,
        }
    }
}
