//! The page of help.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Page, html};
use crate::desk::people::visitor::Visitor;
use crate::serve::Shared;

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    page: Page,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let page = shared
        .node
        .blocking(move |node| {
            let t = visitor.session.language.texts();
            Ok(HelpPage { page: Page::of(&visitor.session, &node.replica(), "help", t.help)? })
        })
        .await?;
    html(&page)
}
