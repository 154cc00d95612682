//! The transition table, state by state and rule by rule.

use office_model::{Approval, Status, StepError};

const APPROVALS: [Approval; 3] = [Approval::Always, Approval::None, Approval::Conditional];

/// All steps of a service whose letters may or may not go to the sub-district.
const TABLE: &str = "
    draf: diajukan dibatalkan
    diajukan: diperiksa dikembalikan ditolak dibatalkan
    diperiksa: diajukan menunggu_camat ditandatangani dikembalikan ditolak dibatalkan
    menunggu_camat: diperiksa ditandatangani dikembalikan ditolak dibatalkan
    ditandatangani: siap_diambil dibatalkan
    siap_diambil: selesai dibatalkan
    selesai:
    dikembalikan: draf diajukan dibatalkan
    ditolak:
    dibatalkan:";

#[test]
fn the_table_is_the_documented_one() {
    let mut seen = 0;
    for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (from, next) = line.split_once(':').unwrap();
        let from: Status = from.parse().unwrap();
        let wanted: Vec<Status> = next.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let got: Vec<Status> = from.next(Approval::Conditional).collect();
        assert_eq!(got, wanted, "{from}");
        assert_eq!(from.is_final(), wanted.is_empty());
        seen += 1;
    }
    assert_eq!(seen, Status::ALL.len());
}

#[test]
fn the_camat_rule_decides_which_way_is_open() {
    use Status::{Diperiksa, Ditandatangani, MenungguCamat};
    for (approval, camat, direct) in
        [(Approval::Always, true, false), (Approval::None, false, true), (Approval::Conditional, true, true)]
    {
        assert_eq!(Diperiksa.may_become(MenungguCamat, approval), camat);
        assert_eq!(Diperiksa.may_become(Ditandatangani, approval), direct);
        assert!(MenungguCamat.may_become(Ditandatangani, approval), "a record that waits already can always go on");
    }
}

#[test]
fn every_service_can_reach_the_citizen_and_nothing_leads_on_from_the_end() {
    for approval in APPROVALS {
        let mut reached = vec![Status::FIRST];
        let mut at = 0;
        while at < reached.len() {
            let next: Vec<Status> = reached[at].next(approval).filter(|to| !reached.contains(to)).collect();
            reached.extend(next);
            at += 1;
        }
        let all = if approval == Approval::None { 9 } else { 10 };
        assert_eq!(reached.len(), all, "{approval:?}");
        assert!(Status::ALL.iter().all(|status| !status.may_become(*status, approval)));
    }
}

#[test]
fn a_reason_is_asked_where_it_is_due() {
    use Status::{Diajukan, Dibatalkan, Dikembalikan, Diperiksa, Ditolak, Draf};
    let long = "x".repeat(501);
    let check = |from: Status, to, reason| from.check_step(to, Approval::None, reason);
    for to in [Dikembalikan, Ditolak, Dibatalkan] {
        assert_eq!(check(Diajukan, to, None), Err(StepError::ReasonMissing { to }));
        assert_eq!(check(Diajukan, to, Some("  ")), Err(StepError::ReasonMissing { to }));
        assert_eq!(check(Diajukan, to, Some("KTP tidak terbaca")), Ok(()));
        assert_eq!(check(Diajukan, to, Some(&long)), Err(StepError::ReasonTooLong));
    }
    // Its number is used up with it.
    assert_eq!(check(Draf, Dibatalkan, None), Err(StepError::ReasonMissing { to: Dibatalkan }));
    assert_eq!(check(Diajukan, Diperiksa, None), Ok(()));
    let error = check(Diperiksa, Diperiksa, None).unwrap_err();
    assert_eq!(error.code(), "step_not_allowed");
    assert!(error.text().id.starts_with("Berkas ini sudah berstatus Diperiksa"), "{}", error.text().id);
    let error = check(Draf, Ditolak, Some("x")).unwrap_err();
    assert_eq!(error.code(), "step_not_allowed");
    assert!(error.text().id.contains("Diajukan, Dibatalkan"), "{}", error.text().id);
    assert!(error.text().en.contains("Submitted (diajukan), Cancelled (dibatalkan)"), "{}", error.text().en);
}

#[test]
fn words_and_labels_are_unique() {
    for status in Status::ALL {
        assert_eq!(status.as_str().parse::<Status>().unwrap(), status);
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        let label = status.label();
        let same = Status::ALL.iter().filter(|other| other.label().id == label.id || other.label().en == label.en);
        assert_eq!(same.count(), 1);
    }
    assert!("Draf".parse::<Status>().is_err());
}

#[test]
fn what_is_signed_or_closed_or_lies_with_the_camat_cannot_be_edited() {
    let closed: Vec<&str> =
        Status::ALL.iter().filter(|status| !status.is_editable()).map(|status| status.as_str()).collect();
    assert_eq!(closed, ["menunggu_camat", "ditandatangani", "siap_diambil", "selesai", "ditolak", "dibatalkan"]);
}
