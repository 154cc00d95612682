//! How often each service is asked for.

use office_model::ServiceId;

use super::dice::Dice;

/// Of a hundred thousand visits at a counter, roughly: identity, business and poverty letters lead.
const OFTEN: [(&str, u32); 25] = [
    ("G01", 90),
    ("G02", 130),
    ("G03", 70),
    ("G04", 40),
    ("G05", 50),
    ("G06", 40),
    ("G07", 35),
    ("G08", 30),
    ("G09", 12),
    ("G10", 12),
    ("E01", 45),
    ("E02", 35),
    ("E03", 15),
    ("H01", 30),
    ("H02", 30),
    ("H03", 15),
    ("S01", 90),
    ("S02", 30),
    ("S03", 8),
    ("P01", 100),
    ("P02", 55),
    ("P03", 12),
    ("P04", 20),
    ("P05", 10),
    ("P06", 16),
];

/// One of these services. Services this table does not know are asked for now and then.
pub(crate) fn choose(dice: &mut Dice, services: &[ServiceId]) -> Option<ServiceId> {
    let weight =
        |id: &ServiceId| OFTEN.iter().find(|(known, _)| *known == id.as_str()).map_or(10, |(_, weight)| *weight);
    let mut left = dice.below(services.iter().map(weight).sum());
    for id in services {
        match left.checked_sub(weight(id)) {
            Some(rest) => left = rest,
            None => return Some(*id),
        }
    }
    services.last().copied()
}
