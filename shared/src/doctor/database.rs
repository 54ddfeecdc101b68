//! Postgres, as each role, and the schema.

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::Finding;
use crate::clock::{Clock, SystemClock};
use crate::config::Env;
use crate::db::estado::{self, Papel};
use crate::db::migrate::newest;

/// Clocks that differ by more than this make tokens and limits wrong.
const MOST_SKEW_SECONDS: i64 = 5;
const PATIENCE: Duration = Duration::from_secs(5);

/// The roles, the variable each is reached by, and whether every function needs it.
const ROLES: [(&str, &str, bool); 5] = [
    ("DATABASE_URL", "hi_app", true),
    ("LOGIN_DATABASE_URL", "hi_login", true),
    ("CARTAS_DATABASE_URL", "hi_cartas", true),
    ("ADMIN_DATABASE_URL", "hi_admin", true),
    ("OPERADOR_DATABASE_URL", "hi_operador", false),
];

/// Each role gets in, and may no more than it should.
pub(super) async fn roles(env: &mut Env) -> Vec<Finding> {
    let mut found = Vec::new();
    for (variable, role, needed) in ROLES {
        let name = format!("postgres como {role}");
        let Some(url) = env.optional_secret(variable).await else {
            if needed {
                let how =
                    format!("Defina {variable} (ou {variable}_SECRET): postgres://{role}:senha@host/banco.");
                found.push(Finding::erro(name, format!("{variable} não está definida"), &how));
            }
            continue;
        };
        found.push(match ask(&url).await {
            Ok(papel) => judge(&name, role, &papel),
            Err(detail) => Finding::erro(
                name,
                detail,
                &format!("Confira se o banco está no ar e se {variable} tem o endereço e a senha certos (`hi migrate` define as senhas)."),
            ),
        });
    }
    found
}

async fn ask(url: &SecretString) -> Result<Papel, String> {
    if reqwest::Url::from_str(url.expose_secret()).is_err() {
        return Err("o endereço não é uma URL postgres://…".to_owned());
    }
    match tokio::time::timeout(PATIENCE, estado::role(url)).await {
        Ok(Ok(papel)) => Ok(papel),
        Ok(Err(error)) => Err(estado::reason(&error)),
        Err(_) => Err("não respondeu em 5 segundos".to_owned()),
    }
}

fn judge(name: &str, role: &str, papel: &Papel) -> Finding {
    if papel.nome != role {
        let how = format!("As funções devem entrar como {role}, ou o isolamento entre clínicas não vale.");
        return Finding::erro(name, format!("entra como {}", papel.nome), &how);
    }
    if papel.fura {
        let how = format!("Rode: alter role {role} nosuperuser nobypassrls;");
        return Finding::erro(name, "o papel ignora o isolamento entre clínicas", &how);
    }
    let skew = SystemClock.now().as_second() - papel.agora;
    if skew.abs() > MOST_SKEW_SECONDS {
        let how = "Acerte o relógio desta máquina e do banco (NTP): tokens e limites dependem dele.";
        return Finding::aviso(name, format!("o relógio difere {} s do banco", skew.abs()), how);
    }
    Finding::ok(name, "entra, com os direitos certos e o relógio certo")
}

/// The schema, the operators, the trail; and the instances clinics have at Evolution.
pub(super) async fn schema(env: &mut Env) -> (Vec<Finding>, Vec<(String, String)>) {
    const NAME: &str = "esquema do banco";
    let Some(url) = env.optional_secret("OWNER_DATABASE_URL").await else {
        let how = "Defina OWNER_DATABASE_URL para conferir o esquema e as instâncias das clínicas.";
        return (vec![Finding::aviso(NAME, "OWNER_DATABASE_URL não está definida", how)], Vec::new());
    };
    let asked = tokio::time::timeout(PATIENCE, estado::schema(&url)).await;
    let there = match asked {
        Ok(Ok(there)) => there,
        Ok(Err(error)) => {
            let how = "Confira OWNER_DATABASE_URL; num banco novo, rode `hi migrate`.";
            return (vec![Finding::erro(NAME, estado::reason(&error), how)], Vec::new());
        }
        Err(_) => {
            let found = Finding::erro(NAME, "não respondeu em 5 segundos", "Confira a rede até o banco.");
            return (vec![found], Vec::new());
        }
    };
    let mut found = vec![match there.versao.cmp(&newest()) {
        std::cmp::Ordering::Equal => Finding::ok(NAME, format!("na versão {}", there.versao)),
        std::cmp::Ordering::Less => {
            let detail = format!("na versão {}, e este `hi` conhece a {}", there.versao, newest());
            Finding::erro(NAME, detail, "Rode `hi migrate` antes de publicar as funções.")
        }
        std::cmp::Ordering::Greater => {
            let detail = format!("na versão {}, mais nova que este `hi` ({})", there.versao, newest());
            Finding::aviso(NAME, detail, "Use a versão do `hi` que acompanha as funções publicadas.")
        }
    }];
    found.push(match there.quebra {
        None => Finding::ok("trilha dos operadores", format!("{} atos, nenhum alterado", there.atos)),
        Some(id) => Finding::erro(
            "trilha dos operadores",
            format!("o ato {id} foi alterado, tirado ou posto depois"),
            "Guarde o banco como está e compare com a última cópia (`hi backup`).",
        ),
    });
    if there.admins == 0 {
        let how = "Cadastre um admin: veja “O primeiro operador” em docs/hi.md.";
        found.push(Finding::aviso("operadores", "não há nenhum admin ativo", how));
    }
    (found, there.instancias)
}
