//! Long lists of numbers as short texts: one printable character for a small number, a few for a large one. What reads
//! them is `runner/ui/data/code.js`. No compression, so that a page needs nothing but its own few lines to read them.

/// How many of the [`digits`] end a number; the others are followed by more of it.
const LAST: u64 = 64;
/// How many are followed by more.
const MORE: u64 = 24;
/// Times are rounded to steps of 1 %: no eye sees less in a chart.
const STEP: f64 = 1.01;

/// The digit of that value: a printable character that needs no escape in JSON or HTML.
fn digit(value: u64) -> char {
    let mut digits = ('#'..='~').filter(|character| !matches!(character, '&' | '<' | '>' | '\\'));
    let at = usize::try_from(value).unwrap_or(usize::MAX);
    digits.nth(at).unwrap_or('~')
}

/// Numbers of any sign, the smaller the shorter.
pub(super) fn integers(numbers: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::new();
    for number in numbers {
        // 0, -1, 1, -2, 2 …: no sign is needed.
        let mut rest = (number.unsigned_abs() << 1).saturating_sub(u64::from(number < 0));
        while rest >= LAST {
            rest -= LAST;
            text.push(digit(LAST + rest % MORE));
            rest /= MORE;
        }
        text.push(digit(rest));
    }
    text
}

/// Numbers by the differences between them.
pub(super) fn running(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut last = 0_i64;
    integers(numbers.into_iter().map(|number| {
        let number = i64::try_from(number).unwrap_or(i64::MAX / 4);
        number - std::mem::replace(&mut last, number)
    }))
}

/// Times, to 0.5 %.
pub(super) fn times(us: impl IntoIterator<Item = u64>) -> String {
    running(us.into_iter().map(step))
}

/// On which step of 1 % a time is; 0 is no time at all.
pub(super) fn step(us: u64) -> u64 {
    if us == 0 {
        return 0;
    }
    // At most some 4,500: the logarithm of the largest u64.
    1 + ((us as f64).ln() / STEP.ln()).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `runner/ui/data/code.js` does.
    fn read(text: &str) -> Vec<i64> {
        let digits: Vec<char> = (0..LAST + MORE).map(digit).collect();
        let (mut numbers, mut leading) = (Vec::new(), Vec::new());
        for character in text.chars() {
            let digit = digits.iter().position(|own| *own == character).unwrap() as i64;
            if digit >= LAST as i64 {
                leading.push(digit - LAST as i64);
                continue;
            }
            let all = leading.drain(..).rev();
            let value = all.fold(digit, |rest, digit| rest * MORE as i64 + digit + LAST as i64);
            numbers.push(if value % 2 == 0 {
                value / 2
            } else {
                -(value + 1) / 2
            });
        }
        numbers
    }

    #[test]
    fn numbers_of_any_size_come_back() {
        let mut numbers: Vec<i64> = (-5_000..5_000).collect();
        numbers.extend([1 << 40, -(1 << 40), i64::from(u32::MAX)]);
        assert_eq!(read(&integers(numbers.iter().copied())), numbers);
    }

    #[test]
    fn small_numbers_take_one_character_that_needs_no_escape() {
        let text = integers(-32..32);
        assert_eq!(text.len(), 64);
        let all: String = (0..LAST + MORE).map(digit).collect();
        assert!(!all.contains(['"', '\\', '<', '>', '&']));
        assert_eq!(all.chars().count(), 88);
    }

    #[test]
    fn times_are_within_half_a_percent() {
        for us in [1_u64, 10, 999, 12_345, 60_000_000] {
            let back = STEP.powf((step(us) - 1) as f64);
            assert!((back / us as f64 - 1.0).abs() < 0.005_1, "{us} became {back}");
        }
        assert_eq!(step(0), 0);
    }
}
