//! Payloads: cases one way, verdicts the other. Parent and child are the same program file, so there is one version.
//!
//! Numbers are little-endian; bytes and texts have their length (4 bytes) in front, lists their count.

use change_log::{BlobHash, ChangeHash, DocumentId, EpochId, NodeId};
use office_model::OfficeCode;
use replica_store::Case;
use service_document::{
    AttachedFile, Belonging, Candidate, DocumentRow, GivenAnswer, Judgement, Lease, Publication, Referral, Refusal,
    TransactionRow, Verdict,
};
use uuid::Uuid;

use crate::question::Question;

/// The payload is not what the other side of this program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

type Read<T> = Result<T, Unreadable>;

const TRANSACTION: u8 = 0;
const LEASE: u8 = 1;
const PUBLICATION: u8 = 2;

const TO: u8 = 0;
const TO_OR_BEFORE: u8 = 1;

const ACCEPTED: u8 = 0;
const PARKED: u8 = 1;
const REFUSED: u8 = 2;

pub(crate) fn write_cases(cases: &[Case]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cases.iter().map(|case| 64 + bytes_of(case)).sum());
    put_count(&mut out, cases.len());
    for case in cases {
        out.extend_from_slice(case.document.as_bytes());
        put_belonging(&mut out, case.belonging);
        put_count(&mut out, case.accepted.len());
        for raw in &case.accepted {
            put_bytes(&mut out, raw);
        }
        put_count(&mut out, case.candidates.len());
        for candidate in &case.candidates {
            out.extend_from_slice(&candidate.epoch.0);
            out.extend_from_slice(&candidate.hash.0);
            put_bytes(&mut out, &candidate.raw);
            put_option(&mut out, candidate.guest.as_ref(), |out, guest| put_text(out, guest.as_str()));
        }
    }
    out
}

/// Bytes of a case in a frame, about.
pub(crate) fn bytes_of(case: &Case) -> usize {
    let accepted: usize = case.accepted.iter().map(|raw| raw.len() + 4).sum();
    accepted + case.candidates.iter().map(|candidate| candidate.raw.len() + 69).sum::<usize>()
}

pub(crate) fn read_questions(payload: &[u8]) -> Read<Vec<Question<'_>>> {
    let mut input = Input(payload);
    let questions = input.list(|input| {
        Ok(Question {
            document: DocumentId(Uuid::from_bytes(input.array()?)),
            belonging: read_belonging(input)?,
            accepted: input.list(Input::bytes)?,
            candidates: input.list(|input| {
                Ok(Candidate {
                    epoch: EpochId(input.array()?),
                    hash: ChangeHash(input.array()?),
                    raw: input.bytes()?,
                    guest: input.option(read_office)?,
                })
            })?,
        })
    })?;
    input.end(questions)
}

fn read_office(input: &mut Input<'_>) -> Read<OfficeCode> {
    input.text()?.parse().map_err(|_| Unreadable)
}

fn put_belonging(out: &mut Vec<u8>, belonging: Belonging) {
    out.push(match belonging {
        Belonging::To(_) => TO,
        Belonging::ToOrBefore(_) => TO_OR_BEFORE,
    });
    put_text(out, belonging.office().as_str());
}

fn read_belonging(input: &mut Input<'_>) -> Read<Belonging> {
    let kind = input.byte()?;
    let office = read_office(input)?;
    match kind {
        TO => Ok(Belonging::To(office)),
        TO_OR_BEFORE => Ok(Belonging::ToOrBefore(office)),
        _ => Err(Unreadable),
    }
}

pub(crate) fn write_verdicts<'a>(verdicts: impl ExactSizeIterator<Item = &'a Verdict>) -> Vec<u8> {
    let mut out = Vec::new();
    put_count(&mut out, verdicts.len());
    for verdict in verdicts {
        put_count(&mut out, verdict.judgements.len());
        for judgement in &verdict.judgements {
            put_judgement(&mut out, judgement);
        }
        put_option(&mut out, verdict.row.as_ref(), put_row);
    }
    out
}

pub(crate) fn read_verdicts(payload: &[u8]) -> Read<Vec<Verdict>> {
    let mut input = Input(payload);
    let verdicts =
        input.list(|input| Ok(Verdict { judgements: input.list(read_judgement)?, row: input.option(read_row)? }))?;
    input.end(verdicts)
}

fn put_judgement(out: &mut Vec<u8>, judgement: &Judgement) {
    match judgement {
        Judgement::Accepted => out.push(ACCEPTED),
        Judgement::Parked { missing } => {
            out.push(PARKED);
            put_count(out, missing.len());
            for hash in missing {
                out.extend_from_slice(&hash.0);
            }
        }
        Judgement::Refused(refusal) => {
            out.push(REFUSED);
            put_bytes(out, refusal.code.as_str().as_bytes());
            put_bytes(out, refusal.detail.as_bytes());
        }
    }
}

fn read_judgement(input: &mut Input<'_>) -> Read<Judgement> {
    match input.byte()? {
        ACCEPTED => Ok(Judgement::Accepted),
        PARKED => Ok(Judgement::Parked { missing: input.list(|input| Ok(ChangeHash(input.array()?)))? }),
        REFUSED => {
            let code = input.text()?.parse().map_err(|_| Unreadable)?;
            Ok(Judgement::Refused(Refusal { code, detail: input.text()?.to_owned() }))
        }
        _ => Err(Unreadable),
    }
}

fn put_row(out: &mut Vec<u8>, row: &DocumentRow) {
    match row {
        DocumentRow::Transaction(row) => {
            out.push(TRANSACTION);
            put_transaction(out, row);
        }
        DocumentRow::Lease(lease) => {
            out.push(LEASE);
            put_lease(out, lease);
        }
        DocumentRow::Publication(publication) => {
            out.push(PUBLICATION);
            put_publication(out, publication);
        }
    }
}

fn read_row(input: &mut Input<'_>) -> Read<DocumentRow> {
    match input.byte()? {
        TRANSACTION => read_transaction(input).map(DocumentRow::Transaction),
        LEASE => read_lease(input).map(DocumentRow::Lease),
        PUBLICATION => read_publication(input).map(DocumentRow::Publication),
        _ => Err(Unreadable),
    }
}

fn put_lease(out: &mut Vec<u8>, lease: &Lease) {
    put_text(out, lease.office.as_str());
    out.extend_from_slice(&lease.node.0);
    out.extend_from_slice(&lease.epoch.0);
    put_text(out, lease.series.as_str());
    put_text(out, &lease.template.to_string());
    out.extend_from_slice(&lease.year.to_le_bytes());
    out.extend_from_slice(&lease.first.to_le_bytes());
    out.extend_from_slice(&lease.last.to_le_bytes());
    out.extend_from_slice(&lease.granted_millis.to_le_bytes());
    out.extend_from_slice(&lease.signature);
}

fn read_lease(input: &mut Input<'_>) -> Read<Lease> {
    Ok(Lease {
        office: input.text()?.parse().map_err(|_| Unreadable)?,
        node: NodeId(input.array()?),
        epoch: EpochId(input.array()?),
        series: input.text()?.parse().map_err(|_| Unreadable)?,
        template: input.text()?.parse().map_err(|_| Unreadable)?,
        year: i32::from_le_bytes(input.array()?),
        first: input.number()?,
        last: input.number()?,
        granted_millis: i64::from_le_bytes(input.array()?),
        signature: input.array()?,
    })
}

fn put_publication(out: &mut Vec<u8>, publication: &Publication) {
    put_text(out, publication.office.as_str());
    put_text(out, &publication.topic);
    out.extend_from_slice(&publication.version.to_le_bytes());
    out.extend_from_slice(&publication.published_millis.to_le_bytes());
    put_text(out, &publication.body);
    put_option(out, publication.signature.as_ref(), |out, signature| out.extend_from_slice(signature));
}

fn read_publication(input: &mut Input<'_>) -> Read<Publication> {
    Ok(Publication {
        office: input.text()?.parse().map_err(|_| Unreadable)?,
        topic: input.text()?.to_owned(),
        version: input.number()?,
        published_millis: i64::from_le_bytes(input.array()?),
        body: input.text()?.to_owned(),
        signature: input.option(Input::array)?,
    })
}

fn put_transaction(out: &mut Vec<u8>, row: &TransactionRow) {
    put_text(out, row.office.as_str());
    put_count(out, row.before.len());
    for office in &row.before {
        put_text(out, office.as_str());
    }
    put_count(out, row.referrals.len());
    for referral in &row.referrals {
        put_referral(out, referral);
    }
    put_text(out, row.service.as_str());
    put_text(out, &row.status);
    put_option(out, row.number.as_deref(), put_text);
    put_option(out, row.name.as_deref(), put_text);
    put_option(out, row.nik.as_deref(), put_text);
    put_count(out, row.serials.len());
    for serial in &row.serials {
        put_text(out, &serial.to_string());
    }
    put_count(out, row.attached.len());
    for file in &row.attached {
        out.extend_from_slice(&file.hash.0);
        put_text(out, &file.text());
    }
    for list in [&row.names, &row.niks] {
        put_count(out, list.len());
        for text in list {
            put_text(out, text);
        }
    }
    for (millis, clerk) in [(row.created_millis, &row.created_by), (row.changed_millis, &row.changed_by)] {
        out.extend_from_slice(&millis.to_le_bytes());
        put_text(out, clerk);
    }
    for number in [row.catalogue, row.changes, row.steps, row.divergences] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    put_option(out, row.two_papers.then_some(&()), |_, ()| {});
    for millis in [row.signed_millis, row.numbered_millis] {
        put_option(out, millis.as_ref(), |out, millis| out.extend_from_slice(&millis.to_le_bytes()));
    }
}

fn put_referral(out: &mut Vec<u8>, referral: &Referral) {
    put_text(out, referral.office.as_str());
    put_text(out, &referral.asked);
    put_count(out, referral.answers.len());
    for answer in &referral.answers {
        put_text(out, &answer.text());
    }
}

fn read_referral(input: &mut Input<'_>) -> Read<Referral> {
    Ok(Referral {
        office: read_office(input)?,
        asked: input.text()?.to_owned(),
        answers: input.list(|input| GivenAnswer::from_text(input.text()?).ok_or(Unreadable))?,
    })
}

fn read_transaction(input: &mut Input<'_>) -> Read<TransactionRow> {
    let office = input.text()?;
    let before = input.list(read_office)?;
    let referrals = input.list(read_referral)?;
    let service = input.text()?;
    let text = |input: &mut Input<'_>| input.text().map(str::to_owned);
    let status = text(input)?;
    let (number, name, nik) = (input.option(text)?, input.option(text)?, input.option(text)?);
    let serials = input.list(|input| input.text()?.parse().map_err(|_| Unreadable))?;
    let attached =
        input.list(|input| AttachedFile::from_text(BlobHash(input.array()?), input.text()?).ok_or(Unreadable))?;
    let (names, niks) = (input.list(text)?, input.list(text)?);
    let millis = |input: &mut Input<'_>| Ok(i64::from_le_bytes(input.array()?));
    let (created_millis, created_by) = (i64::from_le_bytes(input.array()?), text(input)?);
    let (changed_millis, changed_by) = (i64::from_le_bytes(input.array()?), text(input)?);
    Ok(TransactionRow {
        office: office.parse().map_err(|_| Unreadable)?,
        before,
        referrals,
        service: service.parse().map_err(|_| Unreadable)?,
        status,
        number,
        serials,
        attached,
        name,
        nik,
        names,
        niks,
        created_millis,
        created_by,
        changed_millis,
        changed_by,
        catalogue: input.number()?,
        changes: input.number()?,
        steps: input.number()?,
        divergences: input.number()?,
        two_papers: input.option(|_| Ok(()))?.is_some(),
        signed_millis: input.option(millis)?,
        numbered_millis: input.option(millis)?,
    })
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    // Nothing of 4 GiB fits in a frame, so a frame with this in it is never sent.
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

fn put_option<T: ?Sized>(out: &mut Vec<u8>, value: Option<&T>, put: impl Fn(&mut Vec<u8>, &T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(out, value);
    }
}

/// The rest of a payload.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| Unreadable)
    }

    fn byte(&mut self) -> Read<u8> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Read<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn bytes(&mut self) -> Read<&'a [u8]> {
        let count = self.number()?;
        self.take(usize::try_from(count).map_err(|_| Unreadable)?)
    }

    fn text(&mut self) -> Read<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable)
    }

    /// Every item takes at least a byte, so a count that lies ends with the payload.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut list = Vec::new();
        for _ in 0..self.number()? {
            list.push(item(self)?);
        }
        Ok(list)
    }

    fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => value(self).map(Some),
            _ => Err(Unreadable),
        }
    }

    /// Nothing may be left over.
    fn end<T>(self, value: T) -> Read<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Unreadable) }
    }
}
