//! Finds the name that somebody may have meant.

/// The closest of these names, if it is so close that `word` looks like a slip of the finger:
/// one slip in a short word, two in a longer one. None if one of them is the word itself.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = if length > 5 { 2 } else { 1 };
    // Comparing takes as long as both are long, and a word may be a whole file.
    let alike = |name: &&str| name.chars().count().abs_diff(length) <= allowed;
    let near = names.into_iter().filter(alike);
    let near = near.map(|name| (distance(word, name), name));
    let (slips, name) = near.min_by_key(|(slips, _)| *slips)?;
    (1..=allowed).contains(&slips).then_some(name)
}

/// How many letters must be added, left out, replaced or swapped with their neighbour (the
/// optimal string alignment distance).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<_>, Vec<_>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_end_are_nobodys_slip() {
        let begun = std::time::Instant::now();
        assert_eq!(closest(&"http_reqs".repeat(1 << 20), ["http_reqs", "vus"]), None);
        assert!(begun.elapsed() < std::time::Duration::from_secs(2));
    }

    #[test]
    fn slips_are_counted() {
        let cases = [
            ("", "", 0),
            ("nme", "name", 1),
            ("naem", "name", 1),
            ("http_req", "http_reqs", 1),
            ("abc", "xyz", 3),
            ("", "ab", 2),
        ];
        for (from, to, slips) in cases {
            assert_eq!(distance(from, to), slips, "{from} {to}");
        }
    }

    #[test]
    fn only_slips_are_suggested() {
        let names = ["name", "method", "expected_response"];
        assert_eq!(closest("nme", names), Some("name"));
        assert_eq!(closest("metohd", names), Some("method"));
        assert_eq!(closest("expectedresponse", names), Some("expected_response"));
        assert_eq!(
            closest("page", names),
            None,
            "two slips in a short word are another word"
        );
        assert_eq!(closest("name", names), None);
    }
}
