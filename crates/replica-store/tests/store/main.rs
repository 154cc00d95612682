//! The store's promises, on real files.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod attachments;
#[cfg(test)]
mod brought;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod fork;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hub_commit;
#[cfg(test)]
mod integrity;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod local_api;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod power;
#[cfg(test)]
mod publications;
#[cfg(test)]
mod referrals;
mod registry;
#[cfg(test)]
mod replication;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod world;
