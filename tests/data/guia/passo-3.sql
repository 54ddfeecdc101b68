UPDATE clientes
SET whatsapp_instance = 'DrMarco',
    whatsapp_numero = '5511999998888'
WHERE subdomain = 'drmarco';
