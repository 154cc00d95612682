//! What a new text changes of the one that stands, line by line, for people to look at before it is published.

/// Lines that are looked at one beside the other; longer stretches that differ are told whole.
const LINES_MAX: usize = 2_000;

/// A line that is in one of two texts alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The heading that it stands under; empty before the first one.
    pub heading: String,
    /// Whether it is new; else it is gone.
    pub is_new: bool,
    /// What it says.
    pub text: String,
}

/// The lines that are gone and new, in the order of the texts. `is_heading`: begins a part of the text. Blanks around lines,
/// and empty lines, say nothing.
pub fn text_changes(before: &str, after: &str, is_heading: impl Fn(&str) -> bool) -> Vec<LineChange> {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (before, after) = (lines(before), lines(after));
    let same_first = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let (old, new) = (before.get(same_first..).unwrap_or_default(), after.get(same_first..).unwrap_or_default());
    let same_last = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let old = old.get(..old.len() - same_last).unwrap_or_default();
    let new = new.get(..new.len() - same_last).unwrap_or_default();
    let mut heading = before.iter().take(same_first).rfind(|line| is_heading(line)).cloned().unwrap_or_default();
    let mut changes = Vec::new();
    for (side, text) in steps(old, new) {
        if is_heading(text) {
            text.clone_into(&mut heading);
        }
        if side != Side::Both {
            changes.push(LineChange { heading: heading.clone(), is_new: side == Side::New, text: text.to_owned() });
        }
    }
    changes
}

/// In which of two texts a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Old,
    New,
}

/// The lines of both, with as many in common as there are.
fn steps<'a>(old: &'a [String], new: &'a [String]) -> Vec<(Side, &'a str)> {
    let whole = |side: Side, lines: &'a [String]| lines.iter().map(move |line| (side, line.as_str()));
    if old.len() > LINES_MAX || new.len() > LINES_MAX {
        return whole(Side::Old, old).chain(whole(Side::New, new)).collect();
    }
    // `common[i][j]`: lines in common of old from i and new from j.
    let width = new.len() + 1;
    let mut common = vec![0_u16; (old.len() + 1) * width];
    let at = |common: &[u16], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or_default();
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let longest = if one == other {
                at(&common, i + 1, j + 1).saturating_add(1)
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(place) = common.get_mut(i * width + j) {
                *place = longest;
            }
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    loop {
        match (old.get(i), new.get(j)) {
            (Some(one), Some(other)) if one == other => {
                steps.push((Side::Both, one.as_str()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                steps.push((Side::Old, one.as_str()));
                i += 1;
            }
            (_, Some(other)) => {
                steps.push((Side::New, other.as_str()));
                j += 1;
            }
            _ => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let changes = text_changes(before, after, |line| line.starts_with('='));
        changes
            .iter()
            .map(|one| format!("{}{} {}", one.heading, if one.is_new { '+' } else { '-' }, one.text))
            .collect()
    }

    #[test]
    fn a_changed_line_is_gone_and_new_under_its_heading() {
        let before = "version 1\n\n= a\nx\ny\n== G01 T\np\nq\nr\n";
        assert_eq!(told(before, before), [""; 0]);
        assert_eq!(
            told(before, "version 2\n= a\nx\ny\n== G01 T\np\nQ\nr\n"),
            ["- version 1", "+ version 2", "== G01 T- q", "== G01 T+ Q"]
        );
        assert_eq!(told(before, "version 1\n= a\nx\ny\n== G01 T\np\nq\nr\ns"), ["== G01 T+ s"]);
        assert_eq!(told(before, "version 1\n= a\nx\n== G01 T\np\nq\nr"), ["= a- y"]);
        assert_eq!(told("", "= a\nx"), ["= a+ = a", "= a+ x"]);
        assert_eq!(told("= a\nx", ""), ["= a- = a", "= a- x"]);
    }

    #[test]
    fn a_text_that_is_all_another_is_told_whole() {
        let long = |sign: &str| vec![sign; LINES_MAX + 1].join("\n");
        assert_eq!(told(&long("a"), &long("b")).len(), 2 * (LINES_MAX + 1));
    }
}
