//! What happens between two multiplications of matrices, row by row, in one pass over memory that is in the cache.
//!
//! The loops are plain, and `pulp` compiles them once per instruction set and picks one at run time: a function does not
//! know on which processor it will run. Exponentials are polynomials without branches, so that they are computed for
//! many numbers at once; they are exact to about seven digits, as the weights are.

#![expect(clippy::inline_always, reason = "what is not inlined is compiled for the oldest processor")]

use pulp::{Arch, Simd, WithSimd};

/// Sums are kept in so many parts, which do not wait for each other.
const LANES: usize = 16;

/// Adds a bias to every row.
pub(super) fn add(rows: &mut [f32], bias: &[f32]) {
    Arch::new().dispatch(Add { rows, bias });
}

/// Adds a bias to every row and lets through what GELU does.
pub(super) fn activate(rows: &mut [f32], bias: &[f32]) {
    Arch::new().dispatch(Activate { rows, bias });
}

/// Makes every row of so many numbers positive, with a sum of 1.
pub(super) fn softmax(rows: &mut [f32], width: usize) {
    Arch::new().dispatch(Softmax { rows, width });
}

/// What a layer's normalisation adds first, and what it makes of mean 0 and variance 1 in the end.
#[derive(Debug)]
pub(super) struct Norm {
    pub bias: Vec<f32>,
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
    pub epsilon: f32,
}

impl Norm {
    /// Adds the bias and the rows that went past the layer, then normalises every row.
    pub(super) fn apply(&self, rows: &mut [f32], past: &[f32]) {
        Arch::new().dispatch(Normalise { rows, past, norm: self });
    }
}

struct Add<'a> {
    rows: &'a mut [f32],
    bias: &'a [f32],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.rows.chunks_exact_mut(self.bias.len()) {
            for (value, bias) in row.iter_mut().zip(self.bias) {
                *value += *bias;
            }
        }
    }
}

struct Activate<'a> {
    rows: &'a mut [f32],
    bias: &'a [f32],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.rows.chunks_exact_mut(self.bias.len()) {
            for (value, bias) in row.iter_mut().zip(self.bias) {
                *value = gelu(*value + *bias);
            }
        }
    }
}

struct Softmax<'a> {
    rows: &'a mut [f32],
    width: usize,
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.rows.chunks_exact_mut(self.width) {
            let greatest = greatest(row);
            for value in &mut *row {
                *value = exp(*value - greatest);
            }
            let part = 1.0 / sum(row, |value| value);
            for value in row {
                *value *= part;
            }
        }
    }
}

struct Normalise<'a> {
    rows: &'a mut [f32],
    past: &'a [f32],
    norm: &'a Norm,
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Norm { bias, scale, shift, epsilon } = self.norm;
        let width = bias.len();
        #[expect(clippy::cast_precision_loss, reason = "a width of a few hundred is exact")]
        let part = 1.0 / width as f32;
        for (row, past) in self.rows.chunks_exact_mut(width).zip(self.past.chunks_exact(width)) {
            for ((value, bias), past) in row.iter_mut().zip(bias).zip(past) {
                *value += *bias + *past;
            }
            let mean = sum(row, |value| value) * part;
            let variance = sum(row, |value| (value - mean) * (value - mean)) * part;
            let unit = 1.0 / (variance + epsilon).sqrt();
            for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
                *value = (*value - mean) * unit * *scale + *shift;
            }
        }
    }
}

#[inline(always)]
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|value| of(*value)).sum::<f32>()
}

#[inline(always)]
fn greatest(row: &[f32]) -> f32 {
    let mut lanes = [f32::MIN; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::MIN, f32::max)
}

/// x · Φ(x), with the error function by formula 7.1.26 of Abramowitz and Stegun, which is off by 1.5 · 10⁻⁷ at most.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_72) * t + 0.254_829_6) * t;
    let tail = 0.5 * series * exp(-z * z);
    if x >= 0.0 { x * (1.0 - tail) } else { x * tail }
}

/// A power of two by its bits, and the rest by a polynomial (as in Cephes). Below 10⁻³⁸ it is nearly 0.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Added to a number and taken away again, it leaves the nearest whole one, whose lowest bits are those of the sum.
    const ROUNDING: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let sum = x * std::f32::consts::LOG2_E + ROUNDING;
    let whole = sum - ROUNDING;
    // ln 2 in two parts, of which the first one is exact in a product with a small whole number.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = 1.987_569_1e-4;
    let series = series * rest + 1.398_2e-3;
    let series = series * rest + 8.333_452e-3;
    let series = series * rest + 4.166_579_6e-2;
    let series = series * rest + 0.166_666_66;
    let series = series * rest + 0.5;
    (series * rest * rest + rest + 1.0) * f32::from_bits(sum.to_bits().wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From -30 to 30, in steps that are no whole numbers.
    fn numbers() -> impl Iterator<Item = f32> {
        (-3_000_i16..3_000).map(|n| f32::from(n) * 0.010_07)
    }

    /// Φ by its integral, in double precision.
    fn phi(x: f64) -> f64 {
        let steps = 20_000;
        let step = x / f64::from(steps);
        let density = |at: f64| (-at * at / 2.0).exp() / std::f64::consts::TAU.sqrt();
        0.5 + (0..steps).map(|n| density((f64::from(n) + 0.5) * step) * step).sum::<f64>()
    }

    #[test]
    fn exponentials_are_exact_to_seven_digits() {
        for x in numbers().chain([-87.0, -0.0, 0.0, 88.0]) {
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() <= exact * 3e-7, "{x}: {} for {exact}", exp(x));
        }
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn what_is_activated_is_what_the_error_function_says() {
        for x in numbers().step_by(37) {
            let exact = f64::from(x) * phi(f64::from(x));
            assert!((f64::from(gelu(x)) - exact).abs() < 1e-6 * exact.abs().max(1.0), "{x}: {} for {exact}", gelu(x));
        }
        let mut rows = [1.0, -1.0, 0.5, 2.0];
        activate(&mut rows, &[0.0, 1.0]);
        for (value, expected) in rows.iter().zip([gelu(1.0), 0.0, gelu(0.5), gelu(3.0)]) {
            assert!((value - expected).abs() < 1e-6, "{rows:?}");
        }
    }

    #[test]
    fn shares_are_positive_and_make_one_however_long_the_row_is() {
        for width in [1, 3, 16, 17, 40, 256] {
            let mut rows: Vec<f32> = numbers().take(width * 3).collect();
            let exact: Vec<f64> = rows.iter().map(|value| f64::from(*value).exp()).collect();
            softmax(&mut rows, width);
            for (row, exact) in rows.chunks(width).zip(exact.chunks(width)) {
                let sum: f64 = exact.iter().sum();
                for (share, exact) in row.iter().zip(exact) {
                    assert!(*share > 0.0 && (f64::from(*share) - exact / sum).abs() < 1e-6, "{width}");
                }
            }
        }
    }

    #[test]
    fn a_row_has_the_mean_and_the_variance_that_it_should() {
        let width = 384;
        let filled = |value: f32| vec![value; width];
        let norm = Norm { bias: filled(3.0), scale: filled(2.0), shift: filled(0.25), epsilon: 1e-12 };
        let mut rows: Vec<f32> = numbers().take(2 * width).collect();
        let past: Vec<f32> = rows.iter().map(|value| value * value).collect();
        norm.apply(&mut rows, &past);
        for row in rows.chunks(width) {
            let mean = sum(row, |value| value) / 384.0;
            let variance = sum(row, |value| (value - mean) * (value - mean)) / 384.0;
            assert!((mean - 0.25).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4, "{mean} {variance}");
        }
        let mut rows = vec![1.0, 2.0];
        add(&mut rows, &[0.5]);
        assert!((rows[0] - 1.5).abs() < 1e-6 && (rows[1] - 2.5).abs() < 1e-6, "{rows:?}");
    }
}
