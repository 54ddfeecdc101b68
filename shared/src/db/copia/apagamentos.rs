//! The register of erasures as copies need it: read, kept in a file, and done again in what was restored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::CopiaError;
use crate::db::TenantTx;
use crate::db::agendamentos::{Author, Canal};
use crate::db::pacientes::{again, merge};
use crate::id::PacienteId;
use crate::problem::Problem;

/// One line of the register; nothing of anybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct Apagamento {
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
    /// The clinic's name among all systems.
    pub clinica: String,
    /// The row that was erased, or united with another.
    pub paciente_id: i64,
    /// With which.
    pub unido_a_id: Option<i64>,
}

/// What was done again.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Refeito {
    /// How many people were erased again.
    pub apagados: u64,
    /// How many rows were united again.
    pub unidos: u64,
    /// Rows that could not be united again (numbers as they are now); a person has to look.
    pub uniao_pendente: Vec<i64>,
}

/// The whole register.
pub(super) async fn all(conn: &mut PgConnection) -> Result<Vec<Apagamento>, CopiaError> {
    let rows = sqlx::query_as(
        "select em, clinica::text as clinica, paciente_id, unido_a_id from apagamentos order by em, id",
    );
    Ok(rows.fetch_all(conn).await?)
}

/// What the register here and the lines from elsewhere say of a clinic, each once, oldest first.
pub(super) async fn of_clinic(
    conn: &mut PgConnection,
    clinica: &str,
    elsewhere: &[Apagamento],
) -> Result<Vec<Apagamento>, CopiaError> {
    let here = all(conn).await?;
    let both: BTreeSet<Apagamento> = here.into_iter().chain(elsewhere.iter().cloned()).collect();
    Ok(both.into_iter().filter(|one| one.clinica == clinica).collect())
}

/// Writes the register to a file, a line each.
///
/// # Errors
/// When the file can't be written.
pub fn write_file(file: &Path, register: &[Apagamento]) -> Result<(), CopiaError> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(".parcial");
    let draft = Path::new(&draft);
    let mut out = BufWriter::new(File::create(draft)?);
    for one in register {
        serde_json::to_writer(&mut out, one)?;
        out.write_all(b"\n")?;
    }
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(draft, file)?;
    Ok(())
}

/// Reads a register from a file.
///
/// # Errors
/// [`CopiaError::Refused`] names the line that can't be read.
pub fn read_file(file: &Path) -> Result<Vec<Apagamento>, CopiaError> {
    let open = File::open(file)
        .map_err(|error| CopiaError::refused(format!("{} não pode ser lido: {error}", file.display())))?;
    let mut register = Vec::new();
    for (index, line) in BufReader::new(open).lines().enumerate() {
        let one = serde_json::from_str(&line?).map_err(|error| {
            CopiaError::refused(format!("{}, linha {}: {error}", file.display(), index + 1))
        })?;
        register.push(one);
    }
    Ok(register)
}

/// Who a line of the register may mean here.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct Cadastro {
    id: PacienteId,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    criado_em: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Velho {
    velho: i64,
    #[sqlx(flatten)]
    agora: Cadastro,
}

/// By how much the clock of Postgres, which says when a row was made, and that of a function may differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

impl Cadastro {
    /// A line that is older than the row meant another one, whose number was given again.
    fn meant_at(self, em: Timestamp) -> Option<PacienteId> {
        (self.criado_em <= em + CLOCKS).then_some(self.id)
    }
}

/// The rows patients of the register have now; who is not in the copy has none.
pub(super) async fn numbers(
    conn: &mut PgConnection,
    register: &[Apagamento],
    cliente: i64,
    beside: bool,
) -> Result<BTreeMap<i64, Cadastro>, CopiaError> {
    let old: Vec<i64> =
        register.iter().flat_map(|one| [Some(one.paciente_id), one.unido_a_id]).flatten().collect();
    let statement = if beside {
        "select m.velho, p.id, p.criado_em from pg_temp.mapa m join pacientes p on p.id = m.novo and p.cliente_id = $2
         where m.tabela = 'pacientes' and m.velho = any($1)"
    } else {
        "select id as velho, id, criado_em from pacientes where id = any($1) and cliente_id = $2"
    };
    let rows: Vec<Velho> = sqlx::query_as(statement).bind(old).bind(cliente).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.velho, row.agora)).collect())
}

/// Does it again, as the functions' own role, inside the clinic. Whoever was united with somebody who was erased is erased too, also where
/// the union could not be repeated. Whoever was registered after a line was written is not whom it means.
pub(super) async fn apply(
    tx: &mut TenantTx,
    register: &[Apagamento],
    numbers: &BTreeMap<i64, Cadastro>,
    now: Timestamp,
) -> Result<Refeito, CopiaError> {
    let mut done = Refeito::default();
    if register.is_empty() {
        return Ok(done);
    }
    sqlx::query("set local role hi_app").execute(tx.conn()).await?;
    let cliente = tx.cliente_id();
    sqlx::query("select hi_enter($1, null, null)").bind(cliente).execute(tx.conn()).await?;
    let mut united: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for one in register {
        let meant = |old: &i64| numbers.get(old).and_then(|row| row.meant_at(one.em));
        if let Some(kept) = one.unido_a_id {
            let mut with = united.remove(&one.paciente_id).unwrap_or_default();
            with.push(one.paciente_id);
            united.entry(kept).or_default().append(&mut with);
            unite(tx, (meant(&kept), meant(&one.paciente_id)), &mut done, now).await?;
            continue;
        }
        let with = united.get(&one.paciente_id).into_iter().flatten();
        for old in std::iter::once(&one.paciente_id).chain(with) {
            let Some(id) = meant(old) else { continue };
            if again::erase_again(tx, id, now).await.map_err(CopiaError::Problem)? {
                done.apagados += 1;
            }
        }
    }
    sqlx::query("reset role").execute(tx.conn()).await?;
    Ok(done)
}

async fn unite(
    tx: &mut TenantTx,
    (kept, duplicate): (Option<PacienteId>, Option<PacienteId>),
    done: &mut Refeito,
    now: Timestamp,
) -> Result<(), CopiaError> {
    let (Some(kept), Some(duplicate)) = (kept, duplicate) else { return Ok(()) };
    if again::is_united(tx, kept, duplicate).await.map_err(CopiaError::Problem)? {
        return Ok(());
    }
    tx.mark().await.map_err(CopiaError::Problem)?;
    match merge::merge(tx, kept, duplicate, Author { canal: Canal::Sistema, user: None }, now).await {
        Ok(_) => done.unidos += 1,
        // They differ in the copy; what was corrected before they were united is not in it.
        Err(Problem::Conflict { .. } | Problem::NotFound) => {
            tx.let_go().await.map_err(CopiaError::Problem)?;
            done.uniao_pendente.push(duplicate.to_string().parse().unwrap_or_default());
        }
        Err(other) => return Err(CopiaError::Problem(other)),
    }
    Ok(())
}

/// Keeps the lines in the register here, so that the next restoration knows them. What was just done again is noted already, under its
/// own instant; doing it twice changes nothing.
pub(super) async fn keep(
    conn: &mut PgConnection,
    cliente: i64,
    register: &[Apagamento],
) -> Result<(), CopiaError> {
    for one in register {
        sqlx::query(
            "insert into apagamentos (cliente_id, clinica, paciente_id, unido_a_id, em)
             select $1, $2::uuid, $3, $4, $5
             where not exists (select from apagamentos a where a.clinica = $2::uuid and a.paciente_id = $3
                               and a.unido_a_id is not distinct from $4 and a.em = $5)",
        )
        .bind(cliente)
        .bind(&one.clinica)
        .bind(one.paciente_id)
        .bind(one.unido_a_id)
        .bind(one.em.to_sqlx())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
