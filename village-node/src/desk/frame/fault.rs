//! What was not done, told inside the desk: whoever is signed in keeps the way on and the state bar.

use std::sync::Arc;

use askama::Template;
use desk_kit::FaultPage;

use crate::desk::frame::page::Page;
use crate::desk::people::sessions::Session;
use crate::failure::Failure;
use crate::serve::Shared;

#[derive(Template)]
#[template(path = "fault_inside.html")]
struct FaultInside {
    page: Page,
    text: String,
    code: String,
    back: String,
}

/// The page for somebody who is signed in; nothing where it cannot be made, as on a database that cannot be read.
pub(crate) async fn inside(shared: &Arc<Shared>, session: Session, fault: &FaultPage) -> Option<String> {
    let FaultPage { title, text, code, back, .. } = fault.clone();
    let made = shared.node.blocking(move |node| {
        let language = session.language;
        let page = Page::of(&session, &node.replica(), "", language.say(&title))?;
        let text = language.say(&text).to_owned();
        FaultInside { page, text, code, back }.render().map_err(|error| Failure::internal(&error))
    });
    made.await.ok()
}
