"""The same look-ups with datasketch: MinHash of 128 values over runs of five letters, LSH at a similarity of 0.3.

Reads bank.txt and queries.txt of the folder given, one normal form a line; of a query the slot it was made of, or -1, and a tab before it.
Prints one line of JSON. A query counts as found where its slot is among the answers; answers are not checked further.
"""

import json
import sys
import time

from datasketch import MinHash, MinHashLSH

WIDTH = 5


def minhash(text):
    runs = {text[at : at + WIDTH].encode() for at in range(max(1, len(text) - WIDTH + 1))}
    made = MinHash(num_perm=128, seed=1)
    made.update_batch(list(runs))
    return made


folder = sys.argv[1]
index = MinHashLSH(threshold=0.3, num_perm=128)
started = time.process_time()
with open(f"{folder}/bank.txt", encoding="utf-8") as bank:
    for slot, line in enumerate(bank):
        index.insert(slot, minhash(line.rstrip("\n")))
built = time.process_time() - started

with open(f"{folder}/queries.txt", encoding="utf-8") as queries:
    asked = [line.rstrip("\n").split("\t", 1) for line in queries]
started = time.process_time()
answers = [index.query(minhash(text)) for _, text in asked]
seconds = time.process_time() - started

of_bank = [(int(slot), answer) for (slot, _), answer in zip(asked, answers) if slot != "-1"]
others = [answer for (slot, _), answer in zip(asked, answers) if slot == "-1"]
print(
    json.dumps(
        {
            "builtSeconds": built,
            "perSecond": len(asked) / seconds,
            "recall": sum(slot in answer for slot, answer in of_bank) / len(of_bank),
            "candidates": sum(len(answer) for answer in others) / max(1, len(others)),
        }
    )
)
