//! A packed stream, unpacked for nothing but to hold it to its length and its sum.
//!
//! A decoder stops where its last row is full. What stands behind that, or is missing there, says that the file is not
//! what its encoder wrote.

use fdeflate::Decompressor;

use crate::Flaw;

/// How far back a stream refers to what it has said.
const HISTORY: usize = 32 << 10;
const WINDOW: usize = HISTORY + (96 << 10);

pub(crate) struct Stream {
    inflate: Decompressor,
    window: Vec<u8>,
    at: usize,
    /// How many bytes are still to come of it.
    missing: u64,
}

impl Stream {
    /// One that unpacks to so many bytes.
    pub(crate) fn of(length: u64) -> Self {
        Self { inflate: Decompressor::new(), window: vec![0; WINDOW], at: 0, missing: length }
    }

    /// Takes a piece of it. No more is unpacked than it may hold.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Result<(), Flaw> {
        while !piece.is_empty() {
            let (read, written) = self.step(piece, false)?;
            if (read, written) == (0, 0) {
                return Err(Flaw::Damaged);
            }
            piece = &piece[read..];
        }
        Ok(())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.inflate.is_done()
    }

    pub(crate) fn end(mut self) -> Result<(), Flaw> {
        while !self.inflate.is_done() {
            let (_, written) = self.step(&[], true)?;
            if written == 0 && !self.inflate.is_done() {
                return Err(Flaw::Damaged);
            }
        }
        if self.missing == 0 { Ok(()) } else { Err(Flaw::Damaged) }
    }

    fn step(&mut self, piece: &[u8], is_last: bool) -> Result<(usize, usize), Flaw> {
        if self.at == WINDOW {
            self.window.copy_within(WINDOW - HISTORY.., 0);
            self.at = HISTORY;
        }
        let step = self.inflate.read(piece, &mut self.window, self.at, is_last);
        let (read, written) = step.map_err(|_| Flaw::Damaged)?;
        self.at += written;
        self.missing = self.missing.checked_sub(written as u64).ok_or(Flaw::Damaged)?;
        Ok((read, written))
    }
}
