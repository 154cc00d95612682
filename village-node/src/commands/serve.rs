//! `serve`: the local API and the continuous exchange.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output;
use super::session::Session;
use crate::{Failure, Node, NodeOptions, serve};

/// Serve the local API on this machine, and sync by itself whenever the link is up
#[derive(Args)]
#[command(after_help = "Example:\n  village-node serve --listen 127.0.0.1:7217")]
pub(super) struct Serve {
    /// Address of this machine to listen on (else config.toml, else 127.0.0.1:7217)
    #[arg(long, env = "VILLAGE_NODE_LISTEN", value_name = "ADDRESS")]
    listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, session: &Session) -> Result<ExitCode, Failure> {
        let settings = session.settings()?;
        let clerk = session.clerk()?;
        let listen = self.listen.or(settings.listen).unwrap_or_else(|| "127.0.0.1:7217".to_owned());
        let address: SocketAddr = listen.parse().map_err(|_| bad_address(&listen))?;
        if !address.ip().is_loopback() {
            return Err(bad_address(&listen));
        }
        // What goes wrong while it runs is told to whoever reads the log. Never personal data.
        let filter = tracing_subscriber::EnvFilter::try_from_env("VILLAGE_NODE_LOG")
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("village_node=info,gate_worker=warn"));
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
        let node = Node::open(session.dir(), &NodeOptions::of_program())?;
        let server = serve::Server::bind(node, address, clerk).await?;
        if session.json {
            output::line(json!({"address": server.address().to_string()}));
        } else {
            output::line(format!("village-node: http://{}", server.address()));
        }
        server.run_until(interrupted()).await?;
        Ok(ExitCode::SUCCESS)
    }
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

fn bad_address(listen: &str) -> Failure {
    Failure::input(
        "listen",
        format!("`{listen}` bukan alamat komputer ini. Tulis seperti 127.0.0.1:7217."),
        format!("`{listen}` is no address of this machine alone. Write it like 127.0.0.1:7217."),
    )
}
