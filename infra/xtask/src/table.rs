//! Columns of text, as wide as they need to be.

use std::fmt::{self, Display};

/// The first columns are texts and stand left; a column whose cells begin with a digit stands right.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.rows.push(cells.to_vec());
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        let widths: Vec<usize> =
            (0..columns).map(|column| cells(column).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
        let numeric: Vec<bool> = (0..columns)
            .map(|column| cells(column).skip(1).any(|cell| cell.starts_with(|first: char| first.is_ascii_digit())))
            .collect();
        for (index, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, width), numeric) in row.iter().zip(&widths).zip(&numeric) {
                let padded = if *numeric { format!("{cell:>width$}  ") } else { format!("{cell:width$}  ") };
                line.push_str(&padded);
            }
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_left_and_numbers_right() {
        let mut table = Table::new(["name", "ms"]);
        table.row(&["a".to_owned(), "1.25".to_owned()]);
        table.row(&["longer".to_owned(), "10.50".to_owned()]);
        assert_eq!(table.to_string(), "name       ms\na        1.25\nlonger  10.50");
    }
}
