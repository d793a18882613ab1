#!/usr/bin/env bash
# The HTTP API with curl alone: ./tour.sh [http://localhost:5080 [picture.png]]
# TOKEN=… where the portal listens for other machines too.
set -euo pipefail

P=${1:-http://localhost:5080}
picture=${2:-$(dirname "$0")/../../images/search.png}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
auth=()
if [ -n "${TOKEN:-}" ]; then auth=(-H "Authorization: Bearer $TOKEN"); fi

# Fails with the portal's own words: problem details name every wrong field.
call() { curl --silent --show-error --fail-with-body "${auth[@]}" "$@"; }
# The first text of a field; use jq for more.
field() { grep -o "\"$1\":\"[^\"]*\"" | sed -n 1p | cut -d '"' -f 4; }
wait_for() { # run, states
  until call "$P/api/v1/runs/$1" | field state | grep -Eqx "$2"; do sleep 0.5; done
}

echo "== wait until the data set is prepared"
until curl --silent --fail --output /dev/null "$P/health/ready"; do sleep 1; done

echo "== methods"
call "$P/api/v1/methods" | grep -o '"id":"[^"]*"' | cut -d '"' -f 4

echo "== launch a run"
run=$(call -X POST "$P/api/v1/runs" -H 'Content-Type: application/json' \
  -d '{"method": "zero-shot", "languages": ["en", "de"], "name": "bash tour", "tags": ["example"]}' | field id)
echo "run $run"

echo "== follow it"
wait_for "$run" 'Completed|Failed|Stopped'
call "$P/api/v1/runs/$run" | field state

echo "== scores"
call "$P/api/v1/runs/$run/scores.csv" --output "$here/scores.csv"
head -n 3 "$here/scores.csv"

echo "== leaderboard"
call "$P/api/v1/leaderboard?dataset=emoji36&languages=en,de&format=csv" --output "$here/leaderboard.csv"
head -n 1 "$here/leaderboard.csv" | cut -c 1-60

echo "== search"
call --get "$P/api/v1/search" --data-urlencode "q=Schneemann" --data-urlencode "lang=de" --data k=3 > "$here/found.json"
field title < "$here/found.json"

echo "== search by image"
call -F "file=@$picture" "$P/api/v1/search/image?k=3" | field title

echo "== stop and resume"
long=$(call -X POST "$P/api/v1/runs" -H 'Content-Type: application/json' \
  -d '{"method": "cll-clip", "languages": ["en", "de"], "epochs": 50, "name": "bash tour, long"}' | field id)
call -X POST "$P/api/v1/runs/$long/stop" --output /dev/null
wait_for "$long" Stopped
call -X POST "$P/api/v1/runs/$long/resume" | field state
call -X POST "$P/api/v1/runs/$long/stop" --output /dev/null
wait_for "$long" Stopped
call -X DELETE "$P/api/v1/runs/$long"

echo "== import scores from elsewhere: look first, then store"
to="$P/api/v1/runs/import?method=zero-shot&source=bash%20tour"
call -X POST "$to&preview=true" -H 'Content-Type: text/csv' --data-binary "@$here/scores.csv" --output /dev/null
imported=$(call -X POST "$to" -H 'Content-Type: text/csv' --data-binary "@$here/scores.csv" | field id)
echo "imported $imported"

echo "== tidy up"
call -X DELETE "$P/api/v1/runs/$imported"
call -X DELETE "$P/api/v1/runs/$run"
echo "== done"
