# Ver conversas no Redis
redis-cli KEYS "conversation:*"
