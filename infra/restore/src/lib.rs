//! Restores a backup: verifies all of it before anything is written, writes it into tables, and compares these with it item
//! by item.
//!
//! It is an operator's tool and runs with an operator's rights; no function can do what it does. A restoration that was
//! killed goes on when the same command is given again: a tag on each table says whose it is and how many parts are in it.

mod compare;
mod create;
mod failure;
mod source;
mod table;
mod target;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::adapters::aws::Aws;
use shared::domain::backup::{Manifest, SavedTable, TableKind};
use shared::ports::ambient::Ambient;

pub use compare::Comparison;
pub use failure::Failure;
use source::Source;
use table::Table;
use target::Target;

/// What is to be restored, and where to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub bucket: String,
    /// The key of the manifest.
    pub manifest: String,
    /// All tables, if none is named.
    pub tables: Vec<TableKind>,
    pub into: Into,
    /// Verifies the backup, looks at the tables, and writes nothing.
    pub dry_run: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Into {
    /// New tables, called after the prefix and what they hold.
    New(String),
    /// Tables of a stack, which must be empty.
    Existing(BTreeMap<TableKind, String>),
}

/// Carries out an order and tells of its steps, line by line.
pub async fn restore(
    aws: &Aws,
    ambient: &Ambient,
    order: &Order,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let source = Source::open(aws, &order.bucket, &order.manifest).await?;
    let chosen = chosen(&source.manifest, order)?;
    let mut items = 0;
    for saved in &chosen {
        items += source.verify(saved).await?;
    }
    let window = source.manifest.window;
    tell(format!(
        "verified: {items} items of {} tables, as they were between {} and {}",
        chosen.len(),
        window.from,
        window.until
    ));
    // Every table is looked at before the first one is written to.
    let mut targets = Vec::new();
    for saved in &chosen {
        let table = Table::new(aws, ambient, target_name(saved, &order.into)?);
        targets.push(Target::look(table, saved, &source.manifest, matches!(order.into, Into::New(_))).await?);
    }
    if order.dry_run {
        for target in &targets {
            tell(format!("would restore {}", target.intention()));
        }
        return Ok(());
    }
    for target in &targets {
        target.prepare().await?;
        target.fill(&source, tell).await?;
    }
    let mut differs = false;
    for target in &targets {
        let comparison = target.compare(&source).await?;
        differs |= !comparison.is_equal();
        tell(format!("{}: {comparison}", target.name()));
    }
    if differs {
        return Err(Failure::new("the tables are not what was backed up").remedy(
            "if something writes to them, stop it and restore into new tables; otherwise give the same command again",
        ));
    }
    for target in &targets {
        target.finish().await?;
        tell(format!("{}: {}", target.name(), target.settings()));
    }
    tell(format!("restored: {items} items are exactly what was backed up"));
    Ok(())
}

fn chosen<'m>(manifest: &'m Manifest, order: &Order) -> Result<Vec<&'m SavedTable>, Failure> {
    let find = |kind: &TableKind| {
        manifest.tables.iter().find(|saved| saved.table == *kind).ok_or_else(|| {
            Failure::new(format!("the backup has no table {}", kind.as_str())).remedy("name one that it has")
        })
    };
    if order.tables.is_empty() { Ok(manifest.tables.iter().collect()) } else { order.tables.iter().map(find).collect() }
}

fn target_name(saved: &SavedTable, into: &Into) -> Result<String, Failure> {
    match into {
        Into::New(prefix) => Ok(format!("{prefix}-{}", saved.table.as_str())),
        Into::Existing(names) => names.get(&saved.table).cloned().ok_or_else(|| {
            Failure::new(format!("the stack has no table for {}", saved.table.as_str()))
                .remedy("name a stack that was deployed from this repository's template.yaml")
        }),
    }
}
