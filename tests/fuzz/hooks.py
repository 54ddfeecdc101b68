"""What the fuzzer is told about this API, so that some of what it sends is not only well formed but meant.

Ids are small numbers here, dates are near. Most of what is generated is led there, the rest stays as wild as it was. What the
stand-in for API Gateway can't carry (bodies that are not text: the real one sends them as base64) is not sent.
"""

import datetime
import random as library
import re

import schemathesis

# Hypothesis seeds the module anew for each example, and every choice would be the same one.
random = library.Random()

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
    return mostly(path_parameters)


@schemathesis.hook
def map_query(context, query):
    if isinstance(query, dict) and random.random() < 0.5:
        query = {key: value for key, value in query.items() if key != "cursor"}
    return mostly(query)


@schemathesis.hook
def map_body(context, body):
    return mostly(body)


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
