//! The life of a REST resource in order: create, read, update, delete; and a failure with status 200.

use serde::Deserialize;
use wasmswarm_sdk::prelude::*;

/// The note that this user is working on.
#[derive(Default)]
struct Author {
    id: String,
}

#[derive(Deserialize)]
struct Note {
    id: Value,
    text: String,
}

#[scenario(order = "sequential", wait = between(0.01, 0.05))]
impl Author {
    #[task]
    fn create(&mut self) -> Result {
        let response = http::post("/api/notes")
            .json(&json!({ "text": "first" }))
            .expect_status(201)
            .send()?;
        check!("created with a location", response.header("location").is_some());
        let note: Note = response.error_for_status()?.json()?;
        // Ids may be numbers or strings; a URL wants neither quotes nor a type.
        self.id = note
            .id
            .as_str()
            .map_or_else(|| note.id.to_string(), str::to_owned);
        Ok(())
    }

    #[task]
    fn read(&self) -> Result {
        let note: Note = self.note("GET").send()?.error_for_status()?.json()?;
        check!("reads what was written", note.text == "first");
        Ok(())
    }

    #[task]
    fn update(&self) -> Result {
        let response = self
            .note("PUT")
            .json(&json!({ "text": "second" }))
            .discard()
            .send()?;
        check!("updated", response.status() == 200);
        Ok(())
    }

    /// The server says 200 and means an error. The host can't know; the scenario tells it.
    #[task]
    fn read_broken(&self) -> Result {
        let response = self
            .note("GET")
            .query("broken", 1)
            .name("/api/notes/{id}?broken")
            .send()?;
        if let Some(error) = response.json::<Value>()?["error"].as_str() {
            response.fail(error);
        }
        Ok(())
    }

    #[task]
    fn delete(&self) -> Result {
        self.note("DELETE").expect_status(204).discard().send()?;
        let gone = self
            .note("GET")
            .name("/api/notes/{id} (gone)")
            .expect_status(404)
            .discard()
            .send()?;
        check!("a deleted note is gone", gone.status() == 404);
        Ok(())
    }

    fn note<'a>(&self, method: &'a str) -> http::Request<'a> {
        http::request(method, format!("/api/notes/{}", self.id)).name("/api/notes/{id}")
    }
}

plugin!(Author, about = "Authors create, read, update and delete notes");
