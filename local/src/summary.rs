//! What a newcomer reads when everything is up.

use crate::home::Home;
use crate::process::say;
use crate::up::Variables;

/// Prints where everything is.
pub(crate) fn print(home: &Home, variables: &Variables) {
    let value = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let port = |url: &str| {
        url.rsplit(':')
            .next()
            .map(|rest| rest.split('/').next().unwrap_or_default().to_owned())
            .unwrap_or_default()
    };
    let gateway = port(value("GATEWAY_URL"));
    let evolution = value("EVOLUTION_URL").replace("127.0.0.1", "localhost");
    let (operador, redis) = (value("OPERADOR_DATABASE_URL"), port(value("REDIS_URL")));
    say(&format!(
        "
Horário Inteligente está no ar.

  Clínicas       http://prosaude.localhost:{gateway}      tania@prosaude.com · secretaria@prosaude.com
                 http://drmarco.localhost:{gateway}       marco@drmarco.com.br
                 http://clinicax.localhost:{gateway}      xenia@clinicax.com.br
                 http://policlinica.localhost:{gateway}   profissional1@policlinica.com, com 30 agendas
  Operação       http://admin.localhost:{gateway}         operador@horariointeligente.com.br · financeiro@… · suporte@…
                 (a senha de todos é senha123)
  WhatsApp       {evolution}                  um celular para conversar com as clínicas

  E-mails        {emails}   um arquivo para cada um
  Banco          psql {operador}
  Redis          redis-cli -p {redis}
  Webhook        . {env} && export WEBHOOK_KEY GATEWAY_URL && cargo run -q -p hi -- webhook-url DrMarco
  Variáveis      {env}
  Registros      {log}

  make down para parar.",
        env = home.env_file().display(),
        log = home.path("log").display(),
        emails = home.path("emails").display(),
    ));
}
