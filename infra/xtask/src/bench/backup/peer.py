"""The same with boto3, as one would write it in an afternoon: scan, gzip and put; get, write in batches and compare.

`backup|restore <endpoint> <table> <bucket> <key> [<new table>]` prints the wall time and the processor's, in nanoseconds, and
the peak of memory in bytes. Lines are those of DynamoDB's JSON; parts have 20,000 items, as ours have.
"""

import gzip
import hashlib
import json
import sys
import time

import boto3

PART = 20_000


def clients(endpoint):
    named = {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "aws_access_key_id": "000000000000",
        "aws_secret_access_key": "unused",
    }
    return boto3.client("dynamodb", **named), boto3.client("s3", **named)


def backup(dynamo, s3, table, bucket, key):
    lines, parts = [], []

    def put():
        packed = gzip.compress("".join(lines).encode(), compresslevel=1)
        name = f"{key}/{len(parts)}"
        parts.append({"key": name, "items": len(lines), "sha256": hashlib.sha256(packed).hexdigest()})
        s3.put_object(Bucket=bucket, Key=name, Body=packed)
        lines.clear()

    for page in dynamo.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            lines.append(json.dumps(item, sort_keys=True) + "\n")
        if len(lines) >= PART:
            put()
    put()
    s3.put_object(Bucket=bucket, Key=f"{key}/manifest", Body=json.dumps(parts).encode())


def restore(dynamo, s3, table, bucket, key, new):
    parts = json.loads(s3.get_object(Bucket=bucket, Key=f"{key}/manifest")["Body"].read())
    dynamo.create_table(
        TableName=new,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )

    def items(part):
        packed = s3.get_object(Bucket=bucket, Key=part["key"])["Body"].read()
        assert hashlib.sha256(packed).hexdigest() == part["sha256"]
        return [json.loads(line) for line in gzip.decompress(packed).splitlines()]

    # Verified first, then written, then compared: ours reads each part three times, too.
    for part in parts:
        assert len(items(part)) == part["items"]
    for part in parts:
        rows = items(part)
        for start in range(0, len(rows), 25):
            writes = [{"PutRequest": {"Item": item}} for item in rows[start : start + 25]]
            while writes:
                answer = dynamo.batch_write_item(RequestItems={new: writes})
                writes = answer["UnprocessedItems"].get(new)
    for part in parts:
        rows = items(part)
        for start in range(0, len(rows), 100):
            wanted = {(item["pk"]["S"], item["sk"]["S"]): item for item in rows[start : start + 100]}
            keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in wanted]
            answer = dynamo.batch_get_item(RequestItems={new: {"Keys": keys, "ConsistentRead": True}})
            for item in answer["Responses"][new]:
                assert wanted.pop((item["pk"]["S"], item["sk"]["S"])) == item
            assert not wanted


def peak():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main():
    work = {"backup": backup, "restore": restore}[sys.argv[1]]
    dynamo, s3 = clients(sys.argv[2])
    started, processor = time.perf_counter_ns(), time.process_time_ns()
    work(dynamo, s3, *sys.argv[3:])
    print(time.perf_counter_ns() - started)
    print(time.process_time_ns() - processor)
    print(peak())


main()
