//! Whether this machine's clock is right, as somebody says who looked at a calendar.

use std::sync::Arc;

use axum::extract::State;

use crate::desk::frame::page::{Answer, go};
use crate::desk::people::sign_in::note_in;
use crate::desk::people::visitor::{Form, Visitor};
use crate::serve::Shared;
use crate::{Act, action};

pub(in crate::desk) async fn believe(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let clerk = visitor.clerk().to_string();
    let done = visitor.act(&shared, move |doing| {
        action::believe(doing.replica)?;
        note_in(doing.replica, &clerk, Act::ClockBelieved, "")
    });
    done.await?;
    Ok(go("/sinkron"))
}
