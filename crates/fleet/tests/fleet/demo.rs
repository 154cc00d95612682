//! A small day is played for real and ends proven.

use clap::Parser;
use fleet::demo::{DemoOptions, OfficeResult, play};

#[derive(Parser)]
struct Day {
    #[command(flatten)]
    options: DemoOptions,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_office_of_a_small_day_is_proven() {
    let day = Day::parse_from(["day", "--offices", "3", "--transactions", "100", "--link", "cut", "--seed", "7"]);
    let table = play(&day.options).await.unwrap();
    assert!(table.is_proven(), "{table}");
    // With the sub-district, its two health facilities, ten hospitals, and all working units.
    let (villages, above): (Vec<&OfficeResult>, Vec<&OfficeResult>) =
        table.offices.iter().partition(|office| office.code.is_village());
    assert_eq!((villages.len(), above.len()), (3, 1 + 2 + 10 + 58));
    let decided: u64 = above.iter().map(|office| office.decided).sum();
    let referred: u64 = villages.iter().map(|office| office.referrals).sum();
    assert!(decided > 10 && referred > 1, "{table}");
    for office in villages {
        assert_eq!(office.transactions, 100);
        assert!(office.changes >= 100 && office.sent >= office.changes);
        assert!(office.cuts > 0, "a day without a cut proves little: {table}");
    }
}

#[tokio::test]
async fn more_offices_than_there_are_is_refused() {
    let day = Day::parse_from(["day", "--offices", "218"]);
    let refused = play(&day.options).await.unwrap_err().to_string();
    assert!(refused.contains("at most 217"), "{refused}");
}
