//! What a browser does, without showing anything.

use std::sync::OnceLock;

use reqwest::header::{COOKIE, HeaderValue, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};

use village_node::pin::{Pin, client_config};

use crate::demo::DemoError;

pub(super) struct Window {
    client: Client,
    url: String,
    cookie: OnceLock<HeaderValue>,
}

impl Window {
    pub(super) fn open(url: &str) -> Result<Self, DemoError> {
        // The desk on loopback speaks no TLS; the client wants to know all the same whom it would trust: nobody.
        let nobody = client_config(Pin::Key([0; 32])).map_err(|error| DemoError::Internal(error.to_string()))?;
        let client = Client::builder().tls_backend_preconfigured(nobody.0).no_proxy().redirect(Policy::none());
        let client = client.build().map_err(internal)?;
        Ok(Self { client, url: url.to_owned(), cookie: OnceLock::new() })
    }

    pub(super) async fn sign_in(&self, name: &str, secret: &str) -> Result<(), DemoError> {
        let form = format!("name={name}&secret={secret}&to=");
        let sent = self.client.post(format!("{}/masuk", self.url)).header(ORIGIN, &self.url);
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = sent.send().await.map_err(internal)?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok());
        let cookie = cookie.ok_or_else(|| DemoError::Internal(format!("signing in: {}", answer.status())))?;
        // Set only once: a second sign-in keeps the first.
        let _ = self.cookie.set(cookie);
        Ok(())
    }

    /// The body of a page, whole.
    pub(super) async fn get(&self, path: &str) -> Result<String, DemoError> {
        let answer = self.asking(path).send().await.map_err(internal)?;
        let answer = found(answer, path)?;
        answer.text().await.map_err(internal)
    }

    fn asking(&self, path: &str) -> RequestBuilder {
        let asking = self.client.get(format!("{}{path}", self.url));
        match self.cookie.get() {
            Some(cookie) => asking.header(COOKIE, cookie),
            None => asking,
        }
    }
}

fn found(answer: Response, path: &str) -> Result<Response, DemoError> {
    if answer.status() == StatusCode::OK {
        return Ok(answer);
    }
    Err(DemoError::Internal(format!("{path} was answered with {}", answer.status())))
}

fn internal(error: reqwest::Error) -> DemoError {
    DemoError::Internal(error.without_url().to_string())
}
