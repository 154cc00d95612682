//! Where alarms are told, as the settings say it.

use std::fmt;

use data_encoding::BASE64;
use lettre::message::{Mailbox, Mailboxes};
use reqwest::Url;
use tokio::sync::Notify;

use super::mail::Mail;
use super::webhook::Webhook;
use crate::Failure;
use crate::secret::Secret;
use crate::settings::{Settings, SmtpTls};

/// What the secret of Standard Webhooks begins with.
const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret that nobody guesses.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A way to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// An HTTP request.
    Webhook,
    /// E-mail.
    Mail,
}

impl Channel {
    pub(crate) const ALL: [Self; 2] = [Self::Webhook, Self::Mail];

    /// The word for programs and the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Mail => "mail",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Those that are set.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    pub(super) webhook: Option<Webhook>,
    pub(super) mail: Option<Mail>,
}

impl Channels {
    /// As the settings say.
    ///
    /// # Errors
    ///
    /// When one is set by half, or with what cannot be.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self { webhook: webhook(settings)?, mail: mail(settings)? })
    }

    /// Which are set.
    pub(crate) fn set(&self) -> Vec<Channel> {
        let is_set = |channel: &Channel| match channel {
            Channel::Webhook => self.webhook.is_some(),
            Channel::Mail => self.mail.is_some(),
        };
        Channel::ALL.into_iter().filter(is_set).collect()
    }
}

/// The channels of a hub that serves, and what wakes them.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    pub(crate) channels: Channels,
    /// There is something new to tell, by each channel.
    pub(super) rings: [Notify; 2],
}

impl Bell {
    /// A bell with these channels.
    pub(crate) fn new(channels: Channels) -> Self {
        Self { channels, ..Self::default() }
    }

    /// Something new is to be told.
    pub(super) fn ring(&self) {
        self.rings.iter().for_each(Notify::notify_one);
    }
}

fn webhook(settings: &Settings) -> Result<Option<Webhook>, Failure> {
    let Some(url) = &settings.webhook_url else { return Ok(None) };
    // Addresses may hold secrets: none is repeated.
    let url = url.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let url = url.ok_or_else(|| {
        Failure::input("the setting webhook_url is no address", "write it like https://siaga.example.go.id/hook")
    })?;
    let secret = settings.webhook_secret.as_ref().map(Secret::told).unwrap_or_default();
    let key = secret.strip_prefix(SECRET_PREFIX).and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let key = key.filter(|key| SECRET_BYTES.contains(&key.len())).ok_or_else(|| {
        Failure::input(
            "the setting webhook_secret is missing, or not whsec_ and 24 to 64 bytes in base 64",
            "make one: echo whsec_$(openssl rand -base64 32), and give it to the receiver, too",
        )
    })?;
    Ok(Some(Webhook { url, key }))
}

fn mail(settings: &Settings) -> Result<Option<Mail>, Failure> {
    let missing = |key: &str| {
        Failure::input(
            format!("mail is set, but the setting {key} is missing or not an address"),
            "set smtp_host, mail_from and mail_to together; sync-server config example shows them",
        )
    };
    let Some(host) = settings.smtp_host.clone().filter(|host| !host.is_empty()) else {
        let any = settings.mail_from.is_some() || settings.mail_to.is_some() || settings.smtp_user.is_some();
        return if any { Err(missing("smtp_host")) } else { Ok(None) };
    };
    let from = settings.mail_from.as_ref().and_then(|from| from.parse::<Mailbox>().ok());
    let to = settings.mail_to.as_ref().and_then(|to| to.parse::<Mailboxes>().ok()).map(Vec::from);
    let user = match (&settings.smtp_user, &settings.smtp_password) {
        (Some(user), Some(password)) => Some((user.clone(), password.clone())),
        (None, None) => None,
        _ => {
            return Err(Failure::input(
                "of the settings smtp_user and smtp_password only one is set",
                "set both, or neither where the server takes mail from anybody",
            ));
        }
    };
    let port = settings.smtp_port.unwrap_or(match settings.smtp_tls {
        SmtpTls::Starttls => 587,
        SmtpTls::Tls => 465,
        SmtpTls::None => 25,
    });
    Ok(Some(Mail {
        host,
        port,
        tls: settings.smtp_tls,
        user,
        from: from.ok_or_else(|| missing("mail_from"))?,
        to: to.filter(|to| !to.is_empty()).ok_or_else(|| missing("mail_to"))?,
    }))
}
