"""The benchmarked functions once more, in Python with boto3: the same calls, the same kind of answer."""

import json
import os
import sys
from http.client import HTTPConnection

import boto3


def query_keys(dynamo):
    return dynamo.query(
        TableName="ops",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "KEYS#access"}},
    )["Items"]


def health():
    dynamo, storage = boto3.client("dynamodb"), boto3.client("s3")

    def handle(_event):
        query_keys(dynamo)
        storage.head_bucket(Bucket="photos")
        return {"statusCode": 200, "body": json.dumps({"status": "ok"})}

    return handle


def profiles():
    dynamo = boto3.client("dynamodb")

    def handle(event):
        known = "authorization" in event["headers"] and query_keys(dynamo)
        return {"statusCode": 200 if known else 401, "body": "{}"}

    return handle


def chat_send():
    dynamo = boto3.client("dynamodb")
    boto3.client("apigatewaymanagementapi")

    def handle(event):
        connection = event["requestContext"]["connectionId"]
        key = {"pk": {"S": f"CONN#{connection}"}, "sk": {"S": "META"}}
        found = "Item" in dynamo.get_item(TableName="realtime", Key=key)
        return {"statusCode": 200, "body": json.dumps({"v": 1, "type": "ack" if found else "error"})}

    return handle


def auth():
    secrets, dynamo = boto3.client("secretsmanager"), boto3.client("dynamodb")
    for name in ("tokens", "codes"):
        secrets.get_secret_value(SecretId=name)

    def handle(_event):
        query_keys(dynamo)
        return {"statusCode": 200, "body": json.dumps({"keys": []})}

    return handle


def run(handle):
    """The loop of the Lambda Runtime API."""
    api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    root = "/2018-06-01/runtime/invocation"
    while True:
        api.request("GET", f"{root}/next")
        answer = api.getresponse()
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        body = json.dumps(handle(json.load(answer))).encode()
        api.request("POST", f"{root}/{request_id}/response", body)
        api.getresponse().read()


run({"auth": auth, "chat-send": chat_send, "health": health, "profiles": profiles}[sys.argv[1]]())
