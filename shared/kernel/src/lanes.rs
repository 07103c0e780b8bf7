//! The few operations that many numbers go through at once, for each processor, and a plain form that is the same.
//!
//! They are written out because functions are built for size: no compiler turns their loops into these instructions. `pulp`
//! hands them out as safe functions of a token that only a processor with them gives.

use crate::DIMENSIONS;

/// Sixteen small numbers.
pub(crate) type Bytes = [u8; 16];

/// All of these give the same results on every processor.
pub(crate) trait Lanes: Copy {
    /// Exact: a component of the asker's vector has 16 bits, one of a candidate's has 8, and their sums fit into 32.
    fn dot(self, asker: &[i16; DIMENSIONS], candidate: &[i8; DIMENSIONS]) -> i32;
    fn max(self, a: Bytes, b: Bytes) -> Bytes;
    fn min(self, a: Bytes, b: Bytes) -> Bytes;
    fn or(self, a: Bytes, b: Bytes) -> Bytes;
    fn and(self, a: Bytes, b: Bytes) -> Bytes;
}

/// Any processor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

#[inline(always)]
fn each(a: Bytes, b: Bytes, act: impl Fn(u8, u8) -> u8) -> Bytes {
    std::array::from_fn(|at| act(a[at], b[at]))
}

impl Lanes for Plain {
    #[inline(always)]
    fn dot(self, asker: &[i16; DIMENSIONS], candidate: &[i8; DIMENSIONS]) -> i32 {
        let products = asker.iter().zip(candidate).map(|(asker, candidate)| i32::from(*asker) * i32::from(*candidate));
        products.fold(0, i32::wrapping_add)
    }

    #[inline(always)]
    fn max(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, u8::max)
    }

    #[inline(always)]
    fn min(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, u8::min)
    }

    #[inline(always)]
    fn or(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| a | b)
    }

    #[inline(always)]
    fn and(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| a & b)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m128i, __m256i};

    use pulp::cast;
    use pulp::x86::V3;

    use super::{Bytes, Lanes};
    use crate::DIMENSIONS;

    /// AVX2, which every x86 processor of Lambda has.
    impl Lanes for V3 {
        #[inline(always)]
        fn dot(self, asker: &[i16; DIMENSIONS], candidate: &[i8; DIMENSIONS]) -> i32 {
            let (asker, _) = asker.as_chunks::<64>();
            let (candidate, _) = candidate.as_chunks::<64>();
            let mut sums = [self.avx._mm256_setzero_si256(); 4];
            for (asker, candidate) in asker.iter().zip(candidate) {
                let (asker, _) = asker.as_chunks::<16>();
                let (candidate, _) = candidate.as_chunks::<16>();
                for at in 0..4 {
                    let wide = self.avx2._mm256_cvtepi8_epi16(cast::<[i8; 16], __m128i>(candidate[at]));
                    let products = self.avx2._mm256_madd_epi16(cast::<[i16; 16], __m256i>(asker[at]), wide);
                    sums[at] = self.avx2._mm256_add_epi32(sums[at], products);
                }
            }
            let [a, b, c, d] = sums;
            let halves = [self.avx2._mm256_add_epi32(a, b), self.avx2._mm256_add_epi32(c, d)];
            let sum = cast::<__m256i, [i32; 8]>(self.avx2._mm256_add_epi32(halves[0], halves[1]));
            sum.into_iter().fold(0, i32::wrapping_add)
        }

        #[inline(always)]
        fn max(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.sse2._mm_max_epu8(cast::<Bytes, __m128i>(a), cast(b)))
        }

        #[inline(always)]
        fn min(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.sse2._mm_min_epu8(cast::<Bytes, __m128i>(a), cast(b)))
        }

        #[inline(always)]
        fn or(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.sse2._mm_or_si128(cast::<Bytes, __m128i>(a), cast(b)))
        }

        #[inline(always)]
        fn and(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.sse2._mm_and_si128(cast::<Bytes, __m128i>(a), cast(b)))
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::{int8x8_t, int16x8_t, uint8x16_t};

    use pulp::aarch64::Neon;
    use pulp::cast;

    use super::{Bytes, Lanes};
    use crate::DIMENSIONS;

    /// NEON, which every arm64 processor has.
    impl Lanes for Neon {
        #[inline(always)]
        fn dot(self, asker: &[i16; DIMENSIONS], candidate: &[i8; DIMENSIONS]) -> i32 {
            let (asker, _) = asker.as_chunks::<16>();
            let (candidate, _) = candidate.as_chunks::<16>();
            let mut sums = [self.neon.vdupq_n_s32(0); 4];
            for (asker, candidate) in asker.iter().zip(candidate) {
                let (asker, _) = asker.as_chunks::<8>();
                let (candidate, _) = candidate.as_chunks::<8>();
                for at in 0..2 {
                    let wide = self.neon.vmovl_s8(cast::<[i8; 8], int8x8_t>(candidate[at]));
                    let own = cast::<[i16; 8], int16x8_t>(asker[at]);
                    let (low, low_own) = (self.neon.vget_low_s16(wide), self.neon.vget_low_s16(own));
                    sums[2 * at] = self.neon.vmlal_s16(sums[2 * at], low_own, low);
                    sums[2 * at + 1] = self.neon.vmlal_high_s16(sums[2 * at + 1], own, wide);
                }
            }
            let [a, b, c, d] = sums;
            self.neon.vaddvq_s32(self.neon.vaddq_s32(self.neon.vaddq_s32(a, b), self.neon.vaddq_s32(c, d)))
        }

        #[inline(always)]
        fn max(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.neon.vmaxq_u8(cast::<Bytes, uint8x16_t>(a), cast(b)))
        }

        #[inline(always)]
        fn min(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.neon.vminq_u8(cast::<Bytes, uint8x16_t>(a), cast(b)))
        }

        #[inline(always)]
        fn or(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.neon.vorrq_u8(cast::<Bytes, uint8x16_t>(a), cast(b)))
        }

        #[inline(always)]
        fn and(self, a: Bytes, b: Bytes) -> Bytes {
            cast(self.neon.vandq_u8(cast::<Bytes, uint8x16_t>(a), cast(b)))
        }
    }
}

/// Work that is compiled once for each processor.
pub(crate) trait Work {
    type Output;

    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Runs work on the best of what this processor has.
pub(crate) fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        return pulp::Simd::vectorize(lanes, On { lanes, work });
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = pulp::aarch64::Neon::try_new() {
        return pulp::Simd::vectorize(lanes, On { lanes, work });
    }
    work.run(Plain)
}

/// Work with the token of a processor.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct On<L, W> {
    lanes: L,
    work: W,
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
impl<L: Lanes, W: Work> pulp::WithSimd for On<L, W> {
    type Output = W::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> W::Output {
        self.work.run(self.lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct All<'v>(&'v [i16; DIMENSIONS], &'v [i8; DIMENSIONS], Bytes, Bytes);

    impl Work for All<'_> {
        type Output = (i32, [Bytes; 4]);

        fn run<L: Lanes>(self, lanes: L) -> Self::Output {
            let Self(asker, candidate, a, b) = self;
            (lanes.dot(asker, candidate), [lanes.max(a, b), lanes.min(a, b), lanes.or(a, b), lanes.and(a, b)])
        }
    }

    #[test]
    fn this_processor_computes_what_every_other_does() {
        let mut state = 7_u64;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_le_bytes()[7]
        };
        for round in 0..200 {
            let asker = std::array::from_fn(|_| i16::from_le_bytes([byte(), byte()]) / if round == 0 { 1 } else { 16 });
            let candidate = std::array::from_fn(|_| byte().cast_signed());
            let (a, b) = (std::array::from_fn(|_| byte()), std::array::from_fn(|_| byte()));
            assert_eq!(run(All(&asker, &candidate, a, b)), All(&asker, &candidate, a, b).run(Plain));
        }
    }
}
