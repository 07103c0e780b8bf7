//! How transparent a lossy picture is: a plane beside it, packed as lossless pictures are.

use crate::Flaw;
use crate::size::Size;

/// White, as planes of a lossy picture have it.
const PAPER: [u32; 3] = [235, 128, 128];

/// One byte per pixel.
pub(super) fn decode(chunk: &[u8], size: Size) -> Result<Vec<u8>, Flaw> {
    let (head, data) = chunk.split_first().ok_or(Flaw::Damaged)?;
    let mut alpha = match head & 3 {
        0 => data.get(..size.pixels()).ok_or(Flaw::Damaged)?.to_vec(),
        1 => green(super::lossless(data, size)?, size),
        _ => return Err(Flaw::Damaged),
    };
    undo_filter(&mut alpha, head >> 2 & 3, size.width as usize);
    Ok(alpha)
}

/// It is told as a picture of greens.
fn green(mut pixels: Vec<u8>, size: Size) -> Vec<u8> {
    for index in 0..size.pixels() {
        pixels[index] = pixels[index * 4 + 1];
    }
    pixels.truncate(size.pixels());
    pixels.shrink_to_fit();
    pixels
}

/// Each value was stored as its difference from what its neighbours let one expect.
fn undo_filter(alpha: &mut [u8], filter: u8, width: usize) {
    for at in 1..if filter == 0 { 0 } else { alpha.len() } {
        let (has_left, has_above) = (at % width > 0, at >= width);
        let left = || alpha[at - 1];
        let above = || alpha[at - width];
        let expected = match (filter, has_left, has_above) {
            (1, true, _) | (_, true, false) => left(),
            (2, _, true) | (_, false, _) => above(),
            _ => {
                let sum = i16::from(left()) + i16::from(above()) - i16::from(alpha[at - width - 1]);
                sum.clamp(0, 255) as u8
            }
        };
        alpha[at] = alpha[at].wrapping_add(expected);
    }
}

/// Mixes planes with white where they are transparent.
pub(super) fn lay_on_paper(planes: &mut [Vec<u8>; 3], stride: usize, alpha: &[u8], size: Size) {
    let width = size.width as usize;
    for (plane, (paper, parts)) in planes.iter_mut().zip(PAPER.into_iter().zip([1, 2, 2])) {
        for (line, alphas) in plane.chunks_mut(stride / parts).zip(alpha.chunks(width * parts)) {
            for (column, sample) in line.iter_mut().take(width.div_ceil(parts)).enumerate() {
                // Samples of colour are four pixels large.
                let of_rows = alphas.chunks(width).flat_map(|row| row.iter().skip(column * parts).take(parts));
                let (sum, count) = of_rows.fold((0, 0), |(sum, count), alpha| (sum + u32::from(*alpha), count + 255));
                let mixed = u32::from(*sample) * sum + paper * (count - sum);
                *sample = ((mixed + count / 2) / count) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 3, height: 2 };

    #[test]
    fn filters_are_undone() {
        let undone = |filter: u8| decode(&[&[filter << 2][..], &[10, 1, 2, 3, 250, 5]].concat(), SIZE).unwrap();
        assert_eq!(undone(0), [10, 1, 2, 3, 250, 5]);
        assert_eq!(undone(1), [10, 11, 13, 13, 7, 12]);
        assert_eq!(undone(2), [10, 11, 13, 13, 5, 18]);
        assert_eq!(undone(3), [10, 11, 13, 13, 8, 15]);
    }

    #[test]
    fn a_plane_of_another_length_or_kind_is_damaged() {
        assert_eq!(decode(&[], SIZE), Err(Flaw::Damaged));
        assert_eq!(decode(&[0, 1, 2, 3, 4, 5], SIZE), Err(Flaw::Damaged));
        assert_eq!(decode(&[2, 1, 2, 3, 4, 5, 6], SIZE), Err(Flaw::Damaged));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let mut planes = [vec![16; 32], vec![200; 8], vec![50; 8]];
        lay_on_paper(&mut planes, 16, &[255, 0, 128, 0, 255, 128], SIZE);
        assert_eq!(planes[0][..3], [16, 235, 125]);
        assert_eq!(planes[0][16..19], [235, 16, 125]);
        assert_eq!(planes[1][..2], [164, 164]);
        assert_eq!(planes[2][..2], [89, 89]);
    }
}
