//! Bits and prefix codes of lossless WebP.

use crate::Flaw;

/// Codes up to this length are found at once.
const SHORT: usize = 8;
const LONGEST: usize = 15;
/// In which order the lengths of the codes of lengths are told.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Bits, the lowest one of each byte first.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    window: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, window: 0, count: 0 }
    }

    #[inline]
    fn fill(&mut self) {
        if let Some((bytes, rest)) = self.rest.split_first_chunk::<4>() {
            self.window |= u64::from(u32::from_le_bytes(*bytes)) << self.count;
            self.count += 32;
            self.rest = rest;
            return;
        }
        while let Some((byte, rest)) = self.rest.split_first().filter(|_| self.count <= 56) {
            self.window |= u64::from(*byte) << self.count;
            self.count += 8;
            self.rest = rest;
        }
    }

    #[inline]
    fn skip(&mut self, bits: u32) -> Result<(), Flaw> {
        self.count = self.count.checked_sub(bits).ok_or(Flaw::Damaged)?;
        self.window >>= bits;
        Ok(())
    }

    /// The next bits as a number; at most 24.
    #[inline]
    pub(super) fn take(&mut self, bits: u32) -> Result<usize, Flaw> {
        if self.count < 32 {
            self.fill();
        }
        let value = (self.window & ((1 << bits) - 1)) as usize;
        self.skip(bits)?;
        Ok(value)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Flaw> {
        Ok(self.take(1)? == 1)
    }

    #[inline]
    pub(super) fn symbol(&mut self, code: &Code) -> Result<usize, Flaw> {
        let many = match code {
            Code::One(symbol) => return Ok((*symbol).into()),
            Code::Many(many) => many,
        };
        if self.count < 32 {
            self.fill();
        }
        let (symbol, length) = many.short[(self.window as usize) & ((1 << SHORT) - 1)];
        if length > 0 {
            self.skip(length.into())?;
            return Ok(symbol.into());
        }
        self.long_symbol(many)
    }

    fn long_symbol(&mut self, many: &Many) -> Result<usize, Flaw> {
        let (mut code, mut first, mut place) = (0, 0, 0);
        for length in 1..=LONGEST {
            code |= (self.window >> (length - 1) & 1) as usize;
            let count = many.counts[length];
            if code < first + count {
                self.skip(length as u32)?;
                return many.symbols.get(place + code - first).map(|symbol| (*symbol).into()).ok_or(Flaw::Damaged);
            }
            place += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(Flaw::Damaged)
    }
}

/// The codes of one alphabet.
pub(super) enum Code {
    /// A single symbol takes no bits.
    One(u16),
    Many(Box<Many>),
}

pub(super) struct Many {
    /// Symbol and length by the next bits. No short code has no length.
    short: [(u16, u8); 1 << SHORT],
    counts: [usize; LONGEST + 1],
    /// The shortest codes first.
    symbols: Vec<u16>,
}

impl Code {
    /// Reads the codes of an alphabet of so many symbols.
    pub(super) fn read(bits: &mut Bits<'_>, alphabet: usize) -> Result<Self, Flaw> {
        let mut lengths = vec![0; alphabet];
        if bits.flag()? {
            let count = 1 + bits.take(1)?;
            let width = if bits.flag()? { 8 } else { 1 };
            for width in [width, 8].into_iter().take(count) {
                let length = lengths.get_mut(bits.take(width)?).ok_or(Flaw::Damaged)?;
                if std::mem::replace(length, 1) == 1 {
                    return Err(Flaw::Damaged);
                }
            }
            return Self::build(&lengths);
        }
        let mut of_lengths = [0; ORDER.len()];
        let told = 4 + bits.take(4)?;
        for place in &ORDER[..told] {
            of_lengths[*place] = bits.take(3)? as u8;
        }
        let code = Self::build(&of_lengths)?;
        let mut left = alphabet;
        if bits.flag()? {
            let width = 2 + 2 * bits.take(3)? as u32;
            left = 2 + bits.take(width)?;
            if left > alphabet {
                return Err(Flaw::Damaged);
            }
        }
        let (mut at, mut last) = (0, 8);
        while at < alphabet && left > 0 {
            left -= 1;
            let (length, count) = match bits.symbol(&code)? {
                16 => (last, 3 + bits.take(2)?),
                17 => (0, 3 + bits.take(3)?),
                18 => (0, 11 + bits.take(7)?),
                length => (length as u8, 1),
            };
            lengths.get_mut(at..at + count).ok_or(Flaw::Damaged)?.fill(length);
            at += count;
            last = if length > 0 { length } else { last };
        }
        Self::build(&lengths)
    }

    /// Codes that leave something unsaid, or say it twice, are none.
    fn build(lengths: &[u8]) -> Result<Self, Flaw> {
        let mut symbols: Vec<u16> = (0..).zip(lengths).filter(|(_, length)| **length > 0).map(|(at, _)| at).collect();
        if let [symbol] = symbols[..] {
            return Ok(Self::One(symbol));
        }
        symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);
        let mut counts = [0; LONGEST + 1];
        for symbol in &symbols {
            counts[usize::from(lengths[usize::from(*symbol)])] += 1;
        }
        let mut many = Many { short: [(0, 0); 1 << SHORT], counts, symbols };
        let (mut code, mut last) = (0_usize, 0);
        for symbol in &many.symbols {
            let length = usize::from(lengths[usize::from(*symbol)]);
            code <<= length - last;
            last = length;
            if code >> length > 0 {
                return Err(Flaw::Damaged);
            }
            if length <= SHORT {
                let from = code.reverse_bits() >> (usize::BITS as usize - length);
                for entry in many.short.iter_mut().skip(from).step_by(1 << length) {
                    *entry = (*symbol, length as u8);
                }
            }
            code += 1;
        }
        if many.symbols.is_empty() || code != 1 << last {
            return Err(Flaw::Damaged);
        }
        Ok(Self::Many(Box::new(many)))
    }
}
