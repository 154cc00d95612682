//! How heavy and how slow the pages of a clerk's desk are on a node with many records, beside a node with few.
//!
//! The nodes are built once and kept; `village-node serve` runs as the process it is, and is asked as a browser asks.

mod archive;
mod pages;
mod serving;
mod table;
mod window;

use std::path::Path;
use std::time::Instant;

use office_model::OfficeCode;

use crate::demo::DemoError;
use archive::Archive;
use serving::Serving;
use window::Window;

pub use table::{Asked, DeskTable, Figures};

/// Times that each page is asked for.
const TIMES: usize = 40;

/// Builds the node in `dir` with `count` records unless it is there, one with `few` beside it, and asks both for their pages.
///
/// # Errors
///
/// When the machine refuses: a folder, a port, a database; when the program is not built; or when a page is not answered.
pub async fn measure(dir: &Path, (few, count): (usize, usize), seed: u64) -> Result<DeskTable, DemoError> {
    let office: OfficeCode =
        "35.10.01.2001".parse().map_err(|_| DemoError::Internal("the office's code".to_owned()))?;
    let few = of_node(&Archive::take_up(&dir.join("few"), office, few, seed).await?).await?;
    let many = of_node(&Archive::take_up(&dir.join(format!("many-{count}")), office, count, seed).await?).await?;
    Ok(DeskTable { few, many })
}

async fn of_node(archive: &Archive) -> Result<Figures, DemoError> {
    archive.account()?;
    let begun = Instant::now();
    let serving = Serving::start(&archive.dir)?;
    let window = Window::open(serving.url())?;
    window.get("/masuk").await?;
    let first_page = begun.elapsed();
    window.sign_in(archive::CLERK, archive::SECRET).await?;
    let begun = Instant::now();
    let first = window.get("/berkas").await?;
    let first_list = begun.elapsed();
    let mut asked = Vec::new();
    for (what, path) in pages::of(&first)? {
        let mut times = Vec::with_capacity(TIMES);
        let mut bytes = 0;
        for _ in 0..TIMES {
            let begun = Instant::now();
            bytes = window.get(&path).await?.len();
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        asked.push(Asked { what, bytes, times });
    }
    let mut assets = 0;
    for path in village_node::desk_assets() {
        assets += window.get(&path).await?.len();
    }
    let (records, disk) = archive.size()?;
    Ok(Figures { records, disk, first_page, first_list, assets, resident: serving.resident()?, asked })
}
