//! Tables: items by partition and sort key, both of them texts, as the JSON that they came in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;

use serde_json::{Value, json};

/// A page of a scan ends when it has so many bytes.
const PAGE: usize = 1024 * 1024;

type Key = (String, String);

#[derive(Debug, Default)]
pub(super) struct Tables {
    by_name: BTreeMap<String, Table>,
    tires: bool,
    batches: u64,
}

/// What becomes of a batch in a table that has more to do than it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    Whole,
    /// The second half is given back.
    Half,
    None,
}

#[derive(Debug, Default)]
struct Table {
    /// As it was created.
    wish: Value,
    items: BTreeMap<Key, String>,
    tags: BTreeMap<String, String>,
    expires_by: Option<String>,
    recovers: bool,
}

impl Tables {
    /// The JSON of the answer, or the code of an error.
    pub(super) fn answer(&mut self, operation: &str, body: &Value) -> Result<String, &'static str> {
        let arn = body["ResourceArn"].as_str().and_then(|arn| arn.rsplit('/').next());
        let name = body["TableName"].as_str().or(arn).unwrap_or_default().to_owned();
        match operation {
            "CreateTable" => {
                let tags = body["Tags"].as_array().into_iter().flatten().filter_map(pair).collect();
                self.by_name.insert(name.clone(), Table { wish: body.clone(), tags, ..Table::default() });
                Ok(json!({ "TableDescription": self.table(&name)?.describe(&name) }).to_string())
            }
            "BatchWriteItem" => match self.effort() {
                Effort::None => Err("ProvisionedThroughputExceededException"),
                effort => self.write(body, effort),
            },
            "BatchGetItem" => match self.effort() {
                Effort::None => Err("ThrottlingException"),
                effort => self.get(body, effort),
            },
            _ => self.table(&name)?.answer(operation, &name, body),
        }
    }

    pub(super) fn size(&self, table: &str) -> (u64, u64) {
        let items = self.by_name.get(table).map(|table| &table.items);
        let bytes: usize = items.into_iter().flat_map(BTreeMap::values).map(String::len).sum();
        (bytes as u64, items.map_or(0, BTreeMap::len) as u64)
    }

    /// From now on some batches are refused, and of some a half is left undone.
    pub(super) const fn tire(&mut self) {
        self.tires = true;
    }

    const fn effort(&mut self) -> Effort {
        self.batches += 1;
        match self.batches % 16 {
            0 if self.tires => Effort::None,
            5 | 6 if self.tires => Effort::Half,
            _ => Effort::Whole,
        }
    }

    fn table(&mut self, name: &str) -> Result<&mut Table, &'static str> {
        self.by_name.get_mut(name).ok_or("ResourceNotFoundException")
    }

    fn write(&mut self, body: &Value, effort: Effort) -> Result<String, &'static str> {
        let mut left = json!({});
        for (name, writes) in body["RequestItems"].as_object().into_iter().flatten() {
            let (now, later) = effort.share(writes);
            let table = self.table(name)?;
            for write in now {
                table.put(&write["PutRequest"]["Item"])?;
            }
            if !later.is_empty() {
                left[name] = json!(later);
            }
        }
        Ok(json!({ "UnprocessedItems": left }).to_string())
    }

    fn get(&mut self, body: &Value, effort: Effort) -> Result<String, &'static str> {
        let (mut answers, mut left) = (Vec::new(), json!({}));
        for (name, wanted) in body["RequestItems"].as_object().into_iter().flatten() {
            let (now, later) = effort.share(&wanted["Keys"]);
            let table = self.table(name)?;
            let found: Vec<&str> =
                now.iter().filter_map(key).filter_map(|key| table.items.get(&key).map(String::as_str)).collect();
            answers.push(format!("{}:[{}]", json!(name), found.join(",")));
            if !later.is_empty() {
                left[name] = json!({ "Keys": later });
            }
        }
        Ok(format!(r#"{{"Responses":{{{}}},"UnprocessedKeys":{left}}}"#, answers.join(",")))
    }
}

impl Effort {
    /// What of a batch is done now, and what is given back.
    fn share(self, batch: &Value) -> (&[Value], &[Value]) {
        let batch = batch.as_array().map_or(&[][..], Vec::as_slice);
        batch.split_at(if self == Self::Whole { batch.len() } else { batch.len() / 2 })
    }
}

impl Table {
    fn answer(&mut self, operation: &str, name: &str, body: &Value) -> Result<String, &'static str> {
        let answer = match operation {
            "DescribeTable" => json!({ "Table": self.describe(name) }),
            "PutItem" => {
                self.put(&body["Item"])?;
                json!({})
            }
            "Scan" => return Ok(self.scan(body)),
            "DescribeTimeToLive" => match &self.expires_by {
                Some(name) => {
                    json!({ "TimeToLiveDescription": { "TimeToLiveStatus": "ENABLED", "AttributeName": name } })
                }
                None => json!({ "TimeToLiveDescription": { "TimeToLiveStatus": "DISABLED" } }),
            },
            "UpdateTimeToLive" => {
                self.expires_by = body["TimeToLiveSpecification"]["AttributeName"].as_str().map(str::to_owned);
                json!({})
            }
            "DescribeContinuousBackups" => {
                let status = if self.recovers { "ENABLED" } else { "DISABLED" };
                json!({ "ContinuousBackupsDescription": {
                    "ContinuousBackupsStatus": "ENABLED",
                    "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status },
                } })
            }
            "UpdateContinuousBackups" => {
                self.recovers = body["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true;
                json!({})
            }
            "ListTagsOfResource" => {
                let tags = self.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
                json!({ "Tags": tags.collect::<Vec<_>>() })
            }
            "TagResource" => {
                self.tags.extend(body["Tags"].as_array().into_iter().flatten().filter_map(pair));
                json!({})
            }
            "UntagResource" => {
                self.tags.retain(|key, _| !body["TagKeys"].as_array().into_iter().flatten().any(|gone| gone == key));
                json!({})
            }
            _ => return Err("UnknownOperationException"),
        };
        Ok(answer.to_string())
    }

    fn describe(&self, name: &str) -> Value {
        let bytes: usize = self.items.values().map(String::len).sum();
        let mut described = json!({
            "TableName": name, "TableStatus": "ACTIVE", "TableArn": format!("arn:aws:dynamodb:us-east-1:000000000000:table/{name}"),
            "ItemCount": self.items.len(), "TableSizeBytes": bytes,
        });
        for part in ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "StreamSpecification"] {
            if !self.wish[part].is_null() {
                described[part] = self.wish[part].clone();
            }
        }
        described
    }

    fn put(&mut self, item: &Value) -> Result<(), &'static str> {
        self.items.insert(key(item).ok_or("ValidationException")?, item.to_string());
        Ok(())
    }

    fn scan(&self, body: &Value) -> String {
        if body["Select"] == "COUNT" {
            return json!({ "Count": self.items.len(), "ScannedCount": self.items.len() }).to_string();
        }
        let number = |name: &str, usual: u64| body[name].as_u64().unwrap_or(usual);
        let (segment, of, limit) = (number("Segment", 0), number("TotalSegments", 1), number("Limit", u64::MAX));
        let after = key(&body["ExclusiveStartKey"]).map_or(Bound::Unbounded, Bound::Excluded);
        let (mut page, mut count, mut last) = (String::with_capacity(PAGE + 4096), 0, None);
        let mut own = self.items.range((after, Bound::Unbounded)).filter(|((pk, _), _)| segment_of(pk, of) == segment);
        while let Some((key, item)) = own.next() {
            page.push_str(if count > 0 { "," } else { "" });
            page.push_str(item);
            count += 1;
            if page.len() >= PAGE || count >= limit {
                last = own.next().map(|_| key);
                break;
            }
        }
        let mut answer = format!(r#"{{"Count":{count},"ScannedCount":{count},"Items":[{page}]"#);
        if let Some((pk, sk)) = last {
            let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
            // Writing to a String cannot fail.
            write!(answer, r#","LastEvaluatedKey":{key}"#).ok();
        }
        answer.push('}');
        answer
    }
}

fn segment_of(partition: &str, of: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    partition.hash(&mut hasher);
    hasher.finish() % of.max(1)
}

fn key(item: &Value) -> Option<Key> {
    let part = |name: &str| item[name]["S"].as_str().map(str::to_owned);
    Some((part("pk")?, part("sk")?))
}

fn pair(tag: &Value) -> Option<(String, String)> {
    Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str()?.to_owned()))
}
