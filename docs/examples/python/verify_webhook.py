#!/usr/bin/env python3
"""Whether a webhook's message is genuine; the raw body comes on standard input:

    SECRET=... python3 verify_webhook.py TIMESTAMP SIGNATURE < body

TIMESTAMP and SIGNATURE are the headers X-CllClip-Timestamp and X-CllClip-Signature.
"""

import hashlib
import hmac
import os
import sys
import time

OLDEST = 300  # seconds


def is_genuine(secret, timestamp, signature, body, now=None):
    """True if the signature is right and the message at most five minutes old; body is the raw bytes, before any parsing."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs((time.time() if now is None else now) - int(timestamp)) > OLDEST:
        return False
    expected = "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


if __name__ == "__main__":
    sys.exit(0 if is_genuine(os.environ["SECRET"], sys.argv[1], sys.argv[2], sys.stdin.buffer.read()) else 1)
