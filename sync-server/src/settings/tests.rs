//! Settings are heard from every place, and mistakes named with theirs.

use super::*;

#[test]
fn the_example_is_the_default() {
    assert_eq!(toml::from_str::<Settings>(EXAMPLE).unwrap(), Settings::default());
    for key in KEYS {
        assert!(EXAMPLE.contains(&format!("{key} =")), "{key}");
    }
}

#[test]
fn those_that_wait_leave_connections_for_the_others() {
    for connections_max in 1..3000 {
        let waiting = Settings { connections_max, ..Settings::default() }.waiting();
        assert!(waiting < connections_max && waiting >= (connections_max - 1) / 2, "{waiting} of {connections_max}");
    }
    assert_eq!(Settings::default().waiting(), 1536);
    let told = |text: &str| {
        Settings::load(
            Path::new("/nowhere"),
            |name| (name == "SYNC_SERVER_WAITING_MAX").then(|| text.to_owned()),
            &Flags::default(),
        )
    };
    assert_eq!(told("9").unwrap().waiting(), 9);
    let refused = told("2048").unwrap_err();
    assert!(refused.error.contains("2048") && refused.next.contains("connections_max"), "{refused}");
}

/// A value of the kind that a setting has, another one for each place.
fn other(key: &str, place: i64) -> toml::Value {
    let pick = |words: [&str; 3]| words[usize::try_from(place).unwrap() % 3].into();
    match key {
        "listen" => format!("127.0.0.1:{place}").into(),
        "log" => format!("place{place}=info").into(),
        "log_format" => pick(["json", "json", "text"]),
        "smtp_tls" => pick(["none", "tls", "starttls"]),
        "waiting_max" | "smtp_port" => toml::Value::Integer(place),
        "public_url" | "webhook_url" => format!("https://place{place}.example.go.id").into(),
        "desk_names" | "smtp_host" => format!("place{place}.example.go.id").into(),
        "holidays" => format!("2026-03-2{place}").into(),
        "backup_dir" => format!("/mnt/place{place}").into(),
        "smtp_user" => format!("{place}").into(),
        "mail_from" | "mail_to" => format!("place{place}@example.go.id").into(),
        _ => {
            let built_in = toml::Table::try_from(Settings::default()).unwrap();
            toml::Value::Integer(built_in[key].as_integer().unwrap() + place)
        }
    }
}

/// Settings that make sense together alone.
const TOGETHER: [(&str, &str); 7] = [
    ("webhook_url", "https://x.example/"),
    ("webhook_secret", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"),
    ("smtp_host", "x.example"),
    ("smtp_user", "x"),
    ("smtp_password", "12345678"),
    ("mail_from", "x@x.example"),
    ("mail_to", "x@x.example"),
];

/// A file with this setting and whatever belongs to it.
fn file(key: &str, value: &toml::Value) -> String {
    let others = TOGETHER.iter().filter(|(other, _)| *other != key && TOGETHER.iter().any(|(known, _)| *known == key));
    let others: Vec<String> = others.map(|(key, value)| format!("{key} = \"{value}\"\n")).collect();
    format!("{key} = {value}\n{}", others.concat())
}

fn heard(dir: &Path, key: &str, variable: &str, flags: &Flags) -> toml::Value {
    let text = |value: toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let environment = |name: &str| (name == variable).then(|| text(other(key, 2)));
    toml::Table::try_from(Settings::load(dir, environment, flags).unwrap()).unwrap()[key].clone()
}

/// Never on a command line, which others see.
const SECRETS: [&str; 3] = ["metrics_token", "webhook_secret", "smtp_password"];

#[test]
fn every_setting_is_heard_from_the_file_the_environment_before_it_and_its_flag_before_both() {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }
    let none = Flags::default();
    let text = || Some("x".to_owned());
    let secret = || Some(Secret::new("x"));
    let set = Settings {
        waiting_max: Some(1),
        public_url: text(),
        desk_names: text(),
        metrics_token: secret(),
        webhook_url: text(),
        webhook_secret: secret(),
        smtp_host: text(),
        smtp_port: Some(1),
        smtp_user: text(),
        smtp_password: secret(),
        mail_from: text(),
        mail_to: text(),
        holidays: text(),
        backup_dir: text(),
        ..Settings::default()
    };
    let set = toml::Table::try_from(set).unwrap();
    assert!(set.len() == KEYS.len() && KEYS.iter().all(|key| set.contains_key(*key)));
    for key in KEYS.iter().filter(|key| !SECRETS.contains(key)) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), file(key, &other(key, 1))).unwrap();
        assert_eq!(heard(dir.path(), key, "", &none), other(key, 1), "{key}");
        let variable = format!("SYNC_SERVER_{}", key.to_ascii_uppercase());
        assert_eq!(heard(dir.path(), key, &variable, &none), other(key, 2), "{key}");
        let value = other(key, 3);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let flag = format!("--{}={text}", key.replace('_', "-"));
        // `enrol --hours` it is, where it is asked for.
        if *key != "code_hours" {
            let line = <Line as clap::Parser>::try_parse_from(["sync-server", &flag]).unwrap();
            assert_eq!(heard(dir.path(), key, &variable, &line.flags), value, "{key}");
        }
    }
}

#[test]
fn secrets_come_from_the_file_and_the_environment_before_it_and_never_from_a_flag() {
    let flags = toml::Table::try_from(Flags::default()).unwrap();
    for key in SECRETS {
        assert!(!flags.contains_key(key) && TEXTS.contains(&key));
        let dir = tempfile::tempdir().unwrap();
        let [first, second] = ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"];
        std::fs::write(dir.path().join(FILE), file(key, &first.into())).unwrap();
        let told = |settings: &Settings| {
            let all = [&settings.metrics_token, &settings.webhook_secret, &settings.smtp_password];
            SECRETS.iter().zip(all).find(|(one, _)| **one == key).unwrap().1.clone().unwrap()
        };
        let settings = Settings::load(dir.path(), |_| None, &Flags::default()).unwrap();
        assert!(told(&settings).is(first), "{key}");
        assert!(!format!("{settings:?}").contains(first), "{key}");
        let variable = format!("SYNC_SERVER_{}", key.to_ascii_uppercase());
        let environment = |name: &str| (name == variable).then(|| second.to_owned());
        assert!(told(&Settings::load(dir.path(), environment, &Flags::default()).unwrap()).is(second), "{key}");
        std::fs::write(dir.path().join(FILE), format!("{key} = 1234567890123456\n")).unwrap();
        let error = Settings::load(dir.path(), |_| None, &Flags::default()).unwrap_err().to_string();
        assert!(!error.contains("1234567890123456"), "{error}");
    }
}

#[test]
fn channels_that_are_named_by_half_are_named() {
    let refused = |set: Settings| set.check().unwrap_err().error;
    let text = |text: &str| Some(text.to_owned());
    let no_secret = Settings { webhook_url: text("https://x.example"), ..Settings::default() };
    assert!(refused(no_secret.clone()).contains("webhook_secret"));
    let short = Settings { webhook_secret: Some(Secret::new("whsec_MDEy")), ..no_secret.clone() };
    assert!(refused(short).contains("webhook_secret"));
    let no_url = Settings { webhook_url: text("ftp://x.example"), ..no_secret };
    assert!(refused(no_url).contains("webhook_url"));
    let host = Settings { smtp_host: text("x.example"), mail_from: text("a@x.example"), ..Settings::default() };
    assert!(refused(host.clone()).contains("mail_to"));
    assert!(refused(Settings { mail_to: text("nobody"), ..host.clone() }).contains("mail_to"));
    let good = Settings { mail_to: text("Budi <b@x.example>, c@x.example"), ..host };
    assert!(good.check().is_ok());
    assert!(refused(Settings { smtp_user: text("x"), ..good.clone() }).contains("smtp_password"));
    assert!(refused(Settings { smtp_host: None, ..good }).contains("smtp_host"));
    let short = Settings { metrics_token: Some(Secret::new("x")), ..Settings::default() };
    assert!(refused(short).contains("metrics_token"));
}

#[test]
fn the_desk_knows_its_names() {
    let public_url = Some("https://surat.example.go.id:8217/".to_owned());
    let settings = Settings { public_url, desk_names: Some("Hub.lan, pusat".to_owned()), ..Settings::default() };
    assert_eq!(settings.own_names(), ["localhost", "surat.example.go.id", "hub.lan", "pusat"]);
    assert!(settings.check().is_ok());
    for bad in ["https://hub.lan", "hub.lan:8217", "a_b"] {
        assert!(Settings { desk_names: Some(bad.to_owned()), ..Settings::default() }.check().is_err(), "{bad}");
    }
}

#[test]
fn letters_are_sent_to_addresses_of_pages_only() {
    for good in ["https://surat.example.go.id", "https://surat.example.go.id:8217/", "https://example.go.id/surat"] {
        assert!(is_public_url(good), "{good}");
    }
    let long = format!("https://{}.example", "x".repeat(100));
    for bad in ["", "surat.example.go.id", "http://a.example", "https://", "https://a.example/?a", "https://a b", &long]
    {
        assert!(!is_public_url(bad), "{bad}");
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let load = |name: &'static str, text: &'static str| {
        Settings::load(dir.path(), |asked| (asked == name).then(|| text.to_owned()), &Flags::default())
    };
    assert!(load("SYNC_SERVER_LISTEN", "here").unwrap_err().error.contains("SYNC_SERVER_LISTEN"));
    assert!(load("SYNC_SERVER_EXCHANGES_MAX", "9000000000").unwrap_err().error.contains("exchanges_max"));
    std::fs::write(dir.path().join(FILE), "code_hour = 5\n").unwrap();
    assert!(load("", "").unwrap_err().error.contains("code_hour"));
    std::fs::write(dir.path().join(FILE), "exchanges_max = 0\n").unwrap();
    assert!(load("", "").unwrap_err().error.contains("exchanges_max"));
}
