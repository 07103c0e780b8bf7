import sys
import time

import faiss
import numpy as np

people, rounds = int(sys.argv[1]), int(sys.argv[2])
faiss.omp_set_num_threads(1)
random = np.random.default_rng(7)
vectors = np.empty((people, 384), dtype=np.float32)
for start in range(0, people, 100_000):
    part = random.standard_normal((min(100_000, people - start), 384), dtype=np.float32)
    vectors[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
query = vectors[0].copy()
vectors @ query
for _ in range(rounds):
    started = time.perf_counter_ns()
    vectors @ query
    print("numpy", time.perf_counter_ns() - started)
index = faiss.IndexFlatIP(384)
index.add(vectors)
del vectors
index.search(query[None], 300)
for _ in range(rounds):
    started = time.perf_counter_ns()
    index.search(query[None], 300)
    print("faiss", time.perf_counter_ns() - started)
