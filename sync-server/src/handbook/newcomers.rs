//! What offices are told that a roster brings: what all others have.

use std::collections::BTreeSet;

use exchange_driver::is_of_hub;
use office_handbook::{Audience, Topic};
use office_model::{Office, OfficeCode, Roster};
use replica_store::{NewPublication, Reader};

use super::newest;
use super::overview::{NoticeState, Overview};
use crate::keys::HubKeys;
use crate::{Failure, init};

/// The roster that stood before, and the notices as they stand.
pub(super) struct Newcomers {
    /// Nothing while the hub is being made.
    before: Option<Roster>,
    notices: Vec<NoticeState>,
}

impl Newcomers {
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(reader: &Reader, keys: &HubKeys) -> Result<Self, Failure> {
        if !init::has_roster(reader)? {
            return Ok(Self { before: None, notices: Vec::new() });
        }
        Ok(Self { before: Some(init::roster(reader)?), notices: Overview::of(reader, keys)?.notices })
    }

    /// What an office of the new roster is to be told besides it: nothing that it was told already. One that stood in a roster
    /// of long before was told what stood then, and missed what came since.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn told(
        &self,
        reader: &Reader,
        keys: &HubKeys,
        office: &Office,
    ) -> Result<Vec<NewPublication>, Failure> {
        let (hub, key) = (keys.hub()?, keys.signing_key()?.verifying_key());
        let told = |topic: Topic| -> Result<Option<String>, Failure> {
            let told = reader.publication(&office.code, &topic.to_string(), &|one| is_of_hub(one, hub, &key))?;
            Ok(told.map(|told| told.publication.body))
        };
        let mut new = Vec::new();
        let mut tell = |topic: Topic, body: String| {
            new.push(NewPublication { office: office.code, topic: topic.to_string(), body });
        };
        for topic in [Topic::Catalogue, Topic::Templates] {
            if let Some(stands) = newest(reader, keys, topic)?.map(|stands| stands.publication.body)
                && told(topic)?.as_ref() != Some(&stands)
            {
                tell(topic, stands);
            }
        }
        let Some(before) = self.before.as_ref().filter(|before| before.get(office.code).is_none()) else {
            return Ok(new);
        };
        for state in &self.notices {
            let (topic, body) = (Topic::Notice(state.number), state.notice.to_body());
            let is_due = match told(topic)? {
                // Withdrawn, or said otherwise, while it was not there.
                Some(told) => told != body,
                None => !state.notice.withdrawn && is_meant(office, &state.offices, before),
            };
            if is_due {
                tell(topic, body);
            }
        }
        Ok(new)
    }
}

/// Whether a notice that these offices were told is for a newcomer, too: it was for everyone, or for all of its sub-district.
fn is_meant(newcomer: &Office, told: &[OfficeCode], before: &Roster) -> bool {
    let told: BTreeSet<OfficeCode> = told.iter().copied().collect();
    let were_all = |audience: Audience| {
        let mut meant = audience.of(before).peekable();
        meant.peek().is_some() && meant.all(|office| told.contains(&office.code))
    };
    let district = newcomer.district.as_ref().map(|district| Audience::District(district.code));
    // One office of a sub-district that has no other may have been meant alone.
    were_all(Audience::Everyone) || (told.len() > 1 && district.is_some_and(were_all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_is_meant_where_all_others_or_all_of_its_sub_district_were() {
        const HEAD: &str = "code,name,kind,district_code,district\n";
        let before = Roster::parse(&format!(
            "{HEAD}35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n35.10.01.2002,Kandangan,desa,35.10.01,Pesanggaran\n\
             35.10.02.2001,Ringintelu,desa,35.10.02,Bangorejo\n"
        ))
        .unwrap();
        let after = Roster::parse(&format!(
            "{HEAD}35.10.01.2003,Pesanggaran,desa,35.10.01,Pesanggaran\n35.10.02.2002,Sukorejo,desa,35.10.02,Bangorejo\n"
        ))
        .unwrap();
        let office = |code: &str| after.get(code.parse().unwrap()).unwrap();
        let (first, second) = (office("35.10.01.2003"), office("35.10.02.2002"));
        let told = |audience: Audience| -> Vec<OfficeCode> { audience.of(&before).map(|office| office.code).collect() };
        let all = told(Audience::Everyone);
        assert!(is_meant(first, &all, &before) && is_meant(second, &all, &before));
        let district = told(Audience::District("35.10.01".parse().unwrap()));
        assert!(is_meant(first, &district, &before) && !is_meant(second, &district, &before));
        let one = told(Audience::Office("35.10.02.2001".parse().unwrap()));
        assert!(one.len() == 1 && !is_meant(first, &one, &before) && !is_meant(second, &one, &before));
    }
}
