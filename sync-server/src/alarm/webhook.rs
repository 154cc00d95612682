//! One try to post an event: signed as Standard Webhooks says, so that its receiver can tell it from anybody else's.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Client, StatusCode, Url, header, redirect};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use sha2::Sha256;

use super::outbox::{Sent, reasons};

/// What is said of a receiver that wants no more,
pub(super) const GONE: &str = "the receiver answered 410: it wants no more";
/// and before the status of one that did not take it.
pub(super) const ANSWERED: &str = "the receiver answered ";

/// For a connection to come up,
const CONNECT: Duration = Duration::from_secs(5);
/// and for the answer: a receiver answers first and works then.
const ANSWER: Duration = Duration::from_secs(10);

/// Where events are posted.
pub(crate) struct Webhook {
    pub(super) url: Url,
    pub(super) key: Vec<u8>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook")
    }
}

impl Webhook {
    /// Posts an event. `seconds`: now, since 1970 UTC.
    pub(super) async fn post(&self, event: &str, body: &[u8], seconds: i64) -> Sent {
        let client = match client() {
            Ok(client) => client,
            Err(why) => return Sent::NotNow(why),
        };
        let request = client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", event)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature(&self.key, event, seconds, body))
            .body(body.to_vec());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Sent::Taken,
            // By the standard: do not come again.
            Ok(answer) if answer.status() == StatusCode::GONE => Sent::Never(GONE.to_owned()),
            Ok(answer) => Sent::NotNow(format!("{ANSWERED}{}", answer.status().as_u16())),
            // Addresses may hold secrets.
            Err(error) => Sent::NotNow(reasons(&error.without_url())),
        }
    }
}

/// `v1,` and the HMAC-SHA256 of id, time and body, with dots between, in base 64.
fn signature(key: &[u8], event: &str, seconds: i64, body: &[u8]) -> String {
    // A key of any length is good.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{event}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
}

fn client() -> Result<Client, String> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .user_agent(concat!("sync-server/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| reasons(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // The example of the libraries of Standard Webhooks.
        let key = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let made = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
