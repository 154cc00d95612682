//! Which pages are asked for.

use office_model::calendar;

use crate::demo::DemoError;

/// Each page with what it is to a clerk. `list`: the first page of all records, from which one is taken.
pub(super) fn of(list: &str) -> Result<Vec<(&'static str, String)>, DemoError> {
    let some = |what: &str| DemoError::Internal(format!("the list has no {what}"));
    let record = between(list, "href=\"/berkas/", "\"").ok_or_else(|| some("record"))?;
    let next = between(list, "name=\"setelah\" value=\"", "\"").ok_or_else(|| some("next page"))?;
    let now = sync_server::clock::now_millis();
    let day = |days_ago: i64| {
        let date = calendar::wib_date(now - days_ago * 24 * 3_600_000);
        date.map(|date| date.to_string()).ok_or_else(|| some("day"))
    };
    let made = |from: i64, to: i64| Ok::<_, DemoError>(format!("/berkas?dari={}&sampai={}", day(from)?, day(to)?));
    let asked = |path: &str| path.to_owned();
    Ok(vec![
        ("first page after signing in", asked("/")),
        ("list: everything", asked("/berkas")),
        ("list: its second page", format!("/berkas?setelah={next}")),
        ("list: a status of many", asked("/berkas?status=draf")),
        ("list: a status of few", asked("/berkas?status=ditolak")),
        ("list: a service", asked("/berkas?layanan=G01")),
        ("list: a service and a status of few", asked("/berkas?layanan=E01&status=ditolak")),
        ("list: waiting for the clerk", asked("/berkas?menunggu=clerk")),
        ("list: waiting for the head", asked("/berkas?menunggu=head")),
        ("list: waiting for nobody", asked("/berkas?menunggu=nobody")),
        ("list: waiting for a referral's answer", asked("/berkas?menunggu=referred_office")),
        ("list: to be settled", asked("/berkas?beda=1")),
        ("list: of one day, two years ago", made(730, 730)?),
        ("list: of one month, a year ago", made(395, 365)?),
        ("list: of a year, up to today", made(365, 0)?),
        ("list: of a year, two years ago", made(1000, 700)?),
        ("list: of a year, and a status of few", format!("{}&status=ditolak", made(1000, 700)?)),
        ("search: two letters", asked("/berkas?q=su")),
        ("search: a name", asked("/berkas?q=siti+aminah")),
        ("search: part of a NIK that all have", asked("/berkas?q=3510")),
        ("search: a letter number", asked("/berkas?q=470%2F12%2F")),
        ("search: what nobody has", asked("/berkas?q=zzzz")),
        ("search: a name, and a status of few", asked("/berkas?q=siti&status=ditolak")),
        ("search: a name, waiting for the clerk", asked("/berkas?q=siti&menunggu=clerk")),
        ("search: a name, and a service", asked("/berkas?q=siti&layanan=G01")),
        ("search: a name, in one month", format!("{}&q=siti", made(395, 365)?)),
        ("citizens while typing a name", asked("/warga?q=siti")),
        ("citizens while typing a NIK", asked("/warga?q=351001")),
        ("one record", format!("/berkas/{record}")),
        ("changing it", format!("/berkas/{record}/ubah")),
        ("a new letter's form", asked("/baru/G01")),
        ("the services", asked("/baru")),
        ("differences", asked("/perbedaan")),
        ("letter numbers", asked("/nomor")),
        ("the link", asked("/sinkron")),
        ("the state bar by itself", asked("/bilah")),
    ])
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split(after).next()
}
