//! Bits and codes of a JPEG's scans.

use crate::Flaw;

/// What encoders may leave behind the last code: filled bits, and a few bytes of those that write in larger pieces.
const SLACK: usize = 8;
/// Codes up to this length are found at once.
const SHORT: u32 = 10;

/// Bits of a scan up to its next marker.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, the first one on top.
    window: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, window: 0, count: 0 }
    }

    #[inline]
    fn fill(&mut self) {
        // Four bytes at once, as long as none of them may be the beginning of a marker.
        if self.count <= 32
            && let Some(Ok(bytes)) = self.data.get(self.at..self.at + 4).map(<[u8; 4]>::try_from)
            && !bytes.contains(&0xff)
        {
            self.window |= u64::from(u32::from_be_bytes(bytes)) << (32 - self.count);
            self.count += 32;
            self.at += 4;
            return;
        }
        self.fill_slowly();
    }

    #[cold]
    fn fill_slowly(&mut self) {
        while self.count <= 56 {
            let Some(byte) = self.data.get(self.at) else { return };
            if *byte == 0xff {
                if self.data.get(self.at + 1) != Some(&0) {
                    return;
                }
                self.at += 1;
            }
            self.at += 1;
            self.window |= u64::from(*byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline]
    fn skip(&mut self, bits: u32) -> Result<(), Flaw> {
        self.count = self.count.checked_sub(bits).ok_or(Flaw::Damaged)?;
        self.window <<= bits;
        Ok(())
    }

    /// The next bits as a number; at most fifteen.
    pub(super) fn take(&mut self, bits: u32) -> Result<u32, Flaw> {
        if self.count < bits {
            self.fill();
        }
        let value = top(self.window, bits);
        self.skip(bits)?;
        Ok(value)
    }

    /// The next code and the number that it announces: the lower half of its symbol says in how many bits.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Table<'_>) -> Result<(u8, i32), Flaw> {
        if self.count < 32 {
            self.fill();
        }
        let (symbol, length) = table.find(self.window).ok_or(Flaw::Damaged)?;
        let bits = u32::from(symbol & 15);
        let value = top(self.window << length, bits).cast_signed();
        self.skip(length + bits)?;
        // The lower half of the numbers of so many bits stands for negative ones.
        let negative = i32::from(value < (1 << bits >> 1));
        Ok((symbol, value - negative * ((1 << bits) - 1)))
    }

    /// Goes on behind the restart marker of this kind, before which fill bytes may stand.
    pub(super) fn restart(&mut self, kind: u8) -> Result<(), Flaw> {
        let rest = &self.data[self.at..];
        let behind = rest.iter().position(|byte| *byte == 0xff).ok_or(Flaw::Damaged)?;
        let filled = rest[behind..].iter().take_while(|byte| **byte == 0xff).count();
        self.refuse_unless_used_up(behind)?;
        if rest.get(behind + filled) != Some(&kind) {
            return Err(Flaw::Damaged);
        }
        self.at += behind + filled + 1;
        (self.window, self.count) = (0, 0);
        Ok(())
    }

    pub(super) fn end(&self) -> Result<(), Flaw> {
        self.refuse_unless_used_up(self.data.len() - self.at)
    }

    fn refuse_unless_used_up(&self, behind: usize) -> Result<(), Flaw> {
        let left = behind + self.count as usize / 8;
        if left > SLACK { Err(Flaw::Damaged) } else { Ok(()) }
    }
}

/// The first bits of a window; none are zero.
fn top(window: u64, bits: u32) -> u32 {
    // Two steps, because a number cannot be shifted by all of its bits.
    (window >> 1 >> (63 - bits)) as u32
}

/// A table of codes.
pub(super) struct Table<'a> {
    symbols: &'a [u8],
    /// Symbol and length by the next bits, for short codes. No code has no length.
    short: Box<[(u8, u8); 1 << SHORT]>,
    /// Per length: the first code behind those of this length, and the place of its symbol, less that code.
    long: [(u32, usize); 17],
}

impl<'a> Table<'a> {
    pub(super) fn build(definition: &'a [u8]) -> Result<Self, Flaw> {
        let (counts, symbols) = definition.split_at_checked(16).ok_or(Flaw::Damaged)?;
        let mut table = Self { symbols, short: Box::new([(0, 0); 1 << SHORT]), long: [(0, 0); 17] };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (length, count) in (1..=16_u32).zip(counts) {
            let behind = code + u32::from(*count);
            if behind > 1 << length {
                return Err(Flaw::Damaged);
            }
            if length <= SHORT {
                for (code, symbol) in (code..behind).zip(&symbols[place..]) {
                    let (from, to) = (code << (SHORT - length), (code + 1) << (SHORT - length));
                    let length = u8::try_from(length).unwrap_or(0);
                    table.short[from as usize..to as usize].fill((*symbol, length));
                }
            }
            table.long[length as usize] = (behind, place.wrapping_sub(code as usize));
            place += usize::from(*count);
            code = behind << 1;
        }
        Ok(table)
    }

    #[inline]
    fn find(&self, window: u64) -> Option<(u8, u32)> {
        let (symbol, length) = self.short[(window >> (64 - SHORT)) as usize];
        if length > 0 {
            return Some((symbol, length.into()));
        }
        for length in SHORT + 1..=16 {
            let code = top(window, length);
            let (behind, shift) = self.long[length as usize];
            if code < behind {
                return Some((*self.symbols.get((code as usize).wrapping_add(shift))?, length));
            }
        }
        None
    }
}
