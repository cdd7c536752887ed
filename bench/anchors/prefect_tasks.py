"""A chain and a fan-out of no-op tasks in Prefect, against a server that is running.

PREFECT_API_URL must name it: without one Prefect starts a server of its own, whose start would count.
"""
import json
import os
import statistics
import sys
import time

CHAIN, FAN_OUT, RUNS = 100, 200, 3

if "PREFECT_API_URL" not in os.environ:
    sys.exit("set PREFECT_API_URL to a server, such as http://127.0.0.1:4200/api")

import prefect  # noqa: E402
from prefect import flow, task  # noqa: E402


@task
def noop(previous=None):
    return None


@flow
def chain(length):
    previous = None
    for _ in range(length):
        previous = noop.submit(previous)
    previous.result()


@flow
def fan_out(width):
    for future in [noop.submit() for _ in range(width)]:
        future.result()


def ms_a_task(run, tasks):
    started = time.perf_counter()
    run(tasks)
    return (time.perf_counter() - started) * 1000 / tasks


rows = []
for shape, run, tasks in [("chain", chain, CHAIN), ("fan-out", fan_out, FAN_OUT)]:
    run(5)  # warm-up: imports, the connection
    times = [ms_a_task(run, tasks) for _ in range(RUNS)]
    rows.append({"shape": shape, "tasks": tasks, "ms a task": round(statistics.median(times), 1)})
print(json.dumps({"prefect": prefect.__version__, "median of": RUNS, "rows": rows}))
