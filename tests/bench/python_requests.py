# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plugin in Python with requests would do. python_requests.py URL BUNDLE HEADER-FILE REQUESTS"""
import json
import sys

import requests

url, bundle, header, asked = sys.argv[1:]
session = requests.Session()
session.verify = bundle
name, value = open(header).read().strip().split(": ", 1)
session.headers.update({name: value, "Accept": "application/json"})
count = 0
for line in open(asked):
    request = json.loads(line)
    reply = session.request(
        request["method"],
        url + request["target"],
        data=request["body"] or None,
        headers={"Content-Type": "application/json"} if request["body"] else {},
        timeout=30,
    )
    reply.raise_for_status()
    document = reply.json()
    for rows in (document.get("data"), document.get("value"), document.get("streams")):
        count += len(rows or [])
print("OK: %d rows" % count)
