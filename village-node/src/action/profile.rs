//! The office's profile: what stands on its paper, and through whose hands its records go.

use office_handbook::{Profile, ProfileForm};
use office_model::Bilingual;
use replica_store::{Clock, Reader, Replica};
use serde_json::{Value, json};

use super::handbook;
use crate::{Blame, Failure};

/// `{"profile", "published": {"by", "at_millis"}}`; null in `published` where none was.
pub(super) fn show(reader: &Reader) -> Result<Value, Failure> {
    let published = handbook::profile_published(reader)?.map(|(by, at)| json!({"by": by, "at_millis": at}));
    Ok(json!({"profile": handbook::profile(reader)?, "published": published}))
}

/// As [`show`].
pub(super) fn set(replica: &mut Replica, (new, seen): (&Profile, &Profile), clock: &Clock) -> Result<Value, Failure> {
    let stands = handbook::profile(replica)?;
    // What stood before a rule came up may stay.
    let checked = ProfileForm::of(new).profile(seen, &stands);
    let profile = checked.map_err(|told| wrong(&ProfileForm::lines(&told)))?;
    handbook::set_profile(replica, &profile, clock)?;
    show(replica)
}

fn wrong(lines: &[Bilingual]) -> Failure {
    let all = |said: fn(&Bilingual) -> &str| lines.iter().map(said).collect::<Vec<_>>().join(" ");
    Failure::new(
        Blame::Input,
        "profile_wrong",
        format!("Profil kantor belum benar. Tidak ada yang berubah; perbaiki, lalu ulangi. {}", all(|line| &line.id)),
        format!(
            "The office's profile is not right. Nothing was changed; correct it and try again. {}",
            all(|line| &line.en)
        ),
    )
}
