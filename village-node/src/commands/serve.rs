//! `serve`: the clerk's desk, the local API and the continuous exchange.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use super::output;
use super::session::Session;
use crate::settings::{self, Settings};
use crate::{Failure, Node, Wiped, serve};

/// Serve the clerk's desk and the local API on this machine, and sync by itself whenever the link is up
#[derive(Args)]
#[command(after_help = "Example:\n  village-node serve --listen 127.0.0.1:7217 --lan 0.0.0.0:7218")]
pub(super) struct Serve {
    /// Address of this machine to listen on (else `VILLAGE_NODE_LISTEN`, config.toml, 127.0.0.1:7217)
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Open the desk to the office's other PCs too, over TLS, such as at 0.0.0.0:7218 (else `VILLAGE_NODE_LAN`,
    /// config.toml, off)
    #[arg(long, value_name = "ADDRESS")]
    lan: Option<String>,
    /// What to log: error, warn, info, debug (else `VILLAGE_NODE_LOG`, config.toml, info)
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let flags = Settings { listen: self.listen, lan: self.lan, log: self.log, ..Settings::default() };
        let settings = flags.over(session.settings()?);
        let clerk = settings::clerk(&settings)?;
        let listen = settings.listen.unwrap_or_else(|| "127.0.0.1:7217".to_owned());
        let address: SocketAddr = listen.parse().map_err(|_| bad_address(&listen))?;
        if !address.ip().is_loopback() {
            return Err(bad_address(&listen));
        }
        let lan = settings.lan.as_deref().map(|lan| lan.parse().map_err(|_| bad_lan(lan))).transpose()?;
        start_log(settings.log.as_deref().unwrap_or("village_node=info,gate_worker=warn"))?;
        let node = match Node::open(session.dir(), &session.options()?) {
            Err(failure) if failure.code == "wiped" => {
                output::failure(&failure, session.json);
                return show_wiped(session, address).await;
            }
            opened => opened?,
        };
        let mut server = serve::Server::bind(node, address, clerk).await?;
        if let Some(lan) = lan {
            server = server.with_lan(lan).await;
        }
        let first = server.first_account_page()?;
        if session.json {
            output::line(json!({
                "address": server.address().to_string(),
                "first_account": first,
                "lan": server.lan_json(),
            }));
        } else {
            output::line(format!("village-node: http://{}", server.address()));
            if let Some(first) = first {
                output::line(format!("Akun pertama / first account: {first}"));
            }
            if let Some((addresses, fingerprint)) = server.lan() {
                output::line(format!("Komputer lain / other PCs: {}", addresses.join("  ")));
                output::line(format!("Sidik jari sertifikat / fingerprint (SHA-256): {fingerprint}"));
            }
        }
        if let Some(failure) = server.lan_failure() {
            output::failure(&failure, session.json);
        }
        let address = server.address();
        server.run_until(interrupted()).await?;
        if Wiped::load(session.dir())?.is_some() {
            return show_wiped(session, address).await;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// In place of the desk, until somebody ends it.
async fn show_wiped(session: &Session, address: SocketAddr) -> Result<ExitCode, Failure> {
    let Some(wiped) = Wiped::load(session.dir())? else { return Ok(ExitCode::SUCCESS) };
    let listener = TcpListener::bind(address).await.map_err(|_| bad_address(&address.to_string()))?;
    let address = listener.local_addr().map_err(|_| bad_address(&address.to_string()))?;
    if session.json {
        output::line(json!({ "address": address.to_string(), "wiped_millis": wiped.at_millis }));
    } else {
        output::line(format!("village-node: http://{address}"));
    }
    serve::wiped::serve(listener, session.dir().to_owned(), wiped, interrupted()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What goes wrong while it runs is told to whoever reads the log. Never personal data.
fn start_log(filter: &str) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).map_err(|error| {
        Failure::input(
            "log",
            format!("Pengaturan log `{filter}` salah. Pilih error, warn, info atau debug. ({error})"),
            format!("The setting log `{filter}` is wrong. Set it to error, warn, info or debug. ({error})"),
        )
    })?;
    // A program that serves several nodes has begun its log already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    Ok(())
}

fn bad_address(listen: &str) -> Failure {
    Failure::input(
        "listen",
        format!("`{listen}` bukan alamat komputer ini. Tulis seperti 127.0.0.1:7217."),
        format!("`{listen}` is no address of this machine alone. Write it like 127.0.0.1:7217."),
    )
}

fn bad_lan(lan: &str) -> Failure {
    Failure::input(
        "lan",
        format!("`{lan}` bukan alamat dengan port. Tulis seperti 0.0.0.0:7218 atau 192.168.1.5:7218."),
        format!("`{lan}` is no address with a port. Write it like 0.0.0.0:7218 or 192.168.1.5:7218."),
    )
}
