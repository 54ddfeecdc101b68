"""What the fuzzer is told about this API, so that some of what it sends is not only well formed but meant.

Ids are small numbers here, dates are near. Most of what is generated is led there, the rest stays as wild as it was. What the
stand-in for API Gateway can't carry (bodies that are not text: the real one sends them as base64) is not sent.
"""

import copy
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import random as library
import re

import schemathesis

# Hypothesis seeds the module anew for each example, and every choice would be the same one.
random = library.Random()

# What Evolution and Meta post, as it was captured; for Evolution it is in the body of the function URL's event.
EVENTS = pathlib.Path(__file__).parents[2] / "events"
EVOLUTION = [json.loads(path.read_text())["body"] for path in sorted((EVENTS / "webhook").glob("*.json"))]
CLOUD = [path.read_text() for path in sorted((EVENTS / "webhook-cloud").glob("*.json"))]
# What stands in the place of something real now and then.
ODD = [
    None, True, 0, -1, 2**53 + 1, 1e308, "", " ", "\u0000", "\u202e5511\u202c", "5511999990000@lid", "x" * 5000, [], {}, [[[]]], {"id": {}},
]

DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


NEEDED = {
    "id", "dia", "token", "data", "hora", "inicio", "fim", "nome", "vezes", "frequencia", "medico_id", "paciente_id", "servico_id", "de",
    "ate", "dia_semana", "horarios", "periodos", "duplicado_id", "telefone", "codigo",
}


def near_date():
    return (datetime.date.today() + datetime.timedelta(days=random.randint(-3, 40))).isoformat()


def near(value, name=""):
    """The same value, with ids somebody has and dates somebody works on, and now and then without what may be missing."""
    if isinstance(value, dict):
        return {key: near(child, key) for key, child in value.items() if key in NEEDED or random.random() < 0.3}
    if isinstance(value, list):
        return [near(child, name) for child in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and (name == "id" or name.endswith("_id")):
        # Professionals are the first three ids of the demonstration's first clinic.
        return abs(value) % (3 if name == "medico_id" else 12) + 1
    if isinstance(value, int):
        return abs(value) % 60
    if isinstance(value, str) and DATE.match(value) and name != "nascimento_dia":
        return near_date()
    if isinstance(value, str) and name == "hora":
        return f"{random.randint(8, 17):02}:{random.choice(['00', '30'])}"
    if isinstance(value, str) and name in ("inicio", "fim") and "T" in value:
        return f"{near_date()}T{random.randint(8, 17):02}:00"
    if isinstance(value, str) and name in ("nome", "paciente_nome"):
        return random.choice(["Maria Souza", "João da Silva", "Ana Luíza", "Zé Ninguém"])
    if isinstance(value, str) and name in ("telefone", "paciente_telefone"):
        return f"(11) 9{random.randint(80000000, 99999999)}"
    return value


def mostly(value):
    return near(value) if isinstance(value, dict) and random.random() < 0.8 else value


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Without one of them there is no address."""
    near_ones = mostly(path_parameters)
    return {**path_parameters, **near_ones} if isinstance(path_parameters, dict) else near_ones


@schemathesis.hook
def map_query(context, query):
    if isinstance(query, dict) and random.random() < 0.5:
        query = {key: value for key, value in query.items() if key != "cursor"}
    return mostly(query)


@schemathesis.hook
def map_body(context, body):
    path = context.operation.path
    if not path.startswith("/webhook/"):
        return mostly(body)
    if not isinstance(body, dict) or random.random() < 0.2:
        return body
    kept = read(random.choice(CLOUD if path == "/webhook/cloud" else EVOLUTION))
    return body if kept is None else spoilt(kept)


def read(text):
    """A capture, of which some are there because they can't be read."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def spoilt(event):
    """The same event, again (a fifth of them), of another moment, or with something in it gone or odd."""
    event = copy.deepcopy(event)
    if random.random() < 0.2:
        return event
    for _ in range(random.randint(1, 3)):
        places = list(inside(event))
        if not places:
            break
        where, key = random.choice(places)
        if key in ("id", "timestamp", "messageTimestamp"):
            where[key] = f"{random.randrange(2**64):016X}" if isinstance(where[key], str) else random.randrange(2**40)
        elif isinstance(where, dict) and random.random() < 0.3:
            del where[key]
        else:
            where[key] = copy.deepcopy(random.choice(ODD))
    return event


def inside(value):
    """Every place below: what holds it, and under which key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from inside(value[key])


@schemathesis.hook
def before_call(context, case, kwargs):
    """Meta signs the bytes it posts; nine of ten of these are signed as well."""
    if case.operation.path != "/webhook/cloud" or case.method != "POST" or random.random() < 0.1:
        return
    if not isinstance(case.body, bytes):
        try:
            case.body = json.dumps(case.body).encode()
        except TypeError:
            return
    signature = hmac.new(os.environ["WHATSAPP_CLOUD_APP_SECRET"].encode(), case.body, hashlib.sha256).hexdigest()
    case.headers = {**(case.headers or {}), "x-hub-signature-256": f"sha256={signature}"}


@schemathesis.hook
def filter_body(context, body):
    return not isinstance(body, bytes) or is_text(body)


def is_text(body):
    try:
        body.decode()
        return True
    except UnicodeDecodeError:
        return False


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """The stand-in's own answers are not ours."""
    return b"httpstatuses.com" not in response.content
