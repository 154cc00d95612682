//! One try to hand a mail to the server that takes it.

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::event::Letter;
use super::outbox::{Sent, reasons};
use crate::secret::Secret;
use crate::settings::SmtpTls;

/// For each step of the conversation.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who takes mail, and from whom to whom it goes.
pub(crate) struct Mail {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: SmtpTls,
    pub(super) user: Option<(String, Secret)>,
    pub(super) from: Mailbox,
    pub(super) to: Vec<Mailbox>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail")
    }
}

impl Mail {
    /// Sends a mail. `event`: its id, by which mail programs tell repetitions.
    pub(super) async fn send(&self, event: &str, body: &[u8]) -> Sent {
        let transport = match self.transport() {
            Ok(transport) => transport,
            Err(error) => return Sent::NotNow(reasons(&error)),
        };
        // One by one: an address that is dead keeps nobody else from hearing of it.
        let (mut is_taken, mut refused, mut failed) = (false, None, None);
        for to in &self.to {
            let message = match self.message(event, body, to) {
                Ok(message) => message,
                Err(why) => return Sent::Never(why),
            };
            match transport.send(message).await {
                Ok(_) => is_taken = true,
                Err(error) if error.is_permanent() => {
                    tracing::warn!(error = reasons(&error), "the mail server takes no mail for one of the addresses");
                    refused = Some(reasons(&error));
                }
                Err(error) => failed = Some(reasons(&error)),
            }
        }
        match (failed, refused) {
            // Whoever has it already knows it again by its id.
            (Some(why), _) => Sent::NotNow(why),
            // A server that refuses all today may be set right tomorrow.
            (None, Some(why)) if !is_taken => Sent::NotNow(why),
            _ => Sent::Taken,
        }
    }

    fn message(&self, event: &str, body: &[u8], to: &Mailbox) -> Result<Message, String> {
        let letter: Letter = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let by_itself = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let builder = Message::builder()
            .from(self.from.clone())
            .subject(format!("[Smart Kampung] {}", letter.subject))
            .date(SystemTime::now())
            .message_id(Some(format!("<{event}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(by_itself)
            .to(to.clone());
        builder.body(letter.text).map_err(|error| reasons(&error))
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
        let tls = match self.tls {
            SmtpTls::Starttls => Tls::Required(TlsParameters::new_rustls(self.host.clone())?),
            SmtpTls::Tls => Tls::Wrapper(TlsParameters::new_rustls(self.host.clone())?),
            SmtpTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host.clone())
            .port(self.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &self.user {
            builder = builder.credentials(Credentials::new(user.clone(), password.told().to_owned()));
        }
        Ok(builder.build())
    }
}
