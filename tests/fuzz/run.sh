#!/usr/bin/env bash
# Fuzzes the API by its own description: as a secretária, as a gestora, as a médico, as nobody, and as an operator; and by `outside.json` the pages and
# the webhooks, as Evolution and as Meta. Brings up a system of its own (other ports, a folder that
# goes away), so nothing anybody works on is touched. `make fuzz`; FUZZ_EXAMPLES=300 for a longer run, PARTES=evolution,meta for some of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
venv=$top/.local/venv-fuzz
examples=${FUZZ_EXAMPLES:-40}

if [ ! -x "$venv/bin/schemathesis" ]; then
  echo "· instalando schemathesis (uma vez)"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'schemathesis==4.32.5'
fi

folder=$(mktemp -d)
chmod 755 "$folder"
export HI_DIR=$folder HI_PORT=28000 HI_EVOLUTION_PORT=28080 HI_POSTGRES_PORT=25432 HI_REDIS_PORT=26379 HI_SQS_PORT=29324 HI_DYNAMODB_PORT=29423
# An app at Meta, whose posts are signed by the hooks.
export WHATSAPP_CLOUD_APP_SECRET=fuzz-app-secret WHATSAPP_CLOUD_VERIFY_TOKEN=fuzz-verify-token
unset DATABASE_URL REDIS_URL EVOLUTION_URL AWS_ENDPOINT_URL
stop() { "$top/target/debug/local" down > /dev/null && rm -rf "$folder"; }
trap stop EXIT
"$top/target/debug/local" up > "$folder/up.log" || { cat "$folder/up.log"; exit 1; }

url=http://127.0.0.1:$HI_PORT
host='Host: prosaude.localhost:8000'
console='Host: admin.localhost:8000'
# Both have the same description; only a clinic's address answers it.
curl --silent --fail -H "$host" "$url/api/openapi.json" > "$folder/openapi.json"
export SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$top/tests/fuzz
# The stand-in for API Gateway answers for methods and paths nobody has: what is checked is what we answer.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
common=(--phases examples,coverage,fuzzing --max-examples "$examples" --checks "$checks" --continue-on-failure --warnings off
  --request-timeout 30 --suppress-health-check all --report ndjson --no-color)

token() {
  curl --silent --fail -H "${2:-$host}" -H 'content-type: application/json' -d "{\"email\":\"$1\",\"senha\":\"senha123\"}" "$url/api/auth/login" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

fuzz() {
  name=$1 description=$2
  shift 2
  case ",${PARTES:-$name}," in *",$name,"*) ;; *) return ;; esac
  echo "· $name"
  (cd "$folder" && "$venv/bin/schemathesis" run "$description" --url "$url" "${common[@]}" "$@") || failed=1
}

# What Evolution sends with each post of this instance.
secret() {
  set -a && . "$folder/env" && set +a
  "$top/target/debug/hi" webhook-url "$1" | python3 -c 'import json, sys; print(*(f"{name}: {value}" for name, value in json.load(sys.stdin)["headers"].items()))'
}

failed=0
api=$folder/openapi.json outside=$top/tests/fuzz/outside.json
# Signing out ends the session that asks; signing in is asked by nobody in particular, below. First who may change nobody's access: a gestora may
# take hers from a secretária.
fuzz secretária "$api" -H "$host" -H "Authorization: Bearer $(token secretaria@prosaude.com)" --exclude-path-regex '^/api/auth/'
fuzz gestora "$api" -H "$host" -H "Authorization: Bearer $(token tania@prosaude.com)" --exclude-path-regex '^/api/auth/'
fuzz médico "$api" -H "$host" -H "Authorization: Bearer $(token paulo@prosaude.com)" --exclude-path-regex '^/api/auth/'
fuzz ninguém "$api" -H "$host" --include-path-regex '^/api/(auth|publico|saude)/'
# Each with a session of its own, for one of them ends it.
for route in me sessao sessoes senha/troca logout; do
  fuzz sessão "$api" -H "$host" -H "Authorization: Bearer $(token secretaria@prosaude.com)" --include-path-regex "^/api/auth/$route\$"
done
# Last: an operator may close the clinics the others work in.
fuzz operadora "$api" -H "$console" -H "Authorization: Bearer $(token operador@horariointeligente.com.br "$console")" --include-path-regex '^/api/admin/'
fuzz páginas "$outside" -H "$host" --include-path-regex '^/(?!webhook/)'
fuzz evolution "$outside" -H "$(secret ProSaude)" --include-path-regex '^/webhook/whatsapp/'
fuzz meta "$outside" --include-path-regex '^/webhook/cloud$'
python3 "$top/tests/fuzz/reached.py" "$folder/log/gateway.log"
if grep --quiet '"status":5' "$folder/log/gateway.log"; then
  echo "respostas 5xx:"
  grep '"status":5' "$folder/log/gateway.log" | cut -c1-300 | head -20
  failed=1
fi
exit $failed
