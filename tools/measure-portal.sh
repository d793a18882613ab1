#!/usr/bin/env bash
# Times what a newcomer waits for: first start to a searchable page, later start, the Tour, its first live progress, pages while it trains.
# Usage: tools/measure-portal.sh [PORT]      needs curl and jq; packages restored and the solution built; a data root of its own, removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-5099} root=$(mktemp -d) base="http://127.0.0.1:${1:-5099}" pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; wait 2>/dev/null; rm -rf "$root"' EXIT

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
get() { curl -sf -m 20 "$base$1"; }
start() { # starts the portal and waits until a search answers
  local began
  began=$(now)
  dotnet run --project Portal -- --urls "$base" --CllClip:DataRoot="$root" >"$root.log" 2>&1 &
  pid=$!
  until get "/" >/dev/null 2>&1; do kill -0 "$pid" || { cat "$root.log"; exit 1; }; sleep 0.1; done
  echo "$1: first page after $(since "$began") s"
  until get "/api/v1/search?q=cat&lang=en&k=5" 2>/dev/null | jq -e '.results | length > 0' >/dev/null; do sleep 0.1; done
  echo "$1: search answers after $(since "$began") s"
}
stop() { pkill -P "$pid" 2>/dev/null || true; kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; pid=; }

nproc | sed 's/$/ cores/'; grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
start "first start"
stop
start "later start"

began=$(now)
id=$(curl -sf "$base/api/v1/runs" -H 'content-type: application/json' \
  -d '{"method":"cll-clip","teir":true,"dataset":"emoji36","model":"emoji-base","languages":["en","de","ja","hi","ar","fi"]}' | jq -r .id)
first= slowest=0
while :; do
  run=$(get "/api/v1/runs/$id")
  state=$(jq -r .state <<<"$run")
  if [ -z "$first" ] && [ "$(jq -r '.progress.step // 0' <<<"$run")" -gt 0 ]; then first=$(since "$began"); echo "Tour: first step seen after $first s"; fi
  asked=$(now); get / >/dev/null; took=$(since "$asked")
  slowest=$(awk -v a="$slowest" -v b="$took" 'BEGIN { print (b > a) ? b : a }')
  case $state in Completed) break ;; Failed | Stopped) echo "$run"; exit 1 ;; esac
  sleep 0.3
done
echo "Tour: completed after $(since "$began") s; slowest home page meanwhile $slowest s"
get "/api/v1/runs/$id" | jq -r '.summary | "Tour: AR \(.arT2i) / \(.arI2t), F \(.forgettingT2i) / \(.forgettingI2t)"'
