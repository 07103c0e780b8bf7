//! Pieces of memory that are read as one file.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom};

pub(super) struct Joined<'a, const PIECES: usize> {
    pieces: [&'a [u8]; PIECES],
    at: usize,
}

impl<'a, const PIECES: usize> Joined<'a, PIECES> {
    pub(super) fn new(pieces: [&'a [u8]; PIECES]) -> Self {
        Self { pieces, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        let mut at = self.at;
        for piece in self.pieces {
            if at < piece.len() {
                return &piece[at..];
            }
            at -= piece.len();
        }
        &[]
    }
}

impl<const PIECES: usize> Read for Joined<'_, PIECES> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.rest().read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

impl<const PIECES: usize> BufRead for Joined<'_, PIECES> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(self.rest())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl<const PIECES: usize> Seek for Joined<'_, PIECES> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = self.pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => end.checked_add_signed(offset),
            SeekFrom::Current(offset) => (self.at as u64).checked_add_signed(offset),
        };
        // Behind the end there is nothing, wherever one looks.
        let place = place.ok_or(ErrorKind::InvalidInput)?.min(end);
        self.at = usize::try_from(place).map_err(Error::other)?;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_as_one() {
        let mut joined = Joined::new([b"ab", b"", b"cde"]);
        let mut text = String::new();
        joined.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abcde");
        assert_eq!(joined.seek(SeekFrom::Current(-4)).unwrap(), 1);
        assert_eq!(joined.fill_buf().unwrap(), b"b");
        joined.consume(1);
        assert_eq!(joined.fill_buf().unwrap(), b"cde");
        assert_eq!(joined.seek(SeekFrom::End(-1)).unwrap(), 4);
        assert_eq!(joined.seek(SeekFrom::Start(99)).unwrap(), 5);
        assert!(joined.fill_buf().unwrap().is_empty());
        assert!(joined.seek(SeekFrom::Current(-6)).is_err());
    }
}
