//! Clinics with people, the same in every test: a gestora, a médico, a secretária, an inactive médico, a patient.

use uuid::Uuid;

use super::Database;
use crate::auth::{Papel, UserType};
use crate::id::{ClienteId, UserId};

/// The password of everybody.
pub const SENHA: &str = "senha123";

/// Makes its hash in SQL, as cheaply as bcrypt can: the trigger that hashes what is plain takes 60 ms for each of a test's ten people.
pub(super) const SENHA_HASH: &str = "crypt('senha123', gen_salt('bf', 4))";

/// Somebody who logs in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id in its table.
    pub id: UserId,
    /// Which table.
    pub user_type: UserType,
    /// The login.
    pub email: String,
    /// The clinic.
    pub cliente_id: Option<ClienteId>,
    /// Whether they manage it.
    pub gestor: bool,
    /// What an operador is.
    pub papel: Option<Papel>,
}

/// A clinic.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// Its id.
    pub id: ClienteId,
    /// Its subdomain, unlike any other test's.
    pub subdomain: String,
    /// Its instance, unlike any other test's.
    pub instance: String,
    /// A médica who manages it.
    pub gestora: Person,
    /// A médico who does not.
    pub medico: Person,
    /// A secretária.
    pub secretaria: Person,
    /// A médico who left.
    pub inativo: Person,
    /// A patient, `+5511999990001`.
    pub paciente: i64,
}

impl Clinic {
    /// A new clinic in `database`; the same e-mails, phones and names as in every other.
    pub async fn create(database: &Database, letter: &str) -> Self {
        let unique = Uuid::now_v7().simple().to_string();
        let subdomain = format!("{letter}-{unique}");
        let instance = format!("{letter}_{unique}");
        database
            .sql(&format!(
                "insert into clientes (nome, subdomain, whatsapp_instance, whatsapp_numero)
                   values ('Clínica {letter}', '{subdomain}', '{instance}', '5511999990000');
                 insert into medicos (cliente_id, nome, email, senha, especialidade, crm, gestor, ativo)
                   select id, p.nome, p.email, {SENHA_HASH}, p.especialidade, 'CRM 1', p.gestor, p.ativo
                   from clientes c cross join (values
                     ('Dra. Tânia', 'tania@clinica.com', 'Clínica Geral', true, true),
                     ('Dr. Marco', 'marco@clinica.com', 'Cardiologia', false, true),
                     ('Dr. Inativo', 'inativo@clinica.com', 'Pediatria', false, false)
                   ) as p(nome, email, especialidade, gestor, ativo) where c.subdomain = '{subdomain}';
                 insert into secretarias (cliente_id, nome, email, senha)
                   select id, 'Sônia', 'secretaria@clinica.com', {SENHA_HASH} from clientes where subdomain = '{subdomain}';
                 insert into pacientes (cliente_id, nome, telefone)
                   select id, 'Maria Souza', '+5511999990001' from clientes where subdomain = '{subdomain}';
                 -- Invoices depend on the day a clinic was made; a test that wants some says since when.
                 update assinaturas set inicio_dia = '2099-01-01', teste_ate = null
                   where cliente_id = (select id from clientes where subdomain = '{subdomain}');"
            ))
            .await;
        let id = database.text(&format!("select id from clientes where subdomain = '{subdomain}'")).await;
        let id: ClienteId = id.parse().expect("an id");
        let person = async |table: &str, email: &str, user_type, gestor| Person {
            id: database
                .text(&format!("select id from {table} where cliente_id = {id} and email = '{email}'"))
                .await
                .parse()
                .expect("an id"),
            user_type,
            email: email.to_owned(),
            cliente_id: Some(id),
            gestor,
            papel: None,
        };
        Self {
            id,
            gestora: person("medicos", "tania@clinica.com", UserType::Medico, true).await,
            medico: person("medicos", "marco@clinica.com", UserType::Medico, false).await,
            inativo: person("medicos", "inativo@clinica.com", UserType::Medico, false).await,
            secretaria: person("secretarias", "secretaria@clinica.com", UserType::Secretaria, false).await,
            paciente: database.number(&format!("select id from pacientes where cliente_id = {id}")).await,
            subdomain,
            instance,
        }
    }

    /// Its address.
    pub fn host(&self) -> String {
        format!("{}.localhost:8000", self.subdomain)
    }
}
