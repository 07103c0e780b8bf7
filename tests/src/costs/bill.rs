//! What calls to `DynamoDB` cost, by AWS's rules for tables on demand, from what passed the proxy: a strong read is a unit
//! for each 4 KB of every item that it asks for, a write one for each 1 KB, in a transaction two; an item that is not there
//! costs as much as the smallest one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Exchange, Town};

#[derive(Debug, Default)]
pub(super) struct Bill {
    pub(super) calls: BTreeMap<String, usize>,
    pub(super) read_units: f64,
    pub(super) write_units: f64,
    /// Items in each transaction.
    pub(super) transactions: Vec<usize>,
}

impl Bill {
    /// The bill for what has passed. Changes are billed by the items as they are afterwards, and deletions by the items as
    /// they were written before.
    pub(super) fn of(town: &Town, exchanges: &[Exchange]) -> Self {
        let mut bill = Self::default();
        let mut written: BTreeMap<String, Value> = BTreeMap::new();
        for Exchange { operation, request, answer } in exchanges {
            *bill.calls.entry(named(town, operation, request)).or_default() += 1;
            match operation.as_str() {
                "GetItem" => bill.read_units += read_units(request, size(&answer["Item"])),
                "Query" => {
                    let items = answer["Items"].as_array().unwrap();
                    bill.read_units += read_units(request, items.iter().map(size).sum());
                }
                "BatchGetItem" => bill.read_units += batch_read_units(request, answer),
                "TransactWriteItems" => {
                    let writes = request["TransactItems"].as_array().unwrap();
                    bill.transactions.push(writes.len());
                    for write in writes.iter().flat_map(|write| write.as_object().unwrap().values()) {
                        bill.write_units += 2.0 * write_units(town, write, &mut written);
                    }
                }
                "PutItem" | "UpdateItem" | "DeleteItem" => bill.write_units += write_units(town, request, &mut written),
                other => panic!("{other} has no price here"),
            }
        }
        bill
    }

    pub(super) fn requests(&self) -> usize {
        self.calls.values().sum()
    }
}

/// The operation and the table that it is about; a transaction is about several.
fn named(town: &Town, operation: &str, request: &Value) -> String {
    let of_batch = request["RequestItems"].as_object().and_then(|tables| tables.keys().next());
    let name = request["TableName"].as_str().or(of_batch.map(String::as_str)).unwrap_or_default();
    let table = ["Chat", "Realtime", "Sessions", "Ops", "Outbox"].into_iter().find(|table| town.table(table) == name);
    table.map_or(operation.to_owned(), |table| format!("{operation} {table}"))
}

fn read_units(request: &Value, bytes: usize) -> f64 {
    let price = if request["ConsistentRead"] == true { 1.0 } else { 0.5 };
    price * units(bytes, 4_096)
}

fn batch_read_units(request: &Value, answer: &Value) -> f64 {
    let tables = request["RequestItems"].as_object().unwrap();
    let of_table = |(table, wanted): (&String, &Value)| {
        let found = answer["Responses"][table].as_array().unwrap();
        let missing = wanted["Keys"].as_array().unwrap().len() - found.len();
        let sizes = found.iter().map(size).chain(std::iter::repeat_n(0, missing));
        sizes.map(|bytes| read_units(wanted, bytes)).sum::<f64>()
    };
    tables.iter().map(of_table).sum()
}

/// The units of one write, which is a request of its own or one of a transaction.
fn write_units(town: &Town, write: &Value, written: &mut BTreeMap<String, Value>) -> f64 {
    if write["Item"].is_object() {
        let item = &write["Item"];
        written.insert(name(item), item.clone());
        return units(size(item), 1_024);
    }
    let request = json!({ "TableName": write["TableName"], "Key": write["Key"], "ConsistentRead": true });
    let now = town.stack.dynamo("GetItem", &request).unwrap()["Item"].clone();
    let before = written.get(&name(&write["Key"])).cloned().unwrap_or_default();
    units(size(&now).max(size(&before)), 1_024)
}

fn name(item: &Value) -> String {
    format!("{}/{}", item["pk"]["S"], item["sk"]["S"])
}

fn units(bytes: usize, of: usize) -> f64 {
    f64::from(u32::try_from(bytes.div_ceil(of).max(1)).unwrap())
}

/// The size of an item: its names and values. Nothing has no size.
fn size(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|one| one.iter().next()) else { return 0 };
    let each = |size: fn(&Value) -> usize| value.as_array().into_iter().flatten().map(size).sum::<usize>();
    match kind.as_str() {
        "S" => text(value),
        "N" => number(value),
        "B" => binary(value),
        "SS" => each(text),
        "NS" => each(number),
        "BS" => each(binary),
        // Lists and maps have an overhead of three bytes, and one for each of what is in them.
        "L" => 3 + each(|one| 1 + size_of_value(one)),
        "M" => 3 + value.as_object().map_or(0, serde_json::Map::len) + size(value),
        _ => 1,
    }
}

fn text(value: &Value) -> usize {
    value.as_str().map_or(0, str::len)
}

/// Two digits in a byte, and one more byte.
fn number(value: &Value) -> usize {
    text(value).div_ceil(2) + 1
}

fn binary(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    text.len() / 4 * 3 - text.bytes().rev().take_while(|byte| *byte == b'=').count()
}

#[test]
fn items_are_measured_by_their_names_and_values() {
    let item = json!({
        "pk": { "S": "USER#1" }, "seq": { "N": "1234" }, "is": { "BOOL": true }, "ids": { "BS": ["AAAAAAAAAAAAAAAAAAAAAA=="] },
        "last": { "M": { "text": { "S": "hello" } } },
    });
    assert_eq!(size(&item), (2 + 6) + (3 + 3) + (2 + 1) + (3 + 16) + (4 + 3 + 1 + 4 + 5));
    assert_eq!((units(0, 4_096), units(4_096, 4_096), units(4_097, 4_096)), (1.0, 1.0, 2.0));
}
