# Tentar logar profissional da Clínica 1 acessando subdomínio da Clínica 2
# Deve FALHAR!

curl -X POST http://teste2.localhost:8000/api/auth/login \
  -F "username=teste1@teste.com" \
  -F "password=senha123"
