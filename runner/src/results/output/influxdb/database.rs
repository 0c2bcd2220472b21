//! Where points are written to: what the address says, and what the variables of k6 and of InfluxDB's own tools add.

use crate::results::output::prometheus::authenticate;
use crate::results::output::push::{Variables, address};
use crate::secret;
use reqwest::Url;

/// A database, or a bucket, and who writes to it.
#[derive(Debug)]
pub(super) struct Database {
    /// Where points go.
    pub(super) write: Url,
    /// Of version 1: the database, and where it is made.
    create: Option<(Url, String)>,
    token: Option<String>,
}

impl Database {
    pub(super) fn read(target: Option<&str>, variables: Variables<'_>) -> Result<Database, String> {
        let variable = |name: &str| variables(&format!("K6_INFLUXDB_{name}"));
        let text = target.map(str::to_owned).or_else(|| variable("ADDR"));
        let url = address(text.as_deref().unwrap_or("http://localhost:8086"))?;
        let in_query = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let bucket = in_query("bucket")
            .or_else(|| variable("BUCKET"))
            .or_else(|| variables("INFLUX_BUCKET"));
        match bucket.filter(|_| url.path() == "/" || url.path() == "/api/v2/write") {
            Some(bucket) => {
                let org = in_query("org")
                    .or_else(|| variable("ORGANIZATION"))
                    .or_else(|| variables("INFLUX_ORG"));
                let token = in_query("token")
                    .or_else(|| variable("TOKEN"))
                    .or_else(|| variables("INFLUX_TOKEN"));
                version_2(url, &bucket, org, token)
            }
            None => {
                let name = match url.path().trim_matches('/') {
                    "" => variable("DB").unwrap_or_else(|| "k6".to_owned()),
                    path => path.to_owned(),
                };
                let mut url = url;
                authenticate(&mut url, variable("USERNAME"), variable("PASSWORD"));
                Ok(version_1(&url, &name))
            }
        }
    }

    /// What every request carries.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let token = self.token.iter();
        token
            .map(|token| ("authorization".to_owned(), format!("Token {token}")))
            .collect()
    }

    /// Where a database is made, and the form that makes it.
    pub(super) fn create(&self) -> Option<(Url, String)> {
        let (url, name) = self.create.as_ref()?;
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("q", &format!("CREATE DATABASE \"{quoted}\""));
        Some((url.clone(), form.finish()))
    }
}

fn version_1(url: &Url, name: &str) -> Database {
    let (mut write, mut query) = (url.clone(), url.clone());
    write.set_path("/write");
    write
        .query_pairs_mut()
        .append_pair("db", name)
        .append_pair("precision", "ns");
    query.set_path("/query");
    query.set_query(None);
    Database {
        write,
        create: Some((query, name.to_owned())),
        token: None,
    }
}

fn version_2(
    mut url: Url,
    bucket: &str,
    org: Option<String>,
    token: Option<String>,
) -> Result<Database, String> {
    let Some(org) = org else {
        return Err(
            "InfluxDB 2 wants to know an organization: http://host:8086?org=ORG&bucket=BUCKET".to_owned(),
        );
    };
    if let Some(token) = &token {
        secret::learn_named("token", token);
    }
    url.set_path("/api/v2/write");
    url.set_query(None);
    url.query_pairs_mut()
        .append_pair("org", &org)
        .append_pair("bucket", bucket)
        .append_pair("precision", "ns");
    Ok(Database {
        write: url,
        create: None,
        token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(target: &str, variables: &[(&str, &str)]) -> Result<Database, String> {
        let variables = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Database::read(Some(target), &variables)
    }

    #[test]
    fn a_path_is_a_database_of_version_1() {
        let database = read("http://u:p@127.0.0.1:8086/mydb", &[]).unwrap();
        assert_eq!(
            database.write.as_str(),
            "http://u:p@127.0.0.1:8086/write?db=mydb&precision=ns"
        );
        let variables = [("K6_INFLUXDB_DB", "loads"), ("K6_INFLUXDB_USERNAME", "me")];
        let database = read("http://127.0.0.1:8086", &variables).unwrap();
        assert_eq!(
            database.write.as_str(),
            "http://me@127.0.0.1:8086/write?db=loads&precision=ns"
        );
        let (url, form) = database.create().unwrap();
        assert_eq!(
            (url.path(), form.as_str()),
            ("/query", "q=CREATE+DATABASE+%22loads%22")
        );
    }

    #[test]
    fn a_bucket_is_version_2_and_its_token_no_part_of_the_address() {
        let database = read("http://127.0.0.1:8086?org=o&bucket=b&token=t0ps3cret", &[]).unwrap();
        assert_eq!(
            database.write.as_str(),
            "http://127.0.0.1:8086/api/v2/write?org=o&bucket=b&precision=ns"
        );
        assert_eq!(
            database.headers(),
            [("authorization".to_owned(), "Token t0ps3cret".to_owned())]
        );
        assert!(database.create().is_none());
        assert!(
            read("http://127.0.0.1:8086?bucket=b", &[])
                .unwrap_err()
                .contains("organization")
        );
    }
}
