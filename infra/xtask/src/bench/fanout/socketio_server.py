"""Serves Socket.IO on a port of its own, and tells everybody a message when a line of JSON on its input says so."""

import asyncio
import json
import resource
import socket
import sys
import threading
import time

import socketio
import uvicorn
import uvloop

ROOM = "conversation"
IDENTIFIER = "01a1fc65-ead8-7283-87bd-99f7886000ee"
TEXT = "Your storage work is what my prototype lacks: shall we look at it together on Thursday, at five?"
server = socketio.AsyncServer(async_mode="asgi", client_manager=socketio.AsyncRedisManager(sys.argv[1]))
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(1024)


@server.event
async def connect(sid, environ):
    await server.enter_room(sid, ROOM)


def message():
    return {
        "conversation_id": IDENTIFIER, "seq": 412, "message_id": IDENTIFIER, "sender_id": IDENTIFIER, "client_id": "m-412",
        "text": TEXT, "sent_at": "2026-11-26T09:30:00.000Z", "began": time.time_ns(),
    }


def answer(question, loop):
    if question["do"] == "port":
        return listener.getsockname()[1]
    if question["do"] == "tell":
        asyncio.run_coroutine_threadsafe(server.emit("message.new", message(), room=ROOM), loop).result()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def listen(loop):
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), loop)), flush=True)


async def main():
    threading.Thread(target=listen, args=[asyncio.get_running_loop()], daemon=True).start()
    config = uvicorn.Config(socketio.ASGIApp(server), lifespan="off", log_level="error")
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    uvloop.run(main())
