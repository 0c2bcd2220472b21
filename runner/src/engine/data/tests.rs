//! Rows of all formats, and what is said about those that are broken.

use super::source::DataSource;
use super::*;

fn load(name: &str, text: impl AsRef<[u8]>) -> Result<DataSet, DataError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    DataSet::load(&path)
}

#[track_caller]
fn error(name: &str, text: impl AsRef<[u8]>) -> String {
    load(name, text).unwrap_err().to_string()
}

fn rows(set: &DataSet) -> Vec<Vec<String>> {
    let row = |i| set.row(i).unwrap().unwrap();
    let values = |row: Row| row.into_iter().map(|(_, value)| value).collect();
    (0..set.count()).map(|i| values(row(i))).collect()
}

#[test]
fn csv_fields_may_be_quoted_and_hold_anything() {
    let text = "\u{feff}user,note\r\nann,\"a, \"\"b\"\"\nc\"\r\n\r\nbob,\n\"\",é";
    let set = load("u.CSV", text).unwrap();
    let note = "a, \"b\"\nc";
    assert_eq!(rows(&set), [["ann", note], ["bob", ""], ["", "é"]]);
    let columns: Vec<_> = set.row(0).unwrap().unwrap().into_iter().map(|(c, _)| c).collect();
    assert_eq!(columns, ["user", "note"]);
    assert_eq!(set.row(3).unwrap(), None);
}

#[test]
fn csv_mistakes_are_pointed_at() {
    let cases = [
        (
            "a,b\n1,2\n3\n",
            "line 3, column 1: this row has 1 fields, and the header 2",
        ),
        (
            "a,b\n1,2\n\n\"x\ny\",2,3\n",
            "line 4, column 1: this row has 3 fields, and the header 2",
        ),
        (
            "a,b\n1,\"x\ny\" z\n",
            "line 3, column 3: text after a closing quote",
        ),
        (
            "a,b\n1,2\n3,\"x\n",
            "line 3, column 3: this quote is never closed",
        ),
        ("a,a\n1,2\n", "line 1, column 1: two columns are called \"a\""),
    ];
    for (text, says) in cases {
        assert_eq!(error("u.csv", text), says);
    }
    let says = "line 2, column 4: a quote inside a field: put the field in quotes, and double this one";
    assert_eq!(error("u.csv", "a,b\n1,5\" pipe\n2,x\n"), says);
    let swallowed = format!("a\n1x\"\n{}", "filler\n".repeat(200_000));
    assert!(error("u.csv", swallowed).starts_with("line 2, column 3: a quote inside"));
    assert_eq!(
        error("u.csv", b"a,b\n1,x\xff\n"),
        "line 2, column 4: this byte isn't UTF-8"
    );
}

#[test]
fn json_rows_may_have_different_keys() {
    let set = load(
        "u.json",
        r#" [ {"b": "x}\" \u00e9", "a": [1, {"c": 2}]} , {"n": 12345678901234567890.50, "z": null}]"#,
    )
    .unwrap();
    assert_eq!(
        rows(&set),
        [
            vec!["x}\" é", "[1, {\"c\": 2}]"],
            vec!["12345678901234567890.50", "null"]
        ]
    );
    assert_eq!(set.row(0).unwrap().unwrap()[0].0, "b");
}

#[test]
fn json_lines_have_a_row_each() {
    let set = load("u.jsonl", "{\"a\": 1}\n\n {\"a\": \"x\"} \r\n{\"b\": true}").unwrap();
    assert_eq!(rows(&set), [["1"], ["x"], ["true"]]);
}

#[test]
fn json_mistakes_are_pointed_at() {
    let cases = [
        (
            "{}",
            "line 1, column 1: a JSON file is an array of objects: [{…}, {…}]",
        ),
        (
            "[{}, 1]",
            "line 1, column 6: each row is an object, such as {\"user\": \"ann\"}",
        ),
        ("[{}\n {}]", "line 2, column 2: a row is followed by `,` or `]`"),
        ("[{}] x", "line 1, column 6: nothing follows the array"),
        ("[{\"a\": 1},\n {\"a\": }]", "line 2, column 8: expected value"),
        ("[{\"a\": 1},\n {\n\"a\" 1}]", "line 3, column 5: expected `:`"),
        ("[{\"a\": \"}", "line 1, column 2: this row is never closed"),
    ];
    for (text, says) in cases {
        assert_eq!(error("u.json", text), says);
    }
    let says = "line 2, column 0: invalid type: sequence, expected an object";
    assert_eq!(
        error("u.ndjson", "{}\n[1]\n"),
        says.replace("column 0", "column 1")
    );
    assert_eq!(
        error("u.ndjson", "{}\n{} {}\n"),
        "line 2, column 4: trailing characters"
    );
}

#[test]
fn files_without_rows_and_of_other_kinds_are_refused() {
    assert_eq!(
        error("u.txt", "x"),
        "its name must end in .csv, .json, .jsonl or .ndjson"
    );
    for (name, text) in [
        ("u.csv", "a\n"),
        ("u.csv", ""),
        ("u.json", "[]"),
        ("u.jsonl", "\n"),
    ] {
        assert_eq!(error(name, text), "it has no rows");
    }
}

#[test]
fn rows_are_limited_in_size() {
    let large = "x".repeat(1 << 20);
    let says = "line 2, column 1: this row has more than 1048576 bytes";
    assert_eq!(error("u.csv", format!("a\n{large}\n")), says);
    assert_eq!(error("u.csv", format!("a\n\"{large}\"\n")), says);
    assert_eq!(error("u.jsonl", format!("{{}}\n{{\"a\":\"{large}\"}}\n")), says);
    assert_eq!(error("u.json", format!("[{{}},\n{{\"a\":\"{large}\"}}]")), says);
}

#[test]
fn turns_wrap_or_end() {
    let set = load("u.csv", "a\n0\n1\n2\n").unwrap();
    let all = |at_end| (0..5).map(|turn| set.in_order(turn, at_end)).collect::<Vec<_>>();
    assert_eq!(all(AtEnd::Wrap), [0, 1, 2, 0, 1].map(Some));
    assert_eq!(all(AtEnd::Stop), [Some(0), Some(1), Some(2), None, None]);
    assert_eq!(set.shuffled(3, AtEnd::Stop, 1), None);
}

#[test]
fn each_round_is_shuffled_anew_and_holds_every_row_once() {
    let text: String = (0..50).map(|n| format!("{n}\n")).collect();
    let set = load("u.csv", format!("a\n{text}")).unwrap();
    let round = |n: u64, seed| {
        let turns = n * 50..(n + 1) * 50;
        turns
            .map(|t| set.shuffled(t, AtEnd::Wrap, seed).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(round(0, 1), round(0, 1));
    assert_ne!(round(0, 1), round(1, 1));
    assert_ne!(round(0, 1), round(0, 2));
    for n in 0..20 {
        let mut sorted = round(n, 1);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn a_large_file_is_read_row_by_row_and_a_changed_one_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("u.csv");
    std::fs::write(&path, "a,b\n1,2\n3,4\n").unwrap();
    let kept = DataSet::load(&path).unwrap();
    let streamed = DataSet {
        source: DataSource::open_keeping(&path, 0).unwrap(),
        offsets: kept.offsets.clone(),
        columns: kept.columns.clone(),
        format: kept.format,
    };
    assert_eq!(rows(&streamed), rows(&kept));
    std::fs::write(&path, "a,b\n1\n").unwrap();
    assert!(matches!(
        streamed.row(0),
        Err(DataError::Changed | DataError::Unreadable(_))
    ));
    assert_eq!(rows(&kept), [["1", "2"], ["3", "4"]]);
}

/// Files that are good, to be changed at random.
const GOOD: &[(&str, &[&str])] = &[
    (
        "u.csv",
        &[
            "user,note\r\nann,\"a, \"\"b\"\"\nc\"\r\nbob,\n",
            "a\n1\n2\n3\n",
            "\u{feff}x,y,z\n,,\n\"\",1,2\n",
        ],
    ),
    (
        "u.json",
        &[
            "[{\"a\": 1, \"b\": \"x\"}, {\"a\": [1, {\"c\": null}]}]",
            " [ {} ] ",
        ],
    ),
    (
        "u.jsonl",
        &["{\"a\": 1}\n{\"a\": \"\\u00e9\"}\n\n{\"b\": 1e400}\n"],
    ),
];

#[test]
fn fuzz_data_files_are_refused_or_have_all_their_rows() {
    let dir = tempfile::tempdir().unwrap();
    crate::tests::fuzz::gate(4_000, |dice| {
        let (name, good) = *dice.pick(GOOD);
        let bytes = dice.bytes(
            good,
            &[
                "\"", ",", "\n", "\r", "\\", "{", "}", "[", "]", ":", "\u{0}", "\u{ff}",
            ],
        );
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let Ok(set) = DataSet::load(&path) else { return };
        let rows = (0..set.count().min(2_000)).map(|index| set.row(index).unwrap().unwrap());
        let widths: Vec<_> = rows.map(|row| row.len()).collect();
        assert!(name != "u.csv" || widths.windows(2).all(|two| two[0] == two[1]));
        assert_eq!(set.row(set.count()).unwrap(), None);
    });
}

#[test]
fn a_hundred_thousand_columns_take_no_time() {
    let begun = std::time::Instant::now();
    let names: Vec<_> = (0..100_000).map(|n| n.to_string()).collect();
    let set = load("w.csv", format!("{}\n{}\n", names.join(","), ",".repeat(99_999))).unwrap();
    assert_eq!(set.row(0).unwrap().unwrap().len(), 100_000);
    // Compared pair by pair they took many seconds.
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn pipes_and_devices_are_no_data() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("u.csv");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let says = DataSet::load(&pipe).unwrap_err().to_string();
    assert_eq!(says, "it can't be read: it is not a regular file");
}
