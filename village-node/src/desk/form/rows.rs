//! Which person of a list, as it was typed, is which of the list as it stood: rows have no names, and a form moves them up
//! where one is removed. By this a person who stays is changed in place, also where another machine changes the list at the
//! same time.

use std::collections::BTreeMap;

/// What stands in one row, by what follows its number in a path (`.nama`).
pub(super) type Row = BTreeMap<String, String>;

/// What it costs that a text became a wholly different one, or is gone.
const CHANGED: u64 = 12;
/// The same of a name,
const OTHER_NAME: u64 = 24;
/// and of a NIK, which is hardly ever another one for the same person.
const OTHER_NIK: u64 = 36;
/// More pairs are not compared: no form of the catalogue has as many.
const PAIRS_MAX: usize = 10_000;

/// For each row that was typed, the row that it was; none for one that is new. Those that stay keep their order, and new ones
/// come behind them.
pub(super) fn matched(before: &[Row], typed: &[Row]) -> Vec<Option<usize>> {
    let by_place = |at: usize| Some(at).filter(|at| *at < before.len());
    if before.len().saturating_mul(typed.len()) > PAIRS_MAX {
        return (0..typed.len()).map(by_place).collect();
    }
    // The least cost for the first `of` rows as they stood and the first `to` that were typed, row by row.
    let mut costs: Vec<Vec<u64>> = vec![(0..=typed.len()).map(|to| if to == 0 { 0 } else { u64::MAX }).collect()];
    for was in before {
        let Some(above) = costs.last() else { break };
        let mut line = Vec::with_capacity(above.len());
        let mut diagonal = None;
        for (to, over) in above.iter().enumerate() {
            let gone = over.saturating_add(cost_of_removal(was));
            let stays = diagonal.zip(to.checked_sub(1).and_then(|to| typed.get(to)));
            let stays =
                stays.map_or(u64::MAX, |(cost, row): (u64, &Row)| cost.saturating_add(cost_of_change(was, row)));
            line.push(gone.min(stays));
            diagonal = Some(*over);
        }
        costs.push(line);
    }
    let cost = |of: usize, to: usize| costs.get(of).and_then(|line| line.get(to)).copied().unwrap_or(u64::MAX);
    // What is typed behind those that stay is new.
    let added = |to: usize| typed.iter().skip(to).map(cost_of_removal).fold(0_u64, u64::saturating_add);
    let stays =
        (0..=typed.len()).min_by_key(|to| cost(before.len(), *to).saturating_add(added(*to))).unwrap_or_default();
    let mut found = vec![None; typed.len()];
    let (mut of, mut to) = (before.len(), stays);
    while let (Some(was), Some(row)) = (of.checked_sub(1), to.checked_sub(1)) {
        let is_pair = before.get(was).zip(typed.get(row)).is_some_and(|(before, typed)| {
            cost(was, row).saturating_add(cost_of_change(before, typed)) == cost(of, to)
        });
        if is_pair {
            if let Some(place) = found.get_mut(row) {
                *place = Some(was);
            }
            to = row;
        }
        of = was;
    }
    found
}

fn cost_of_removal(row: &Row) -> u64 {
    let filled = row.values().filter(|text| !text.is_empty()).count() as u64;
    1 + filled.saturating_mul(CHANGED)
}

/// Only of what the form has a place for.
fn cost_of_change(before: &Row, typed: &Row) -> u64 {
    let costs = typed.iter().map(|(place, text)| {
        let was = before.get(place).map_or("", String::as_str);
        match (was, text.as_str()) {
            (was, text) if was == text => 0,
            (was, text) if place == ".nik" && !was.is_empty() && !text.is_empty() => difference(was, text, OTHER_NIK),
            (was, text) if place == ".nama" && !was.is_empty() && !text.is_empty() => difference(was, text, OTHER_NAME),
            (was, text) => difference(was, text, CHANGED),
        }
    });
    costs.fold(0, u64::saturating_add)
}

/// From 1 for texts that are nearly the same to `most` for those of which less than half begins and ends alike, unless one of them
/// is the other with more to it.
fn difference(one: &str, other: &str, most: u64) -> u64 {
    let (one, other): (Vec<char>, Vec<char>) =
        (one.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
    let longest = one.len().max(other.len());
    let shortest = one.len().min(other.len());
    let begins = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let ends = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let alike = (begins + ends).min(shortest);
    if alike * 2 < longest && (alike < shortest || shortest < 3) {
        return most;
    }
    let apart = (longest - alike) as u64;
    (apart.saturating_mul(most) / (longest.max(1) as u64)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(persons: &[(&str, &str)]) -> Vec<Row> {
        let row = |(name, nik): &(&str, &str)| {
            Row::from([(".nama".to_owned(), (*name).to_owned()), (".nik".to_owned(), (*nik).to_owned())])
        };
        persons.iter().map(row).collect()
    }

    #[test]
    fn who_stays_is_found_again() {
        let three = rows(&[("Ani", "3510014107900001"), ("Budi", "3510010107900002"), ("Cici", "")]);
        let of = |typed: &[(&str, &str)]| matched(&three, &rows(typed));
        assert_eq!(of(&[("Ani", "3510014107900001"), ("Cici", "")]), [Some(0), Some(2)], "one was removed");
        assert_eq!(of(&[("Budi", "3510010107900002"), ("Cici Lestari", "")]), [Some(1), Some(2)]);
        assert_eq!(of(&[("Budi", "3510010107900003")]), [Some(1)], "a digit of the NIK was wrong");
        assert_eq!(of(&[("Ani", ""), ("Budi Santoso", "3510010107900002"), ("Cici", "")]), [Some(0), Some(1), Some(2)]);
        let more = [("Ani", "3510014107900001"), ("Cici", ""), ("Dedi", "3510010107900009")];
        assert_eq!(of(&more), [Some(0), Some(2), None], "one was removed and one added");
        assert_eq!(of(&[]), []);
        assert_eq!(matched(&[], &rows(&more)), [None, None, None]);
        let all = [("Ani", "3510014107900001"), ("Budi", "3510010107900002"), ("Cici", ""), ("Dedi", "")];
        assert_eq!(of(&all), [Some(0), Some(1), Some(2), None]);
    }

    #[test]
    fn persons_of_the_same_name_stay_in_their_order() {
        let two = rows(&[("Siti", ""), ("Siti", "")]);
        assert_eq!(matched(&two, &rows(&[("Siti", ""), ("Siti", "")])), [Some(0), Some(1)]);
        assert_eq!(matched(&two, &rows(&[("Siti", "")])).len(), 1);
    }

    #[test]
    fn too_many_rows_are_matched_by_place() {
        let many = vec![Row::new(); 200];
        assert_eq!(matched(&many, &many).last(), Some(&Some(199)));
        assert_eq!(matched(&many[..100], &many).get(100), Some(&None));
    }
}
