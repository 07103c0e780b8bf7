"""Hashes a password with the reference implementation in C, so often, and prints the nanoseconds of each."""

import sys
import time

from argon2.low_level import Type, hash_secret_raw

for _ in range(int(sys.argv[1])):
    started = time.perf_counter_ns()
    hash_secret_raw(
        b"correct horse battery", b"\x07" * 16, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID
    )
    print(time.perf_counter_ns() - started)
