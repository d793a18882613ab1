#!/usr/bin/env python3
"""The HTTP API with Python's standard library alone: python3 tour.py [http://localhost:5080 [picture.png]]

TOKEN=... in the environment where the portal listens for other machines too.
"""

import csv
import io
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

PORTAL = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:5080"
PICTURE = sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parents[2] / "images" / "search.png"


def call(method, path, body=None, content_type="application/json", **query):
    """Sends a request and gives the answer's bytes; fails with the portal's own words."""
    if query:
        path += "?" + urllib.parse.urlencode(query)
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    request = urllib.request.Request(PORTAL + path, data=body, method=method)
    if body is not None:
        request.add_header("Content-Type", content_type)
    if os.environ.get("TOKEN"):
        request.add_header("Authorization", "Bearer " + os.environ["TOKEN"])
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        # RFC 9457 problem details; "errors" names every wrong field
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def get(path, **query):
    return json.loads(call("GET", path, **query))


def wait_for(run_id, *states):
    while (run := get(f"/api/v1/runs/{run_id}"))["state"] not in states:
        time.sleep(0.5)
    return run


def wait_until_ready():
    while True:
        try:
            with urllib.request.urlopen(PORTAL + "/health/ready", timeout=10):
                return
        except urllib.error.HTTPError:
            time.sleep(1)  # 503: the data set is still being prepared


def multipart(name, content):
    """One file as multipart/form-data: the body and its content type."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def main():
    wait_until_ready()

    print("== methods")
    for method in get("/api/v1/methods"):
        print(method["id"], "-", method["name"])

    print("== launch a run")
    run = json.loads(
        call("POST", "/api/v1/runs", {"method": "zero-shot", "languages": ["en", "de"], "name": "Python tour", "tags": ["example"]})
    )
    print("run", run["id"])

    print("== follow it")
    run = wait_for(run["id"], "Completed", "Failed", "Stopped")
    print(run["state"], "AR", run["summary"]["arT2i"])

    print("== scores")
    table = call("GET", f"/api/v1/runs/{run['id']}/scores.csv")
    scores = list(csv.DictReader(io.StringIO(table.decode())))
    print(len(scores), "scores, the first:", scores[0])

    print("== leaderboard")
    board = call("GET", "/api/v1/leaderboard", dataset="emoji36", languages="en,de", format="csv")
    for row in csv.DictReader(io.StringIO(board.decode())):
        print(row["rank"], row["name"], row["average_recall"])

    print("== search")
    found = get("/api/v1/search", q="雪だるま", lang="ja", k=3)["results"]
    print([f["title"] for f in found])

    print("== search by image")
    body, content_type = multipart("file", pathlib.Path(PICTURE).read_bytes())
    alike = json.loads(call("POST", "/api/v1/search/image?k=3", body, content_type))["results"]
    print([f["title"] for f in alike])

    print("== stop and resume")
    long_run = json.loads(
        call("POST", "/api/v1/runs", {"method": "cll-clip", "languages": ["en", "de"], "epochs": 50, "name": "Python tour, long"})
    )["id"]
    call("POST", f"/api/v1/runs/{long_run}/stop")
    wait_for(long_run, "Stopped")
    print("resumed:", json.loads(call("POST", f"/api/v1/runs/{long_run}/resume"))["state"])
    call("POST", f"/api/v1/runs/{long_run}/stop")
    wait_for(long_run, "Stopped")
    call("DELETE", f"/api/v1/runs/{long_run}")

    print("== import scores from elsewhere: look first, then store")
    document = {
        "name": "ours",
        "method": "zero-shot",
        "dataset": "emoji36",
        "provenance": {"source": "Python tour", "codeVersion": "1"},
        "scores": [
            {
                "stage": int(s["stage"]),
                "language": s["language"],
                "direction": s["direction"],
                "k": int(s["k"]),
                "recall": float(s["recall"]),
                "n": int(s["n"]),
                "protocol": s["protocol"],
            }
            for s in scores
        ],
    }
    preview = json.loads(call("POST", "/api/v1/runs/import?preview=true", document))
    print(preview["stages"], "stages,", preview["scores"], "scores; places:", [(p["protocol"], p["rank"]) for p in preview["places"]])
    imported = json.loads(call("POST", "/api/v1/runs/import", document))
    print("imported", imported["id"], "from", imported["origin"]["source"])

    print("== tidy up")
    call("DELETE", f"/api/v1/runs/{imported['id']}")
    call("DELETE", f"/api/v1/runs/{run['id']}")
    print("== done")


if __name__ == "__main__":
    main()
