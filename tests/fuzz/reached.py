"""Which routes never answered with success: what their answers look like was not tried."""

import collections
import json
import sys

statuses = collections.defaultdict(collections.Counter)
with open(sys.argv[1], errors="replace") as log:
    for line in log:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if "route" in said:
            statuses[f"{said['method']} {said['route']}"][said["status"]] += 1
served = {route: counts for route, counts in statuses.items() if set(counts) != {405}}
unreached = {route: counts for route, counts in served.items() if not any(status < 300 for status in counts)}
print(f"{len(served) - len(unreached)} de {len(served)} rotas responderam com sucesso; nunca:")
for route, counts in sorted(unreached.items()):
    print(f"  {route}: {dict(counts)}")
