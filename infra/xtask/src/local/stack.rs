//! One running copy of the system: an emulator of its own with the template deployed. Tests and `up` use the same.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::adapt::{self, Adapted, Code, Place};
use super::cache::LocalCache;
use super::client::Client;
use super::deploy::{self, Deployed};
use super::emulator::{DIFFERENCES, Emulator};
use super::intrinsics::Scope;
use super::repair::repair;
use super::sam;
use super::template::read_template;
use super::watch::Watch;
use crate::build::{FunctionZip, build_functions};
use crate::failure::{Explain, Failure};
use crate::model;
use crate::progress::{Progress, warn};
use crate::tools::{CACHE, LOCAL, Tools};
use crate::workspace;

/// How the template and the code get into the local AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deployment {
    /// Builds the functions for this machine and creates the stack, in a second.
    #[default]
    Direct,
    /// Takes the zips that `cargo xtask package` left and runs `sam deploy`.
    Sam,
}

#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Names the folder with logs and temporary files, under `target/local-aws/`.
    pub label: String,
    /// Any free port when not given.
    pub port: Option<u16>,
    pub deployment: Deployment,
    /// Runs the functions under `cargo lambda watch`, which rebuilds them when their source changes.
    pub watch: bool,
    /// Starts a redis-server beside the local AWS, which has no cache, and tells the functions.
    pub cache: bool,
    /// Template parameters that differ from their defaults.
    pub parameters: Vec<(String, String)>,
    pub progress: Progress,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            label: "stack".to_owned(),
            port: None,
            deployment: Deployment::default(),
            watch: false,
            cache: false,
            parameters: Vec::new(),
            progress: Progress::default(),
        }
    }
}

/// A deployed stack. Dropping it ends the emulator and every process it started.
#[derive(Debug)]
pub struct LocalStack {
    // Fields drop in this order: the processes end before the folder is given free.
    watch: Option<Watch>,
    emulator: Emulator,
    cache: Option<LocalCache>,
    client: Client,
    system: System,
    folder: PathBuf,
    _folder_lock: File,
}

impl LocalStack {
    pub fn start(options: StackOptions) -> Result<Self, Failure> {
        let StackOptions { label, port, deployment, watch, cache, parameters, progress } = options;
        let tools = Tools::ensure(&LOCAL, progress)?;
        let model = model::ensure(progress)?;
        let built = match deployment {
            Deployment::Direct => build_functions(progress)?,
            Deployment::Sam => Vec::new(),
        };
        let (folder, folder_lock) = claim_folder(&label)?;
        let cache = if cache { Some(LocalCache::launch(Tools::ensure(&CACHE, progress)?, &folder)?) } else { None };
        let cache_url = cache.as_ref().map(LocalCache::url);
        let emulator = progress.step("start the local AWS", || Emulator::start(&tools, &folder, port))?;
        let client = Client::new(emulator.endpoint());
        let authority = format!("127.0.0.1:{}", emulator.port());
        let system = match deployment {
            Deployment::Direct => progress.step("deploy template.yaml", || {
                deploy::upload_code(&client, &built)?;
                let place = Place { authority, code: uploaded(&built), model, cache: cache_url };
                System::deploy(&client, &place, &parameters, |template| deploy::deploy(&client, template, &parameters))
            }),
            Deployment::Sam => progress.step("sam deploy", || {
                let code = Code::Packaged(workspace::root().to_owned());
                let place = Place { authority, code, model, cache: cache_url };
                let run = |template: &Value| sam::deploy(&client, template, &parameters, &folder, progress);
                System::deploy(&client, &place, &parameters, run)
            }),
        }?;
        if let Some(cache) = &cache {
            progress.step("wait for the cache", || cache.wait_until_ready())?;
        }
        let mut stack = Self { watch: None, emulator, cache, client, system, folder, _folder_lock: folder_lock };
        if watch {
            stack.watch = Some(Watch::start(&tools, &stack, progress)?);
        }
        Ok(stack)
    }

    pub fn http_url(&self) -> &str {
        &self.system.http_url
    }

    pub fn ws_url(&self) -> &str {
        &self.system.ws_url
    }

    pub fn endpoint(&self) -> &str {
        self.emulator.endpoint()
    }

    pub fn port(&self) -> u16 {
        self.emulator.port()
    }

    /// The cache, if there is one.
    pub fn cache(&self) -> Option<&LocalCache> {
        self.cache.as_ref()
    }

    pub fn output(&self, key: &str) -> Option<&str> {
        self.system.deployed.outputs.get(key).map(String::as_str)
    }

    pub fn outputs(&self) -> &BTreeMap<String, String> {
        &self.system.deployed.outputs
    }

    /// The physical id of a resource: a table's name, a queue's URL, an API's id.
    pub fn physical_id(&self, logical_id: &str) -> Option<&str> {
        self.system.deployed.ids.get(logical_id).map(String::as_str)
    }

    /// Deployed names by folder name.
    pub fn functions(&self) -> &BTreeMap<String, String> {
        &self.system.functions
    }

    /// Tells the person at the terminal in what the deployment differs from AWS.
    pub fn announce_differences(&self) {
        warn("\nDifferences from AWS:");
        for note in &self.system.notes {
            warn(format_args!("  - {note}"));
        }
    }

    /// Where everything is, for other processes.
    pub fn record(&self) -> Value {
        json!({
            "pid": std::process::id(),
            "port": self.port(),
            "endpoint": self.endpoint(),
            "http_url": self.http_url(),
            "ws_url": self.ws_url(),
            "logs": self.folder(),
            "functions": self.functions(),
            "outputs": self.outputs(),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn function(&self, folder: &str) -> Result<&str, Failure> {
        self.system.functions.get(folder).map(String::as_str).ok_or_else(|| {
            Failure::new(format!("the stack has no function {folder}"))
                .remedy("use the name of a folder in functions/ that template.yaml deploys")
        })
    }

    /// The end of the log of a process that should run and does not.
    pub fn ended(&mut self) -> Option<String> {
        self.emulator.ended().or_else(|| self.watch.as_mut().and_then(Watch::ended))
    }
}

/// What was deployed, under the names by which callers ask for it.
#[derive(Debug)]
struct System {
    deployed: Deployed,
    functions: BTreeMap<String, String>,
    http_url: String,
    ws_url: String,
    notes: Vec<String>,
}

impl System {
    fn deploy(
        client: &Client,
        place: &Place,
        parameters: &[(String, String)],
        run: impl FnOnce(&Value) -> Result<Deployed, Failure>,
    ) -> Result<Self, Failure> {
        let template = read_template(&workspace::root().join("template.yaml"))?;
        let scope = Scope::new(&template, deploy::STACK, parameters)?;
        let folders = folders_by_logical_id(&template);
        let Adapted { template, mut notes } = adapt::adapt(template, &scope, place)?;
        let deployed = run(&template)?;
        notes.extend(DIFFERENCES.map(str::to_owned));
        notes.extend(repair(client, &template, &scope, &deployed.ids)?);
        let named = |(id, folder): (String, String)| Some((folder, deployed.ids.get(&id)?.clone()));
        Ok(Self {
            functions: folders.into_iter().filter_map(named).collect(),
            http_url: format!("http://{}", api(&template, &deployed, place, "HTTP")?),
            ws_url: format!("ws://{}/v1", api(&template, &deployed, place, "WEBSOCKET")?),
            deployed,
            notes,
        })
    }
}

/// A folder nobody else uses: a second stack with the same label gets a number.
pub(super) fn claim_folder(label: &str) -> Result<(PathBuf, File), Failure> {
    let parent = workspace::local_aws()?;
    fs::create_dir_all(&parent).explain(|| format!("cannot create {}", parent.display()))?;
    for number in 1..1000 {
        let name = if number == 1 { label.to_owned() } else { format!("{label}-{number}") };
        let lock = parent.join(format!("{name}.lock"));
        let file = File::create(&lock).explain(|| format!("cannot create {}", lock.display()))?;
        match file.try_lock() {
            Ok(()) => return Ok((clean(parent.join(name))?, file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(cause).explain(|| format!("cannot lock {}", lock.display())),
        }
    }
    Err(Failure::new(format!("a thousand stacks named {label} are running")))
}

fn clean(folder: PathBuf) -> Result<PathBuf, Failure> {
    if folder.exists() {
        fs::remove_dir_all(&folder).explain(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).explain(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn uploaded(zips: &[FunctionZip]) -> Code {
    Code::Uploaded {
        bucket: deploy::CODE_BUCKET.to_owned(),
        keys: zips.iter().map(|zip| (zip.name.clone(), deploy::code_key(zip))).collect(),
    }
}

fn folders_by_logical_id(template: &Value) -> BTreeMap<String, String> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    resources
        .filter_map(|(id, resource)| {
            let folder = adapt::folder_of_code(resource["Properties"]["CodeUri"].as_str()?)?;
            Some((id.clone(), folder.to_owned()))
        })
        .collect()
}

/// Authority and path of the API with this protocol.
fn api(template: &Value, deployed: &Deployed, place: &Place, protocol: &str) -> Result<String, Failure> {
    let mut resources = template["Resources"].as_object().into_iter().flatten();
    resources
        .find(|(_, resource)| resource["Properties"]["ProtocolType"] == protocol)
        .and_then(|(id, _)| deployed.ids.get(id))
        .map(|id| format!("{}/_aws/execute-api/{id}", place.authority))
        .ok_or_else(|| Failure::new(format!("template.yaml deploys no {protocol} API")))
}
