"""A chain and a fan-out of no-op tasks in Airflow; also the file of their DAGs.

It starts `airflow standalone` in a folder of its own (AIRFLOW_HOME), waits until the DAGs are read,
runs each three times, and stops it. The time of a run is what Airflow's own database says: from the
start of the run to its end, without the wait until the scheduler takes it up.
"""
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime

SHAPES = {"chain": 20, "fan_out": 40}
RUNS = 3


def make_dags():
    from airflow.sdk import DAG, task

    def noop():
        return None

    found = {}
    for shape, count in SHAPES.items():
        with DAG(dag_id=shape, schedule=None, start_date=datetime(2026, 1, 1), catchup=False) as dag:
            tasks = [task(task_id=f"t{at}", do_xcom_push=False)(noop)() for at in range(count)]
            if shape == "chain":
                for before, after in zip(tasks, tasks[1:]):
                    before >> after
        found[shape] = dag
    return found


def ask(home, query, *values):
    connection = sqlite3.connect(f"file:{home}/airflow.db?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def until(what, look, within_s=300):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            found = look()
        except sqlite3.OperationalError:
            found = None
        if found:
            return found
        time.sleep(0.5)
    sys.exit(f"{what} did not come within {within_s} s")


def seconds_of(home, command, env, shape, run_id):
    subprocess.run([*command, "dags", "trigger", shape, "--run-id", run_id], env=env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    query = "select state, start_date, end_date from dag_run where dag_id = ? and run_id = ?"
    ended = until(f"the end of {run_id}", lambda: [
        row for row in ask(home, query, shape, run_id) if row[0] in ("success", "failed")
    ])
    state, begun, over = ended[0]
    if state != "success":
        sys.exit(f"{run_id} ended as {state}")
    begun, over = (datetime.fromisoformat(at) for at in (begun, over))
    return (over - begun).total_seconds()


def main():
    home = tempfile.mkdtemp(prefix="airflow-anchor-")
    dags = os.path.join(home, "dags")
    os.mkdir(dags)
    shutil.copy(__file__, dags)
    programs = os.path.dirname(sys.executable)
    env = {
        **os.environ,
        # `standalone` starts its parts by name.
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__DAGS_FOLDER": dags,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "64",
        "AIRFLOW__CORE__PARALLELISM": "4",
    }
    command = [os.path.join(programs, "airflow")]
    with open(os.path.join(home, "standalone.log"), "w") as log:
        server = subprocess.Popen([*command, "standalone"], env=env, stdout=log, stderr=log,
                                  start_new_session=True)
    try:
        until("the DAGs", lambda: len(ask(home, "select dag_id from dag")) == len(SHAPES))
        rows = []
        for shape, count in SHAPES.items():
            times = [seconds_of(home, command, env, shape, f"{shape}-{at}") for at in range(RUNS)]
            ms = round(statistics.median(times) * 1000 / count, 1)
            rows.append({"shape": shape, "tasks": count, "ms a task": ms})
            print(rows[-1], times, file=sys.stderr)
        version = subprocess.run([*command, "version"], env=env, capture_output=True, text=True)
        print(json.dumps({"airflow": version.stdout.strip().split("\n")[-1], "rows": rows}))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        if "KEEP_HOME" not in os.environ:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
else:
    globals().update(make_dags())
