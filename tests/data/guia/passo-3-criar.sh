# Instância para Dr. Marco
curl -X POST http://localhost:8080/instance/create \
  -H 'apikey: evolution-api-prosaude-123' \
  -H 'Content-Type: application/json' \
  -d '{
    "instanceName": "DrMarco",
    "number": "5511999998888"
  }'
