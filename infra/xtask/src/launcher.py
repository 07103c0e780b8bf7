"""Runs a child of `cargo xtask` on a leash: when the pipe on standard input closes, the whole process group ends.

The pipe closes when its owner lets go of it or dies in any way, so nothing is left running after a crash.
Without arguments this process becomes the local AWS; with arguments it runs them as a command.
"""

import os
import signal
import socketserver
import subprocess
import sys
import threading


command: subprocess.Popen | None = None


def hold_leash() -> None:
    while os.read(0, 4096):
        pass
    if command:
        # `cargo lambda watch` puts functions into process groups of their own and ends them when it is asked to end.
        command.terminate()
        try:
            command.wait(1)
        except subprocess.TimeoutExpired:
            pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def run_emulator() -> None:
    # Header and body of each answer of the emulator's Runtime API would otherwise leave in two packets and wait
    # 40 ms for each other.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    socketserver.StreamRequestHandler.wbufsize = 65536
    from ministack.app import main

    tell_callers_apart()
    main()


def tell_callers_apart() -> None:
    """Gives each request the address that its X-Forwarded-For ends in. API Gateway sees the address of the connection;
    here every connection comes from this machine, and limits per network would take all callers for one."""
    from ministack.services import lambda_svc

    execute = lambda_svc._execute_function_with_config_scope

    def execute_with_address(record, event, *arguments, **options):
        http = event.get("requestContext", {}).get("http") if isinstance(event, dict) else None
        forwarded = event.get("headers", {}).get("x-forwarded-for") if http else None
        if forwarded:
            http["sourceIp"] = forwarded.split(",")[-1].strip()
        return execute(record, event, *arguments, **options)

    lambda_svc._execute_function_with_config_scope = execute_with_address


if len(sys.argv) > 1:
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=hold_leash, daemon=True).start()
if command:
    sys.exit(command.wait())
run_emulator()
