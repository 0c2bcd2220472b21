//! Aligned columns that fit a width: the least important columns are left out, then the
//! texts are cut. Lines never wrap.

use super::style::{Paint, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text columns are cut no shorter than this.
const SHORTEST_TEXT: usize = 10;
const GAP: &str = "  ";

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Whether it holds texts, which are cut if need be; otherwise figures, which never are.
    pub is_text: bool,
    /// When it is left out: 0 never, then the highest first.
    pub drop: u8,
}

impl Column {
    /// A column of texts, aligned left.
    pub const fn text(title: &'static str, drop: u8) -> Self {
        Self {
            title,
            is_text: true,
            drop,
        }
    }

    /// A column of figures, aligned right.
    pub const fn figure(title: &'static str, drop: u8) -> Self {
        Self {
            title,
            is_text: false,
            drop,
        }
    }
}

/// One field.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it says; harmless already.
    pub text: String,
    /// How it is coloured.
    pub style: Option<Style>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            style: None,
        }
    }
}

/// Rows below a heading.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, which has a cell for each column.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The heading and all rows, each at most `width` wide.
    pub fn render(&self, width: usize, paint: Paint) -> Vec<String> {
        let widths = self.widths(width);
        let heading: Vec<_> = self
            .columns
            .iter()
            .map(|column| Cell::from(column.title))
            .collect();
        let heading = paint.paint(Style::Faint, &self.line(&heading, &widths, width, Paint::Plain));
        let rows = self.rows.iter().map(|row| self.line(row, &widths, width, paint));
        std::iter::once(heading).chain(rows).collect()
    }

    /// The width of each column; None where it is left out.
    fn widths(&self, width: usize) -> Vec<Option<usize>> {
        let natural = |at: usize, column: &Column| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells
                .map(|cell| cell.text.width())
                .max()
                .unwrap_or(0)
                .max(column.title.width())
        };
        let mut widths: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, c)| Some(natural(at, c)))
            .collect();
        while self.least(&widths) > width && self.drop_one(&mut widths) {}
        self.shrink(&mut widths, width);
        widths
    }

    /// The width when all texts are cut as short as they may be.
    fn least(&self, widths: &[Option<usize>]) -> usize {
        let shortest = |(column, width): (&Column, usize)| {
            if column.is_text {
                width.min(SHORTEST_TEXT.max(column.title.len()))
            } else {
                width
            }
        };
        let shown = self
            .columns
            .iter()
            .zip(widths)
            .filter_map(|(column, width)| Some((column, (*width)?)));
        shown
            .map(shortest)
            .map(|width| width + GAP.len())
            .sum::<usize>()
            .saturating_sub(GAP.len())
    }

    fn drop_one(&self, widths: &mut [Option<usize>]) -> bool {
        let shown = self
            .columns
            .iter()
            .zip(widths.iter_mut())
            .filter(|(_, width)| width.is_some());
        match shown.max_by_key(|(column, _)| column.drop) {
            Some((column, width)) if column.drop > 0 => {
                *width = None;
                true
            }
            _ => false,
        }
    }

    /// Cuts the widest text column until all fits.
    fn shrink(&self, widths: &mut [Option<usize>], width: usize) {
        loop {
            let total = widths
                .iter()
                .flatten()
                .map(|width| width + GAP.len())
                .sum::<usize>();
            let excess = total.saturating_sub(GAP.len()).saturating_sub(width);
            let texts = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, _)| column.is_text);
            let widest = texts
                .filter_map(|(_, width)| width.as_mut())
                .max_by_key(|width| **width);
            match widest {
                Some(widest) if excess > 0 && *widest > SHORTEST_TEXT => *widest -= 1,
                _ => return,
            }
        }
    }

    fn line(&self, row: &[Cell], widths: &[Option<usize>], width: usize, paint: Paint) -> String {
        let mut line = String::new();
        let mut used = 0;
        for ((cell, column), cell_width) in row.iter().zip(&self.columns).zip(widths) {
            let Some(cell_width) = *cell_width else { continue };
            let gap = if used > 0 { GAP } else { "" };
            if used + gap.len() + cell_width > width && used > 0 {
                break;
            }
            let text = fit(&cell.text, cell_width.min(width));
            let text = if column.is_text {
                pad(&text, cell_width)
            } else {
                pad_left(&text, cell_width)
            };
            line.push_str(gap);
            line.push_str(
                &cell
                    .style
                    .map_or_else(|| text.clone(), |style| paint.paint(style, &text)),
            );
            used += gap.len() + cell_width;
        }
        line.trim_end().to_owned()
    }
}

/// `text` cut to at most `width` columns, with `…` in place of what is missing.
pub fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(character);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// `text` followed by blanks up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{text}{:blanks$}", "")
}

fn pad_left(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{:blanks$}{text}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [
            Column::text("name", 0),
            Column::figure("n", 0),
            Column::figure("p90", 1),
            Column::figure("p999", 2),
        ];
        let mut table = Table::new(&columns);
        table.push(["/a", "1", "1.00ms", "2.00ms"].map(Cell::from).to_vec());
        table.push(
            ["/a/long/name/日本", "1,000", "10ms", "20ms"]
                .map(Cell::from)
                .to_vec(),
        );
        table
    }

    #[test]
    fn columns_are_aligned() {
        let lines = table().render(80, Paint::Plain);
        let expected = [
            "name                   n     p90    p999",
            "/a                     1  1.00ms  2.00ms",
            "/a/long/name/日本  1,000    10ms    20ms",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn texts_are_cut_before_columns_are_left_out() {
        let lines = table().render(33, Paint::Plain);
        let expected = [
            "name            n     p90    p999",
            "/a              1  1.00ms  2.00ms",
            "/a/long/n…  1,000    10ms    20ms",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn narrow_terminals_leave_columns_out_in_order() {
        assert_eq!(table().render(26, Paint::Plain)[0], "name             n     p90");
        assert_eq!(table().render(18, Paint::Plain)[2], "/a/long/na…  1,000");
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for width in 1..90 {
            for line in table().render(width, Paint::Plain) {
                assert!(line.width() <= width, "{line:?} is wider than {width}");
            }
        }
    }

    #[test]
    fn wide_characters_are_cut_whole() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|width| fit("日本x", width)),
            ["", "…", "…", "日…", "日…", "日本x"]
        );
    }
}
