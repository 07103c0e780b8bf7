//! Links through `CloudFront`, held to botocore's own signer: the same policy, and a signature that others can verify.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use shared::adapters::aws::Aws;
use shared::adapters::cdn::{CdnKey, CdnLinks};
use shared::adapters::photos::S3Photos;
use shared::config::{CdnConfig, Vars};
use shared::domain::photo::PhotoKey;
use shared::domain::time::Timestamp;
use shared::ports::photos::PhotoLinks;
use xtask::Progress;
use xtask::tools::{LOCAL, Tools};

/// Makes a key as an operator does, reads a link, and does with botocore and `cryptography` what `CloudFront` does with it.
const READER: &str = r#"
import base64, datetime, sys
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
form = serialization.PrivateFormat.TraditionalOpenSSL
document = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
print(base64.b64encode(document).decode(), flush=True)
link = sys.stdin.readline().strip()
address, query = link.split("?")
given = dict(pair.split("=") for pair in query.split("&"))
ends = datetime.datetime.fromtimestamp(int(given["Expires"]), datetime.timezone.utc)
signature = base64.b64decode(given["Signature"].replace("-", "+").replace("_", "=").replace("~", "/"), validate=True)
signer = CloudFrontSigner(given["Key-Pair-Id"], lambda policy: signature)
policy = signer.build_policy(address, ends).encode()
key.public_key().verify(signature, policy, ec.ECDSA(hashes.SHA256()))
theirs = signer.generate_presigned_url(address, date_less_than=ends)
print(theirs)
"#;

/// A process with a key of its own.
struct Botocore {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Botocore {
    fn start() -> Self {
        let python = Tools::ensure(&LOCAL, Progress::default()).unwrap().python();
        let mut reader = Command::new(python);
        let reader = reader.args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = reader.spawn().expect("Python starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Self { process, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("it goes on, because the signature is what others verify").expect("a line")
    }

    /// What it makes of the same address, time and signature, once it has verified it.
    fn read(mut self, link: &str) -> String {
        writeln!(self.process.stdin.take().expect("a pipe"), "{link}").expect("Python reads");
        let theirs = self.line();
        assert!(self.process.wait().expect("Python ends").success());
        theirs
    }
}

#[tokio::test]
async fn links_are_those_of_amazons_own_signer() {
    let mut botocore = Botocore::start();
    let key = CdnKey::parse(&botocore.line()).unwrap();
    let aws = Aws::new(&Vars::from_iter([("AWS_REGION", "us-east-1")]));
    let config = CdnConfig {
        url: "https://photos.example.org".to_owned(),
        key: "a",
        key_id: "K2JCJMDEHXQW5F".to_owned(),
        secret: String::new(),
    };
    let links = CdnLinks::new(Arc::new(S3Photos::new(&aws, String::new())), key, config);
    let now = Timestamp::from_unix_seconds(1_800_000_123);
    let ours = links.link(&PhotoKey::new([7; 16]), 480, now).await.unwrap();
    // It knows SHA-1 only, which the parameter at the end takes the place of.
    assert_eq!(ours, format!("{}&Hash-Algorithm=SHA256", botocore.read(&ours)));
}
