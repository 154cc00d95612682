//! `serve`: serves the offices until it is told to stop.

use std::io::Write as _;

use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Answer;
use crate::cli::{Common, own_process};
use crate::flags::Flags;
use crate::serve::{self, Config};
use crate::{Failure, admin, log};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server serve\n  sync-server serve --listen 127.0.0.1:0 --data /srv/hub\n  sync-server serve --connections-max 4096

What no flag says is taken from the environment (SYNC_SERVER_LISTEN, SYNC_SERVER_LOG, ...), then from
sync-server.toml in the data folder; sync-server config example prints it."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let settings = common.settings(&arguments.flags)?;
    log::start(&settings)?;
    open_many_files();
    if admin::is_served(&common.data) {
        return Err(Failure::state(
            format!("a server runs on {} already", common.data.display()),
            "use that one, or stop it first",
        ));
    }
    let config = Config { dir: common.data.clone(), settings, gate: own_process() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::internal)?;
    runtime.block_on(serve(config, common.json))?;
    Ok(Answer::new(json!({ "stopped": true }), "stopped\n".to_owned()))
}

async fn serve(config: Config, json: bool) -> Result<(), Failure> {
    let address = config.settings.listen;
    let cannot = |error: std::io::Error| {
        Failure::machine(
            format!("{address} cannot be listened on: {error}"),
            "choose another address or port with --listen, or stop the program that has it",
        )
    };
    // Before the line that says we listen: who reads it may stop us at once.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::internal)?;
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    let said = if json {
        json!({ "listening": format!("https://{bound}") }).to_string()
    } else {
        format!("listening on https://{bound}")
    };
    let ready = async move {
        let mut out = std::io::stdout();
        // Nobody need read it.
        let _ = writeln!(out, "{said}").and_then(|()| out.flush());
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    serve::run(config, listener, ready).await
}

/// Every connection is an open file, and those that wait are many; systems grant a program more than it has at first.
fn open_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files stays as it is");
    }
}
