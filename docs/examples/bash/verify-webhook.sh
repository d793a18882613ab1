#!/usr/bin/env bash
# Whether a webhook's message is genuine; the raw body comes on standard input:
#   SECRET=… ./verify-webhook.sh TIMESTAMP SIGNATURE < body
# TIMESTAMP and SIGNATURE are the headers X-CllClip-Timestamp and X-CllClip-Signature. Exit code 0: genuine and at most five minutes old.
set -euo pipefail

timestamp=$1 signature=$2
[[ $timestamp =~ ^[0-9]+$ ]] || exit 1
age=$(($(date +%s) - timestamp))
if ((age > 300 || age < -300)); then
  echo "The message is too old." >&2
  exit 1
fi
expected=sha256=$({ printf '%s.' "$timestamp"; cat; } | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d ' ' -f 1)
# Comparing digests of both tells nobody by its time how much of the signature was right.
digest() { printf '%s' "$1" | openssl dgst -sha256 -r; }
if [ "$(digest "$signature")" != "$(digest "$expected")" ]; then
  echo "The signature is wrong." >&2
  exit 1
fi
