//! What a photo costs from upload to copies, beside Pillow and libvips, and how much memory it takes.
//!
//! All three count the time of the processor, on one thread, in turns: what else runs on the machine favours nobody.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::measure::median;
use super::program;
use crate::failure::{Explain, Failure};
use crate::progress::{Progress, result};
use crate::table::Table;
use crate::tools::{PICTURES, Tools};
use crate::workspace;

const PEERS: &str = include_str!("photos.py");
const ROUNDS: usize = 5;
const PER_ROUND: &str = "3";
/// The photo that others are measured with.
const CAMERA: &str = "camera.jpg";

/// What is measured alone: the file, its millions of pixels, and what it is.
const FILES: [(&str, f64, &str); 6] = [
    (CAMERA, 12.0, "JPEG of a camera, 12 megapixels"),
    ("progressive.jpg", 12.0, "progressive JPEG, 12 megapixels"),
    ("picture.png", 3.0, "PNG, 3 megapixels"),
    ("lossy.webp", 3.0, "WebP, 3 megapixels"),
    ("lossless.webp", 3.0, "lossless WebP, 3 megapixels"),
    ("cut.jpg", 12.0, "half of the first one, refused"),
];

struct Row {
    what: &'static str,
    /// Nothing for what is refused.
    time: Option<Duration>,
    /// In bytes.
    peak: f64,
    megapixels: f64,
    verdict: String,
}

pub fn run(as_json: bool) -> Result<(), Failure> {
    let bench = program::build("photo-validate", "photos")?;
    let python = Tools::ensure(&PICTURES, Progress::Loud)?.python();
    let folder = make(&python)?;
    let (mut ours, mut pillow, mut vips) = (Vec::new(), Vec::new(), Vec::new());
    let camera = folder.join(CAMERA);
    Progress::Loud.step(&format!("{ROUNDS} rounds, in turns"), || {
        for _ in 0..ROUNDS {
            ours.extend(program::nanoseconds(Command::new(&bench).arg("times").arg(&camera).arg(PER_ROUND))?);
            for (peer, times) in [("pillow", &mut pillow), ("vips", &mut vips)] {
                let mut command = Command::new(&python);
                times.extend(program::nanoseconds(command.args(["-c", PEERS, peer]).arg(&camera).arg(PER_ROUND))?);
            }
        }
        Ok(())
    })?;
    let rows: Result<Vec<Row>, Failure> = FILES.iter().map(|file| row(&bench, &folder, file)).collect();
    report(&rows?, [median(ours), median(pillow), median(vips)], as_json);
    Ok(())
}

/// The photo of twelve megapixels, made anew.
pub(super) fn camera() -> Result<PathBuf, Failure> {
    Ok(make(&Tools::ensure(&PICTURES, Progress::Loud)?.python())?.join(CAMERA))
}

fn make(python: &Path) -> Result<PathBuf, Failure> {
    let folder = workspace::target()?.join("bench-photos");
    std::fs::create_dir_all(&folder).explain(|| format!("cannot make {}", folder.display()))?;
    Progress::Loud
        .step("make the pictures", || program::lines(Command::new(python).args(["-c", PEERS, "make"]).arg(&folder)))?;
    Ok(folder)
}

fn row(bench: &Path, folder: &Path, (name, megapixels, what): &(&str, f64, &'static str)) -> Result<Row, Failure> {
    let file = folder.join(name);
    let lines = program::lines(Command::new(bench).arg("peak").arg(&file))?;
    let peak = lines.first().and_then(|line| line.parse().ok()).unwrap_or_default();
    let verdict = lines.get(1).cloned().unwrap_or_default();
    let time = if verdict == "ready" {
        Some(median(program::nanoseconds(Command::new(bench).arg("times").arg(&file).arg(PER_ROUND))?))
    } else {
        None
    };
    Ok(Row { what, time, peak, megapixels: *megapixels, verdict })
}

fn report(rows: &[Row], [ours, pillow, vips]: [Duration; 3], as_json: bool) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let times_as_fast = |peer: Duration| peer.as_secs_f64() / ours.as_secs_f64();
    let per_pixel = |row: &Row| row.peak / (row.megapixels * 1e6);
    if as_json {
        let rows = rows.iter().map(|row| {
            json!({
                "what": row.what, "verdict": row.verdict, "ms": row.time.map(milliseconds), "peak_bytes": row.peak,
                "bytes_per_pixel": per_pixel(row),
            })
        });
        result(json!({
            "rows": rows.collect::<Vec<_>>(), "ours_ms": milliseconds(ours), "pillow_ms": milliseconds(pillow),
            "vips_ms": milliseconds(vips), "of_pillow": times_as_fast(pillow), "of_vips": times_as_fast(vips),
        }));
        return;
    }
    let mut table =
        Table::new(["12 megapixels to 1080, 480 and 160 pixels", "p50 ms", "ours is so many times as fast"]);
    for (who, time) in [("ours", ours), ("Pillow", pillow), ("libvips, one thread", vips)] {
        table.row(&[who.to_owned(), format!("{:.0}", milliseconds(time)), format!("{:.2}", times_as_fast(time))]);
    }
    result(table);
    let mut table = Table::new(["what", "p50 ms", "peak MB", "bytes per pixel", "verdict"]);
    for row in rows {
        table.row(&[
            row.what.to_owned(),
            row.time.map(|time| format!("{:.0}", milliseconds(time))).unwrap_or_default(),
            format!("{:.1}", row.peak / 1e6),
            format!("{:.1}", per_pixel(row)),
            row.verdict.clone(),
        ]);
    }
    result(table);
    result("Aims: at least 2 times as fast as Pillow, 0.8 times as fast as libvips, at most 5 bytes per pixel.");
}
