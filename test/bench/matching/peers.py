"""Look-ups in the indexes of the Python package `threatexchange`, one thread, one query at a time.

Usage: peers.py multi|flat HASHES QUERIES RUNS SECONDS. Prints a line of JSON. A run ends after so many seconds.
"""

import json
import resource
import sys
import time

import faiss
from threatexchange.signal_type.pdq.pdq_faiss_matcher import PDQFlatHashIndex, PDQMultiHashIndex

kind, hashes, queries, runs, most = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
faiss.omp_set_num_threads(1)


def read(path):
    data = open(path, "rb").read()
    return [data[at : at + 32].hex() for at in range(0, len(data), 32)]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


entries, asked = read(hashes), read(queries)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
index = PDQMultiHashIndex() if kind == "multi" else PDQFlatHashIndex()
count = len(entries)
build = timed(lambda: index.add(entries, range(count)))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
del entries

per_second, found = [], []
for run in range(runs):
    start, done, total = time.perf_counter(), 0, 0
    for query in asked:
        total += len(index.search_with_distance_in_result([query], 31)[query])
        done += 1
        if time.perf_counter() - start > most:
            break
    per_second.append(done / (time.perf_counter() - start))
    found.append([done, total])
adding = [timed(lambda: index.add(["%064x" % n], [count + n])) for n in range(3)]
print(json.dumps({"build": build, "bytes": memory * 1024, "perSecond": per_second, "found": found, "adding": adding}))
