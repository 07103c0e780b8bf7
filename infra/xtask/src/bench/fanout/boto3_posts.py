"""Posts a frame to many connections with boto3 and 64 threads, as often as a line of JSON on its input says."""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

THREADS = 64
url, authority = sys.argv[1:]
client = boto3.client(
    "apigatewaymanagementapi",
    endpoint_url=url,
    region_name="eu-central-1",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
    aws_session_token="IQoJb3JpZ2luX2VjEXAMPLETOKEN" * 20,
    verify=authority,
    config=Config(max_pool_connections=THREADS),
)
IDENTIFIER = "01a1fc65-ead8-7283-87bd-99f7886000ee"
TEXT = "Your storage work is what my prototype lacks: shall we look at it together on Thursday, at five?"


def frame():
    data = {
        "conversation_id": IDENTIFIER, "seq": 412, "message_id": IDENTIFIER, "sender_id": IDENTIFIER, "client_id": "m-412",
        "text": TEXT, "sent_at": "2026-11-26T09:30:00.000Z",
    }
    return json.dumps({"v": 1, "type": "message.new", "id": IDENTIFIER, "data": data, "began": time.time_ns()})


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


with ThreadPoolExecutor(THREADS) as pool:
    for line in sys.stdin:
        question = json.loads(line)
        names = [f"wL0SM9{number:09}=" for number in range(question["recipients"])]
        walls, before = [], spent()
        for _ in range(question["rounds"]):
            began, body = time.perf_counter_ns(), frame()
            list(pool.map(lambda name: client.post_to_connection(ConnectionId=name, Data=body), names))
            walls.append(time.perf_counter_ns() - began)
        print(json.dumps({"wall_ns": walls, "cpu_ns": spent() - before}), flush=True)
