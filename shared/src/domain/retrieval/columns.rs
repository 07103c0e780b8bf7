//! Columns of numbers, one after the other, least byte first.

use super::codec::SegmentError;

/// A number, or an array of numbers, with a fixed number of bytes.
pub(super) trait Value: Sized {
    const SIZE: usize;

    fn put(&self, out: &mut Vec<u8>);

    /// From exactly [`Self::SIZE`] bytes.
    fn take(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Value for $number {
            const SIZE: usize = size_of::<Self>();

            fn put(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }

            fn take(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(Self::default(), |bytes| Self::from_le_bytes(*bytes))
            }
        }
    )+};
}

numbers! { u8 u16 u32 u64 i8 i16 f32 }

impl Value for bool {
    const SIZE: usize = 1;

    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(bytes: &[u8]) -> Self {
        bytes.first().is_some_and(|byte| *byte != 0)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    const SIZE: usize = T::SIZE * N;

    fn put(&self, out: &mut Vec<u8>) {
        for value in self {
            value.put(out);
        }
    }

    fn take(bytes: &[u8]) -> Self {
        std::array::from_fn(|at| T::take(bytes.get(at * T::SIZE..).unwrap_or_default()))
    }
}

pub(super) fn put<'v, T: Value + 'v>(out: &mut Vec<u8>, values: impl IntoIterator<Item = &'v T>) {
    values.into_iter().for_each(|value| value.put(out));
}

/// The next `count` values; `rest` is what follows them.
pub(super) fn take<T: Value>(rest: &mut &[u8], count: usize) -> Result<impl Iterator<Item = T>, SegmentError> {
    let length = count.checked_mul(T::SIZE).ok_or(SegmentError::Length)?;
    let (column, behind) = rest.split_at_checked(length).ok_or(SegmentError::Length)?;
    *rest = behind;
    Ok(column.chunks_exact(T::SIZE).map(T::take))
}
