//! The plan of a backup: which tables, in how many segments each. It is written once and never changed.

use serde::{Deserialize, Serialize};

use super::{Attribute, BackupId, Broken, FORMAT, Item, TableDescription, sha256};
use crate::domain::time::Timestamp;

/// Tables with data of record. What `realtime` and `outbox` hold is minutes old, and made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    Accounts,
    Sessions,
    Profiles,
    Social,
    Chat,
    Ops,
}

impl TableKind {
    pub const ALL: [Self; 6] = [Self::Accounts, Self::Sessions, Self::Profiles, Self::Social, Self::Chat, Self::Ops];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Sessions => "sessions",
            Self::Profiles => "profiles",
            Self::Social => "social",
            Self::Chat => "chat",
            Self::Ops => "ops",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How partitions begin that are of no record: they belong to the stack that writes them, and mean nothing to another.
    /// Signing keys go with their secret, and addresses of networks have no place in a backup.
    pub const fn momentary(self) -> &'static [&'static str] {
        match self {
            Self::Ops => &["ACTIVE#", "CACHE#", "KEYS#", "LIMIT#", "MAIL#", "SWEEP", "WARM#"],
            Self::Accounts | Self::Sessions | Self::Profiles | Self::Social | Self::Chat => &[],
        }
    }

    /// Whether an item is saved.
    pub fn records(self, item: &Item) -> bool {
        let Some(Attribute::Text(partition)) = item.get("pk") else { return true };
        !self.momentary().iter().any(|beginning| partition.starts_with(beginning))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub format: u32,
    pub backup: BackupId,
    pub made_at: Timestamp,
    pub tables: Vec<PlannedTable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTable {
    pub table: TableKind,
    /// What the table is called where it was read.
    pub source: String,
    pub segments: u32,
    pub description: TableDescription,
}

/// One segment of one table to be read, as a queue carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentJob {
    pub backup: BackupId,
    /// The hash of the plan that it belongs to.
    pub plan: String,
    pub table: TableKind,
    pub segment: u32,
}

/// What one run of the function reads in a fraction of its time.
const ITEMS_PER_SEGMENT: u64 = 200_000;
const BYTES_PER_SEGMENT: u64 = 128 * 1024 * 1024;
const MOST_SEGMENTS: u64 = 64;

/// Into how many segments a table of that size is divided. `DynamoDB` counts every six hours, so it is a guess; a segment that
/// is longer takes more than one run.
pub fn segments_for(items: u64, bytes: u64) -> u32 {
    let wanted = items.div_ceil(ITEMS_PER_SEGMENT).max(bytes.div_ceil(BYTES_PER_SEGMENT));
    u32::try_from(wanted.clamp(1, MOST_SEGMENTS)).unwrap_or(1)
}

impl Plan {
    pub fn to_bytes(&self) -> Result<Vec<u8>, Broken> {
        serde_json::to_vec_pretty(self).map_err(|_| Broken::new("a plan cannot be written as JSON"))
    }

    /// Reads a plan, and answers it with its hash.
    pub fn read(bytes: &[u8]) -> Result<(Self, String), Broken> {
        let plan: Self =
            serde_json::from_slice(bytes).map_err(|error| Broken::new(format!("the plan cannot be read: {error}")))?;
        if plan.format != FORMAT {
            return Err(Broken::new(format!("the plan has format {}, and this program reads {FORMAT}", plan.format)));
        }
        Ok((plan, sha256(bytes)))
    }

    /// One for each segment of each table.
    pub fn jobs(&self, hash: &str) -> Vec<SegmentJob> {
        let of_table = |planned: &PlannedTable| {
            let table = planned.table;
            (0..planned.segments).map(move |segment| (table, segment)).collect::<Vec<_>>()
        };
        let all = self.tables.iter().flat_map(of_table);
        all.map(|(table, segment)| SegmentJob { backup: self.backup.clone(), plan: hash.to_owned(), table, segment })
            .collect()
    }

    pub fn table(&self, kind: TableKind) -> Option<&PlannedTable> {
        self.tables.iter().find(|planned| planned.table == kind)
    }
}
