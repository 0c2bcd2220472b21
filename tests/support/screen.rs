//! A terminal's screen, as far as the live view uses one: characters, places, and erasing. Colours are passed over.

/// Rows and columns; a smaller terminal uses fewer.
const ROWS: usize = 60;
const COLUMNS: usize = 200;

/// What is on it.
pub(crate) struct Screen {
    cells: Vec<Vec<char>>,
    at: (usize, usize),
    /// Whether it is the second one, which programs have for themselves.
    pub(crate) is_second: bool,
    /// Whether the cursor shows.
    pub(crate) has_cursor: bool,
}

impl Screen {
    /// After all of this was written on it.
    pub(crate) fn of(written: &str) -> Screen {
        let mut screen = Screen {
            cells: vec![vec![' '; COLUMNS]; ROWS],
            at: (0, 0),
            is_second: false,
            has_cursor: true,
        };
        let mut rest = written.chars();
        while let Some(character) = rest.next() {
            match character {
                '\u{1b}' => screen.sequence(&mut rest),
                '\r' => screen.at.1 = 0,
                '\n' => screen.line_feed(),
                character if !character.is_control() => screen.put(character),
                _ => {}
            }
        }
        screen
    }

    /// Its rows, each without the blanks at its end.
    pub(crate) fn text(&self) -> String {
        let rows = self.cells.iter().map(|row| row.iter().collect::<String>());
        rows.map(|row| row.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn put(&mut self, character: char) {
        let (row, column) = self.at;
        if let Some(cell) = self.cells.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = character;
        }
        self.at.1 += 1;
    }

    fn line_feed(&mut self) {
        self.at.0 += 1;
        if self.at.0 >= ROWS {
            self.cells.remove(0);
            self.cells.push(vec![' '; COLUMNS]);
            self.at.0 = ROWS - 1;
        }
    }

    fn clear(&mut self) {
        self.cells = vec![vec![' '; COLUMNS]; ROWS];
    }

    /// What follows an escape.
    fn sequence(&mut self, rest: &mut impl Iterator<Item = char>) {
        if rest.next() != Some('[') {
            return;
        }
        let mut parameters = String::new();
        let Some(last) = rest.find(|character| {
            let is_last = ('@'..='~').contains(character);
            if !is_last {
                parameters.push(*character);
            }
            is_last
        }) else {
            return;
        };
        let mut numbers = parameters.split(';').map(|number| number.parse().unwrap_or(1));
        let mut number = || numbers.next().unwrap_or(1);
        match (last, &*parameters) {
            ('H', _) => self.at = (number() - 1, number() - 1),
            ('A', _) => self.at.0 = self.at.0.saturating_sub(number()),
            ('B', _) => self.at.0 += number(),
            ('C', _) => self.at.1 += number(),
            ('D', _) => self.at.1 = self.at.1.saturating_sub(number()),
            ('J', _) => self.clear(),
            ('h' | 'l', "?1049") => {
                self.is_second = last == 'h';
                self.clear();
            }
            ('h' | 'l', "?25") => self.has_cursor = last == 'h',
            _ => {}
        }
    }
}
