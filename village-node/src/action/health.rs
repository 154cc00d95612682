//! Records of health among those that a list shows: that there is one of somebody tells of their health before it is opened.

use std::collections::{BTreeMap, BTreeSet};

use change_log::DocumentId;
use office_model::{Catalogue, Service, ServiceId};
use serde_json::Value;

/// Records of health that were shown with the names of their citizens, by service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HealthListed(BTreeMap<ServiceId, BTreeSet<DocumentId>>);

impl HealthListed {
    /// Those among these records. What no catalogue knows might be of health.
    pub(crate) fn among(records: impl IntoIterator<Item = (ServiceId, DocumentId)>) -> Self {
        let mut listed = Self::default();
        for (service, id) in records {
            if Catalogue::current().service(&service).is_none_or(Service::is_of_health) {
                listed.0.entry(service).or_default().insert(id);
            }
        }
        listed
    }

    /// Those in the answer of an action: rows of a list, or lines of the register with their letters.
    pub(crate) fn in_answer(answer: &Value) -> Self {
        let entries = |key: &str| answer.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let letters = entries("lines").iter().filter_map(|line| line.get("letter"));
        Self::among(entries("rows").iter().chain(letters).filter_map(|row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            Some((text("service")?.parse().ok()?, text("id")?.parse().ok()?))
        }))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub(crate) fn ids(&self) -> impl Iterator<Item = DocumentId> {
        self.0.values().flatten().copied()
    }

    /// As the audit trail tells of them: services and how many records of each, `H01 (1), H03 (2)`; empty for none.
    pub(crate) fn about(&self) -> String {
        let counts: Vec<String> = self.0.iter().map(|(service, ids)| format!("{service} ({})", ids.len())).collect();
        counts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_and_counts_are_told_and_nobody() {
        let id = |number: u64| -> DocumentId { format!("0199c82c-6f6a-7a0e-a2f3-{number:012x}").parse().unwrap() };
        let row = |service: &str, number: u64| (service.parse().unwrap(), id(number));
        let records = [row("H03", 1), row("H03", 2), row("H03", 2), row("G01", 3), row("S03", 4)];
        let listed = HealthListed::among(records);
        assert_eq!(listed.about(), "H03 (2), S03 (1)");
        assert_eq!(listed.ids().collect::<Vec<_>>(), [id(1), id(2), id(4)]);
        assert_eq!(HealthListed::among([row("Z99", 5)]).about(), "Z99 (1)", "of another version");
        assert!(HealthListed::among([row("G01", 1), row("P01", 2)]).is_empty());
    }

    #[test]
    fn answers_are_looked_through() {
        let id = |number: u64| -> DocumentId { format!("0199c82c-6f6a-7a0e-a2f3-{number:012x}").parse().unwrap() };
        let rows = json!({"rows": [{"service": "H03", "id": id(1), "name": "Siti"}, {"service": "G01", "id": id(2)}]});
        let lines = json!({"lines": [{"letter": {"service": "S03", "id": id(3)}}, {"letter": null, "gap": "free"}]});
        assert_eq!(HealthListed::in_answer(&rows).about(), "H03 (1)");
        assert_eq!(HealthListed::in_answer(&lines).about(), "S03 (1)");
        assert!(HealthListed::in_answer(&json!({"offices": 3})).is_empty());
    }
}
