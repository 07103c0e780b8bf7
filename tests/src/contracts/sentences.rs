//! The sentence model: that it is the one its authors published, and that it says so when it is not whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use embed::{Encoder, MiniLm};
use shared::domain::embedding::Vector;
use xtask::{Progress, model};

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| model::ensure(Progress::default()).unwrap());
static MODEL: LazyLock<MiniLm> = LazyLock::new(|| MiniLm::load(&FOLDER).unwrap());

fn encode(texts: &[&str]) -> Vec<Vector> {
    MODEL.encode(texts).unwrap()
}

/// The example of the documentation of Sentence Transformers (sbert.net, "Quickstart"), with the figures printed there.
#[test]
fn the_published_example_comes_out() {
    let texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."];
    let vectors = encode(&texts);
    for (one, other, published) in [(0, 1, 0.6660), (0, 2, 0.1046), (1, 2, 0.1411)] {
        let similarity = vectors[one].similarity(&vectors[other]);
        assert!((similarity - published).abs() < 0.0002, "{} / {}: {similarity}", texts[one], texts[other]);
    }
}

/// Texts of all kinds beside the first one, with the figures of ONNX Runtime and BERT's reference tokenizer for the same
/// weights. `cargo xtask bench matching` compares whole vectors of a hundred texts.
#[test]
fn another_implementation_agrees() {
    let long = "boat ".repeat(400);
    let texts = [
        ("A woman who builds wooden boats with a small crew.", 1.0),
        ("Ich baue mit einer kleinen Mannschaft Boote aus Holz.", -0.0022),
        ("أبني القوارب الخشبية مع فريق صغير", -0.0124),
        ("I build 🪵⛵ with my crew 🙂", 0.4436),
        ("fn main() { let boat: Vec<Plank> = Vec::new(); }", 0.3424),
        ("", -0.0083),
        (&long, 0.2717),
        ("我和一小队人造木船。", 0.1263),
        ("Łódź, São Paulo, e\u{301} and ﬁne ligatures", -0.0155),
    ];
    let vectors = encode(&texts.map(|(text, _)| text));
    for ((text, expected), vector) in texts.iter().zip(&vectors) {
        let similarity = vectors[0].similarity(vector);
        assert!((similarity - expected).abs() < 0.001, "{text}: {similarity}");
    }
}

#[test]
fn a_text_has_the_same_vector_alone_and_in_company() {
    let long = "I plan, build and repair wooden boats with a small crew. ".repeat(30);
    let texts = ["chess", "A community garden needs a website", &long, "", "🪵⛵ 日本語 עברית", "...!?"];
    let together = encode(&texts);
    for (text, vector) in texts.iter().zip(&together) {
        assert!(vector.similarity(&encode(&[text])[0]) > 0.9999, "{text}");
    }
}

#[test]
fn what_lies_behind_256_word_pieces_is_not_read() {
    let read = "boat ".repeat(254);
    let vectors = encode(&[&read, &format!("{read} tax law"), &"boat ".repeat(20)]);
    assert_eq!(vectors[0].similarity(&vectors[1]).to_bits(), 1.0_f64.to_bits());
    assert!(vectors[0].similarity(&vectors[2]) < 0.9999, "the length counts");
}

/// What the calibration of the component rests on: texts of people about themselves.
#[test]
fn people_who_say_alike_things_are_close() {
    let groups = [
        [
            "Backend engineer who likes storage engines\nI write databases in Rust and care about latency.",
            "Systems programmer\nInterested in databases, open source.\nI build a small key-value store for fun.",
        ],
        [
            "Potter with a kiln in the garden\nInterested in ceramics, glazes.\nI sell stoneware at markets.",
            "I make bowls and vases\nInterested in pottery.\nLooking for somebody to share a studio and a kiln with.",
        ],
        [
            "Nurse turned health writer\nI explain chronic illness to patients in plain words.",
            "Medical editor\nInterested in health literacy.\nI want leaflets that patients understand.",
        ],
    ];
    let vectors = encode(&groups.concat());
    for one in 0..vectors.len() {
        for other in 0..one {
            let similarity = vectors[one].similarity(&vectors[other]);
            let expected = if one / 2 == other / 2 { 0.35..0.85 } else { -0.1..0.35 };
            assert!(expected.contains(&similarity), "{one}, {other}: {similarity}");
        }
    }
}

/// The complaint about a copy of the model after `change` was made to it.
fn complaint(test: &str, change: impl Fn(&Path)) -> String {
    let copy = std::env::temp_dir().join(format!("sentences-{test}-{}", std::process::id()));
    fs::create_dir_all(&copy).unwrap();
    for name in ["model.safetensors", "tokenizer.json", "config.json"] {
        fs::copy(FOLDER.join(name), copy.join(name)).unwrap();
    }
    change(&copy);
    let complaint = MiniLm::load(&copy).err().unwrap_or_default();
    fs::remove_dir_all(&copy).unwrap();
    complaint
}

#[test]
fn a_model_that_is_not_whole_is_refused_by_the_name_of_its_file() {
    let removed = |name: &'static str| complaint(name, move |folder| fs::remove_file(folder.join(name)).unwrap());
    for name in ["model.safetensors", "tokenizer.json", "config.json"] {
        let complaint = removed(name);
        assert!(complaint.starts_with("the sentence model is missing: cannot read "), "{complaint}");
        assert!(complaint.contains(name), "{complaint}");
    }
    let changed = |test: &str, name: &'static str, change: fn(Vec<u8>) -> Vec<u8>| {
        let complaint = complaint(test, |folder| {
            let content = fs::read(folder.join(name)).unwrap();
            fs::write(folder.join(name), change(content)).unwrap();
        });
        assert!(complaint.starts_with(&format!("the sentence model is broken: {name}: ")), "{test}: {complaint}");
    };
    changed("cut-off", "model.safetensors", |content| content[..content.len() / 2].to_vec());
    changed("no-json", "tokenizer.json", |content| content[..content.len() / 2].to_vec());
    changed("another", "config.json", |_| b"{}".to_vec());
    // Of the right length and form, and nonsense.
    changed("scrambled", "model.safetensors", |mut content| {
        let start = content.len() - 20_000_000;
        content[start..start + 10_000_000].fill(0);
        content
    });
}
