//! The program `fleet`: a day of the regency on one machine, and made-up records for tests and benches.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use fleet::demo::{self, DemoOptions};
use fleet::generate::{Generator, LineForm, write_lines};
use office_model::{OfficeCode, calendar};
use sync_protocol::batch::make_dictionary;

/// A regency on one machine: made-up but right records, and the demo of the whole.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays a day: every office records with its line down, lines come back in their bad way, the night follows.
    ///
    /// Ends with a table; the exit code is 0 only when every office is proven equal with the hub.
    /// Example: `fleet demo --offices 30 --transactions 50 --link cut`
    Demo(DemoOptions),
    /// Writes made-up records as JSON lines, for `village-node record --lines`.
    ///
    /// Example: `fleet generate --count 10000 --seed 1 --office 35.10.01.2001 > records.jsonl`
    Generate {
        /// How many.
        #[arg(long, default_value_t = 1_000)]
        count: usize,
        /// The same seed, office and day give the same records.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Code of the village office.
        #[arg(long, default_value = "35.10.01.2001")]
        office: OfficeCode,
        /// The day they are made, such as 2026-11-23; today where left out.
        #[arg(long)]
        day: Option<String>,
        /// Write the steps that each record takes after the first save as well; for other programs than
        /// `village-node record`, which takes forms alone.
        #[arg(long)]
        steps: bool,
        /// The file to write; standard output where left out.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Writes the roster of all 360 offices: the real villages and sub-districts, made-up working units and health facilities.
    ///
    /// Example: `fleet roster > offices.csv`
    Roster,
    /// Measures how many bytes changes need on the wire, beside compressed JSON of the same data.
    ///
    /// Example: `fleet sizes --count 10000`
    Sizes {
        /// How many records.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// The same seed gives the same records.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Plays an exchange with fixed keys, clock and records, and shows its bytes as docs/protocol.md has them.
    ///
    /// Example: `fleet exchange --write docs/protocol.md`
    Exchange {
        /// The page whose marked part is replaced; standard output where left out.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// Pushes many records over a good line and over lines that are cut, and counts the bytes on the line.
    ///
    /// Example: `fleet push --count 10000`
    Push {
        /// How many records, with their steps.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// The same seed gives the same records.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Measures how many transactions a second a hub takes in, beside a plain table.
    ///
    /// Example: `fleet ingest --count 10000 --offices 8`
    Ingest {
        /// How many records in all, with their steps.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// How many offices send them at the same time.
        #[arg(long, default_value_t = 8)]
        offices: usize,
        /// The same seed gives the same records.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Measures the pages of a clerk's desk on a node with many records, beside one with a thousand.
    ///
    /// Builds both nodes in DIR once, which takes long; a second run takes them up again. The program `village-node` is
    /// taken from beside this one. Example: `fleet desk --data /tmp/desk --count 1000000`
    Desk {
        /// The folder for the two nodes.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// How many records; one in ten has taken its steps.
        #[arg(long, default_value_t = 1_000_000)]
        count: usize,
        /// The same seed gives the same records.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Makes the dictionary of a new protocol version from made-up records of all services.
    ///
    /// Example: `fleet dictionary --output crates/sync-protocol/data/dictionary-1.zst`
    Dictionary {
        /// How many records to make it from.
        #[arg(long, default_value_t = 150)]
        count: usize,
        /// The file to write.
        #[arg(long)]
        output: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("fleet: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    match arguments.command {
        Command::Demo(options) => play(&options),
        Command::Roster => {
            print!("{}", fleet::roster::with_above());
            Ok(())
        }
        Command::Sizes { count, seed } => sizes(count, seed),
        Command::Exchange { write } => exchange(write.as_deref()),
        Command::Push { count, seed } => push(count, seed),
        Command::Ingest { count, offices, seed } => ingest(count, offices, seed),
        Command::Desk { data, count, seed } => desk(&data, count, seed),
        Command::Dictionary { count, output } => dictionary(count, &output),
        Command::Generate { count, seed, office, day, steps, output } => {
            let form = if steps { LineForm::WithSteps } else { LineForm::Form };
            generate((count, form), (office, seed), day, output)
        }
    }
}

fn day() -> Result<NaiveDate, String> {
    NaiveDate::from_ymd_opt(2026, 11, 23).ok_or_else(|| "no such day".to_owned())
}

fn sizes(count: usize, seed: u64) -> Result<(), String> {
    let office = "35.10.01.2001".parse().map_err(|_| "no such office".to_owned())?;
    println!("{}", fleet::sizes::measure(office, seed, count, day()?)?);
    Ok(())
}

fn exchange(page: Option<&Path>) -> Result<(), String> {
    let part = fleet::exchange::render(&fleet::exchange::play()?)?;
    let Some(path) = page else {
        print!("{part}");
        return Ok(());
    };
    let page = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let page = fleet::exchange::put(&page, &part).ok_or("the page has no marked part")?;
    std::fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()))
}

fn dictionary(count: usize, output: &Path) -> Result<(), String> {
    let office = "35.10.12.2005".parse().map_err(|_| "no such office".to_owned())?;
    let made = fleet::made_log::make(office, 4_711, count, day()?).map_err(|error| error.to_string())?;
    let bytes = make_dictionary(&made.entries).map_err(|error| error.to_string())?;
    std::fs::write(output, bytes).map_err(|error| error.to_string())
}

fn push(count: usize, seed: u64) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let table = runtime.block_on(demo::push(count, seed)).map_err(|error| error.to_string())?;
    println!("{table}");
    if table.is_proven() { Ok(()) } else { Err("not every line ended proven".to_owned()) }
}

fn ingest(count: usize, offices: usize, seed: u64) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let table = runtime.block_on(fleet::ingest::ingest(count, offices, seed, day()?));
    println!("{}", table.map_err(|error| error.to_string())?);
    Ok(())
}

/// Records of the node that the many are compared with.
const FEW: usize = 1_000;

fn desk(data: &Path, count: usize, seed: u64) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let table = runtime.block_on(fleet::desk::measure(data, (FEW, count), seed));
    println!("{}", table.map_err(|error| error.to_string())?);
    Ok(())
}

fn play(options: &DemoOptions) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let table = runtime.block_on(demo::play(options)).map_err(|error| error.to_string())?;
    println!("{table}");
    if table.is_proven() {
        return Ok(());
    }
    let late: Vec<String> = table.late().map(|code| code.to_string()).collect();
    Err(format!(
        "not every office is proven equal: {}",
        if late.is_empty() { "see the report".to_owned() } else { late.join(", ") }
    ))
}

fn generate(
    (count, form): (usize, LineForm),
    (office, seed): (OfficeCode, u64),
    day: Option<String>,
    output: Option<PathBuf>,
) -> Result<(), String> {
    let day = match day {
        Some(text) => calendar::parse_date(&text).map_err(|fault| fault.text.en)?,
        None => today()?,
    };
    let mut generator = Generator::new(office, seed, day);
    let mut to: Box<dyn Write> = match output {
        Some(path) => {
            Box::new(File::create(&path).map_err(|error| format!("{} cannot be written: {error}", path.display()))?)
        }
        None => Box::new(io::stdout().lock()),
    };
    write_lines(&mut BufWriter::new(&mut to), &mut generator, count, form).map_err(|error| error.to_string())
}

/// The day it is in Banyuwangi.
fn today() -> Result<NaiveDate, String> {
    #[expect(clippy::disallowed_methods, reason = "a program for people reads the clock here, and only here")]
    let now = chrono::Utc::now();
    calendar::wib_date(now.timestamp_millis())
        .ok_or_else(|| "this machine's clock shows no possible day: set it".to_owned())
}
