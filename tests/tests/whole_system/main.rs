//! The promises of the whole.

#[cfg(test)]
mod above;
#[cfg(test)]
mod alarms;
#[cfg(test)]
mod architecture;
mod backup;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod door;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod garbage;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod json_page;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod local_api;
#[cfg(test)]
mod log;
#[cfg(test)]
mod moved;
#[cfg(test)]
mod narrow;
#[cfg(test)]
mod night;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod record;
#[cfg(test)]
mod referred;
#[cfg(test)]
mod regency;
#[cfg(test)]
mod restored;
#[cfg(test)]
mod seal;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod wiped;
