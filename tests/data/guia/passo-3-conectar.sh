# Conectar via QR Code
curl http://localhost:8080/instance/connect/DrMarco \
  -H 'apikey: evolution-api-prosaude-123'
