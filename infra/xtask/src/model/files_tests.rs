//! Models that are whole, changed, incomplete and cut off.

use std::io::Cursor;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::pins::File as Pinned;
use super::*;

const NAMES: [&str; 2] = ["model.safetensors", "config.json"];

fn digest(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// A folder of this test alone.
fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("model-{test}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn wheel(folder: &Path, names: &[&str]) -> PathBuf {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        archive.start_file(format!("{INSIDE}/{name}"), SimpleFileOptions::default()).unwrap();
        archive.write_all(name.as_bytes()).unwrap();
    }
    archive.start_file("../outside", SimpleFileOptions::default()).unwrap();
    let path = folder.join("a.whl");
    fs::write(&path, archive.finish().unwrap().into_inner()).unwrap();
    path
}

fn pins(wheel: &Path) -> Pins {
    let file = |name: &'static str| Pinned { name, bytes: name.len() as u64, sha256: digest(name.as_bytes()) };
    Pins { wheel: digest(&fs::read(wheel).unwrap()), files: NAMES.map(file).into() }
}

#[test]
fn a_wheel_with_the_pinned_content_becomes_a_model() {
    let folder = folder("good");
    let (wheel, place) = (wheel(&folder, &NAMES), folder.join("model"));
    let pins = pins(&wheel);
    let draft = Draft::beside(&place).unwrap();
    unpack(&wheel, draft.path(), &pins).unwrap();
    assert!(!place.exists(), "nothing is in place before everything is verified");
    draft.publish(&place).unwrap();
    assert!(are_there(&place, &pins));
    verify(&place, &pins).unwrap();
    let mut names: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["config.json", "model.safetensors"]);

    let copied = Draft::beside(&folder.join("copy")).unwrap();
    copy(&place, copied.path(), &pins).unwrap();
    fs::write(place.join(NAMES[1]), "config.jsoN").unwrap();
    assert!(are_there(&place, &pins), "the same length");
    assert!(verify(&place, &pins).unwrap_err().message().contains("refused"));
    assert!(copy(&place, copied.path(), &pins).unwrap_err().message().contains("refused"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_changed_incomplete_or_cut_off_wheel_leaves_nothing_behind() {
    let folder = folder("bad");
    let place = folder.join("model");
    let refused = |wheel: &Path, pins: &Pins, reason: &str| {
        let draft = Draft::beside(&place).unwrap();
        let failure = unpack(wheel, draft.path(), pins).unwrap_err();
        assert!(failure.message().contains(reason), "{failure}");
        drop(draft);
        assert!(!place.exists() && !place.with_extension("draft").exists(), "{reason}");
    };
    let whole = wheel(&folder, &NAMES);
    let mut changed = pins(&whole);
    changed.wheel = digest(b"another");
    refused(&whole, &changed, "a.whl is not the file that is pinned");
    changed = pins(&whole);
    changed.files[1].sha256 = digest(b"another");
    refused(&whole, &changed, "config.json is not the file that is pinned");
    let incomplete = wheel(&folder, &NAMES[..1]);
    refused(&incomplete, &pins(&incomplete), "holds no config.json");
    let content = fs::read(&whole).unwrap();
    fs::write(&whole, &content[..content.len() / 2]).unwrap();
    refused(&whole, &pins(&whole), "is no wheel");
    refused(&folder.join("missing.whl"), &pins(&whole), "cannot read");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_was_lost_later_is_fetched_again() {
    let folder = folder("lost");
    let pins = pins(&wheel(&folder, &NAMES));
    assert!(!are_there(&folder, &pins));
    for name in NAMES {
        fs::write(folder.join(name), name).unwrap();
    }
    assert!(are_there(&folder, &pins));
    fs::write(folder.join(NAMES[0]), "half").unwrap();
    assert!(!are_there(&folder, &pins));
    fs::remove_dir_all(folder).unwrap();
}
