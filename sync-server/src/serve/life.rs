//! When another life of the hub's data begins while it serves: its clock was set right after a restore, or an office proves that the
//! data went back unseen. Letter numbers are granted by it.

use std::time::{Duration, Instant};

use office_model::granting::SET_MILLIS_MIN;

use exchange_driver::GoneBack;

use super::Hub;
use crate::{Failure, clock};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(30);

/// Looks as long as the hub serves.
pub(super) async fn watch(hub: &Hub) {
    let (mut wall, mut steady) = (clock::now_millis(), Instant::now());
    loop {
        tokio::time::sleep(EVERY).await;
        let passed = i64::try_from(steady.elapsed().as_millis()).unwrap_or(i64::MAX);
        let now = clock::now_millis();
        let would_be = wall.saturating_add(passed);
        let before_set = (now.saturating_sub(would_be) >= SET_MILLIS_MIN).then_some(would_be);
        (wall, steady) = (now, Instant::now());
        match take_up(hub, now, before_set).await {
            Ok(true) => tracing::warn!(
                "the clock was wrong when this hub was restored, and was set right: letter numbers are granted again in a little over ten hours"
            ),
            Ok(false) => {}
            Err(failure) => tracing::error!(%failure, "the clock is looked at again"),
        }
    }
}

/// Begins another life, since an office gave back what this one signed and the data does not know.
pub(super) async fn gone_back(hub: &Hub, gone: GoneBack) -> Result<(), Failure> {
    let fresh = clock::fresh_epoch()?;
    let began = hub.writer.send(move |replica, _| {
        Ok::<_, Failure>(exchange_driver::begin_life_gone_back(replica, gone, fresh, clock::now_millis())?)
    });
    if began.await? {
        tracing::error!(
            node = %gone.node,
            "this hub's data is older than what it told this machine: a copy was written over it, or the whole computer was put \
             back. Offices bring back what is missing; letter numbers are granted again in a little over ten hours"
        );
        hub.readers.renew();
    }
    Ok(())
}

async fn take_up(hub: &Hub, now: i64, before_set: Option<i64>) -> Result<bool, Failure> {
    hub.writer.send(move |replica, _| Ok(exchange_driver::take_up_life(replica, now, before_set)?)).await
}
