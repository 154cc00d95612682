//! `operator`: the people who work at the hub's desk.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::PathBuf;

use office_model::ClerkId;
use qrcode::render::unicode::Dense1x2;
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::operators::{self, HubRole, OperatorChange, by_command};

/// Longest password, in bytes.
const SECRET_BYTES_MAX: u64 = 1024;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server operator add wayan --shown 'Wayan Sudarma'\n  sync-server operator add budi --shown 'Budi' --role pengamat --secret-file budi.txt\n  sync-server operator list

The password is read from the file, else from standard input, one line: never from the command line, which others see.
Roles: operator (everything), pengamat (looks; personal data is masked)."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Make an account; shows once what the authenticator app is to be told.
    #[command(after_help = "Example:\n  sync-server operator add wayan --shown 'Wayan Sudarma' --role operator")]
    Add {
        /// What is typed to sign in: 2 to 32 small letters, digits, . - _
        name: ClerkId,
        /// Full name, as the pages show it.
        #[arg(long)]
        shown: String,
        /// What they may do.
        #[arg(long, default_value = "operator")]
        role: HubRole,
        #[command(flatten)]
        secret: SecretSource,
    },
    /// All accounts of the hub's desk.
    #[command(after_help = "Example:\n  sync-server operator list")]
    List,
    /// Give an account another password.
    #[command(after_help = "Example:\n  sync-server operator password wayan")]
    Password {
        /// Whose.
        name: ClerkId,
        #[command(flatten)]
        secret: SecretSource,
    },
    /// Give an account another second factor: the telephone with the one until now is lost.
    #[command(after_help = "Example:\n  sync-server operator code wayan")]
    Code {
        /// Whose.
        name: ClerkId,
    },
    /// Shut an account; whoever is signed in under it is out.
    #[command(after_help = "Example:\n  sync-server operator disable budi")]
    Disable {
        /// Which.
        name: ClerkId,
    },
    /// Open an account again that was shut.
    #[command(after_help = "Example:\n  sync-server operator enable budi")]
    Enable {
        /// Which.
        name: ClerkId,
    },
}

#[derive(Debug, clap::Args)]
struct SecretSource {
    /// File whose first line is the password. [default: standard input]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

impl SecretSource {
    /// The hash of the password.
    fn hash(&self) -> Result<String, Failure> {
        let mut line = String::new();
        if let Some(path) = &self.secret_file {
            let file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
            let read = std::io::BufReader::new(file.take(SECRET_BYTES_MAX)).read_line(&mut line);
            read.map_err(|error| Failure::file(path, &error))?;
        } else {
            let prompt = format!("Password of at least {} characters (it is not shown):", operators::CHARACTERS_MIN);
            let typed = desk_kit::typed_secret(&prompt, "The same again:", SECRET_BYTES_MAX).map_err(|error| {
                Failure::machine(format!("the password could not be read: {error}"), "try again, or use --secret-file")
            })?;
            line = typed.ok_or_else(|| {
                Failure::input("the two passwords differ; nothing was changed", "start the command again")
            })?;
        }
        operators::hash(line.trim_end_matches(['\r', '\n']))
    }
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let submit = |command: &str, change: OperatorChange| {
        common.submit(&Act::Operator { by: by_command(&format!("operator {command}")), change })
    };
    match &arguments.what {
        What::List => list(common),
        What::Add { name, shown, role, secret } => {
            let secret = secret.hash()?;
            let change = OperatorChange::Add { name: name.clone(), shown: shown.clone(), role: *role, secret };
            let made = submit("add", change)?;
            let text = told_once(name, &made);
            Ok(Answer::new(made, text))
        }
        What::Code { name } => {
            let made = submit("code", OperatorChange::Factor { name: name.clone() })?;
            let text = told_once(name, &made);
            Ok(Answer::new(made, text))
        }
        What::Password { name, secret } => {
            let done = submit("password", OperatorChange::Secret { name: name.clone(), secret: secret.hash()? })?;
            Ok(Answer::new(done, format!("{name} has another password; whoever is signed in under it is out\n")))
        }
        What::Disable { name } => {
            let done = submit("disable", OperatorChange::Shut { name: name.clone(), shut: true })?;
            Ok(Answer::new(done, format!("{name} is shut; whoever is signed in under it is out\n")))
        }
        What::Enable { name } => {
            let done = submit("enable", OperatorChange::Shut { name: name.clone(), shut: false })?;
            Ok(Answer::new(done, format!("{name} may sign in again\n")))
        }
    }
}

/// The second factor, to be put into an app now.
fn told_once(name: &ClerkId, made: &Value) -> String {
    let word = |key: &str| made.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut text = format!(
        "Put this into the authenticator app of {name} now: it is not shown again.\n\n  secret: {}\n  {}\n",
        word("code_secret"),
        word("code_url")
    );
    if std::io::stdout().is_terminal()
        && let Ok(picture) = qrcode::QrCode::new(word("code_url"))
    {
        text.push('\n');
        text.push_str(&picture.render::<Dense1x2>().build());
        text.push('\n');
    }
    text
}

fn list(common: &Common) -> Result<Answer, Failure> {
    let accounts = open(&common.data)?.accounts()?;
    let list = accounts.iter().map(|account| {
        json!({
            "name": account.name,
            "shown": account.shown,
            "role": account.role,
            "created_millis": account.created_millis,
            "disabled_millis": account.disabled_millis,
        })
    });
    let lines: Vec<Vec<String>> = accounts
        .iter()
        .map(|account| {
            let state = if account.disabled_millis.is_some() { "shut" } else { "open" };
            let made = time(Some(account.created_millis));
            vec![account.name.clone(), account.role.clone(), state.to_owned(), made, account.shown.clone()]
        })
        .collect();
    let text = if lines.is_empty() {
        "nobody yet: sync-server operator add NAME --shown 'FULL NAME'\n".to_owned()
    } else {
        table(&["name", "role", "state", "since", "full name"], &lines)
    };
    Ok(Answer::new(Value::Array(list.collect()), text))
}
