//! What a model may call. Looking answers from short transactions of their own, through what the dialogue itself looks with; deciding ends the
//! thought and does nothing yet. Every input is checked here: a field nobody asked for, a name the clinic does not have, a time that
//! was not found, an appointment that is not the patient's are refused with what there is instead. Nothing takes a phone or a person's
//! document: whose conversation it is is not the model's to say.

mod schema;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::db::TenantTx;
use shared::domain::nome::Nome;
use shared::id::MedicoId;
use shared::parts::WorkerParts;
use shared::portuguese::{clock_time, day_from};
use shared::problem::Problem;
use shared::tenant::Tenant;

pub(super) use self::schema::all;
use super::provider::Call;
use super::scene::Scene;
use crate::dialogue::look::{self, Free, Wanted};
use crate::dialogue::{Coming, Decision, Slot, Turn};
use crate::reading::{Days, Hours, Intent, Kin, Period, Understanding, words};

/// Days looked through at once.
const MOST_DAYS: i32 = 31;
/// Days looked through when only the first is said.
const USUAL_DAYS: i32 = 13;
/// Times told at once.
const MOST_TIMES: usize = 24;

/// What came of a call.
#[derive(Debug)]
pub(super) enum Did {
    /// It is told this.
    Told(String),
    /// The input was wrong: this way.
    Refused(String),
    /// It has decided.
    Decided(Decision),
}

/// The times on offer when the message came, as a model is told.
#[derive(Debug)]
pub(super) struct Open(pub(super) String);

/// The tools, with what they found for this message.
pub(super) struct Toolbox<'a> {
    parts: &'a WorkerParts,
    tenant: &'a Tenant,
    scene: &'a Scene,
    /// The times that may be named: "h1" is the first.
    times: Vec<Slot>,
    /// The appointments that may be named: "c1" is the first.
    standing: Vec<Coming>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Look {
    profissional: Option<String>,
    servico: Option<String>,
    convenio: Option<String>,
    de: Option<Date>,
    ate: Option<Date>,
    periodo: Option<Part>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wish {
    consulta: Option<String>,
    horario: Option<String>,
    profissional: Option<String>,
    servico: Option<String>,
    convenio: Option<String>,
    dia: Option<Date>,
    periodo: Option<Part>,
    nome: Option<String>,
    outra_pessoa: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Manha,
    Tarde,
    Noite,
}

impl From<Part> for Period {
    fn from(part: Part) -> Self {
        match part {
            Part::Manha => Self::Morning,
            Part::Tarde => Self::Afternoon,
            Part::Noite => Self::Evening,
        }
    }
}

/// A sentence for the model that says what was wrong.
type Wrong = String;

impl<'a> Toolbox<'a> {
    pub(super) fn new(parts: &'a WorkerParts, tenant: &'a Tenant, scene: &'a Scene) -> Self {
        Self { parts, tenant, scene, times: scene.memory.offers.clone(), standing: Vec::new() }
    }

    /// What was on offer before.
    pub(super) fn open(&self) -> Open {
        Open(self.told_times(0))
    }

    /// Does a call.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(super) async fn call(&mut self, call: &Call) -> Result<Did, Problem> {
        let done = match call.name.as_str() {
            "horarios_livres" => match read(&call.input) {
                Ok(wanted) => return self.look(wanted).await,
                Err(wrong) => Err(wrong),
            },
            "minhas_consultas" => match read::<Nothing>(&call.input) {
                Ok(_) => return self.standing().await.map(|()| Did::Told(self.told_standing())),
                Err(wrong) => Err(wrong),
            },
            "marcar" => read(&call.input).and_then(|wish| self.wish(Intent::Book, wish)),
            "entrar_na_lista_de_espera" => {
                read(&call.input).and_then(|wish| self.wish(Intent::WaitingList, wish))
            }
            "remarcar" | "cancelar" => {
                let intent = if call.name == "remarcar" { Intent::Reschedule } else { Intent::Cancel };
                if self.standing.is_empty() {
                    self.standing().await?;
                }
                read(&call.input).and_then(|wish| self.wish(intent, wish))
            }
            "mostrar_consultas" => read::<Nothing>(&call.input).map(|_| Decision::Appointments),
            "confirmar_presenca" => read::<Nothing>(&call.input).map(|_| Decision::Presence),
            "chamar_pessoa" => read::<Nothing>(&call.input).map(|_| Decision::Person),
            _ => Err("Não há uma ferramenta com este nome.".to_owned()),
        };
        Ok(done.map_or_else(Did::Refused, Did::Decided))
    }

    async fn look(&mut self, asked: Look) -> Result<Did, Problem> {
        let wanted = match self.wanted(&asked) {
            Ok(wanted) => wanted,
            Err(wrong) => return Ok(Did::Refused(wrong)),
        };
        let turn = self.turn();
        let (memory, conversa) = (&self.scene.memory, &self.scene.conversa);
        let free = async |tx: &mut TenantTx| look::free(tx, &turn, memory, conversa, &wanted).await;
        let times = match self.parts.db.in_tenant(self.tenant, free).await? {
            Free::WhichService => {
                let names = self.scene.servicos.iter().map(|servico| servico.nome.as_str());
                return Ok(Did::Refused(format!("Diga o serviço, um destes: {}.", list(names))));
            }
            Free::None(reason) => {
                let reason = reason.map_or_else(|| "não há.".to_owned(), |reason| reason.sentence());
                return Ok(Did::Told(format!("Nenhum horário livre nesse período: {reason}")));
            }
            Free::Times(times) => times,
        };
        let bounds = asked.periodo.map(|part| Period::from(part).bounds());
        let within = |slot: &&Slot| bounds.is_none_or(|(from, to)| (from..to).contains(&slot.at.time()));
        let times: Vec<Slot> = times.iter().filter(within).copied().collect();
        if times.is_empty() {
            return Ok(Did::Told("Nenhum horário livre nessa parte do dia.".to_owned()));
        }
        let first = self.times.len();
        self.times.extend(times.iter().take(MOST_TIMES));
        let more = if times.len() > MOST_TIMES { "\nHá outros depois destes." } else { "" };
        Ok(Did::Told(format!("{}{more}", self.told_times(first))))
    }

    fn wanted(&self, asked: &Look) -> Result<Wanted, Wrong> {
        let today = self.scene.now.date();
        let first = asked.de.unwrap_or(today);
        let last = asked.ate.unwrap_or_else(|| first.saturating_add(USUAL_DAYS.days()));
        if first < today || last < first {
            return Err(format!("O período começa hoje, {today}, ou depois, e termina depois do começo."));
        }
        Ok(Wanted {
            medicos: self.medico(asked.profissional.as_deref())?.into_iter().collect(),
            servico: self.servico(asked.servico.as_deref())?,
            convenio: self.convenio(asked.convenio.as_deref())?,
            period: (first, last.min(first.saturating_add(MOST_DAYS.days()))),
        })
    }

    async fn standing(&mut self) -> Result<(), Problem> {
        let turn = self.turn();
        let coming = async |tx: &mut TenantTx| look::coming(tx, &turn, &self.scene.conversa).await;
        let (standing, _) = self.parts.db.in_tenant(self.tenant, coming).await?;
        self.standing = standing;
        Ok(())
    }

    /// A wish in the dialogue's own form.
    fn wish(&self, intent: Intent, wish: Wish) -> Result<Decision, Wrong> {
        let mut said = Understanding { intent, ..Understanding::default() };
        if let Some(reference) = &wish.consulta {
            let which = nth(reference, 'c').and_then(|at| self.standing.get(at));
            let Some((row, start)) = which else {
                return Err(format!("Não há essa consulta. As do paciente: {}", self.told_standing()));
            };
            (said.current_day, said.medicos) = (Some(start.date()), vec![row.medico_id]);
        } else if let Some(medico) = self.medico(wish.profissional.as_deref())? {
            said.medicos = vec![medico];
        }
        if let Some(reference) = &wish.horario {
            let which = nth(reference, 'h').and_then(|at| self.times.get(at));
            let Some(slot) = which else {
                let times = self.told_times(0);
                return Err(format!(
                    "Esse horário não existe. Os que existem (horarios_livres mostra outros):\n{times}"
                ));
            };
            (said.days, said.hours) = (Days::One(slot.at.date()), Hours::At(slot.at.time()));
            if intent != Intent::Reschedule {
                said.medicos = vec![slot.medico_id];
            }
        } else {
            if let Some(day) = wish.dia {
                if day < self.scene.now.date() {
                    return Err("Esse dia já passou.".to_owned());
                }
                said.days = Days::One(day);
            }
            said.period = wish.periodo.map(Period::from);
        }
        said.service = self.servico(wish.servico.as_deref())?;
        said.insurance = self.convenio(wish.convenio.as_deref())?;
        said.name = self.name(wish.nome)?;
        said.for_whom = wish.outra_pessoa.then_some(Kin::Other);
        Ok(Decision::Wish(Box::new(said)))
    }

    /// A name the patient wrote; none is made up.
    fn name(&self, nome: Option<String>) -> Result<Option<String>, Wrong> {
        let Some(nome) = nome else { return Ok(None) };
        let written = words(&self.scene.written);
        let all = words(&nome);
        let known = !all.is_empty() && all.iter().all(|word| written.contains(word));
        if !known || Nome::parse(&nome).is_err() {
            return Err("Use só um nome que o paciente escreveu, como ele escreveu.".to_owned());
        }
        Ok(Some(nome))
    }

    fn medico(&self, name: Option<&str>) -> Result<Option<MedicoId>, Wrong> {
        let Some(name) = name else { return Ok(None) };
        let names = self.scene.medicos.iter().map(|medico| medico.nome.as_str());
        let at = only(name, names.clone()).ok_or_else(|| {
            format!("A clínica não tem um só profissional com esse nome. Os profissionais: {}.", list(names))
        })?;
        Ok(self.scene.medicos.get(at).map(|medico| medico.id))
    }

    fn servico(&self, name: Option<&str>) -> Result<Option<String>, Wrong> {
        let Some(name) = name else { return Ok(None) };
        let names = self.scene.servicos.iter().map(|servico| servico.nome.as_str());
        let at = only(name, names.clone())
            .ok_or_else(|| format!("A clínica não tem esse serviço. Os serviços: {}.", list(names)))?;
        Ok(self.scene.servicos.get(at).map(|servico| servico.nome.clone()))
    }

    fn convenio(&self, name: Option<&str>) -> Result<Option<String>, Wrong> {
        let Some(name) = name else { return Ok(None) };
        if words(name) == ["particular"] {
            return Ok(Some("particular".to_owned()));
        }
        let names = self.scene.convenios.iter().map(String::as_str);
        let at = only(name, names.clone())
            .ok_or_else(|| format!("A clínica não atende esse convênio. Os convênios: {}.", list(names)))?;
        Ok(self.scene.convenios.get(at).cloned())
    }

    fn turn(&self) -> Turn<'a> {
        let scene = self.scene;
        Turn { tenant: self.tenant, contact: &scene.contact, now: scene.at, thought: None }
    }

    /// The times from one on, each with its reference.
    fn told_times(&self, first: usize) -> String {
        let line = |(at, slot): (usize, &Slot)| {
            let day = day_from(slot.at.date(), self.scene.now.date());
            let medico = self.scene.medicos.iter().find(|medico| medico.id == slot.medico_id);
            let with = medico.map(|medico| format!(" com {}", medico.with_unidade())).unwrap_or_default();
            format!("h{}: {day} às {}{with}", at + 1, clock_time(slot.at.time()))
        };
        let lines: Vec<String> = self.times.iter().enumerate().skip(first).map(line).collect();
        lines.join("\n")
    }

    fn told_standing(&self) -> String {
        let line = |(at, (row, start)): (usize, &Coming)| {
            let (day, hour) = (day_from(start.date(), self.scene.now.date()), clock_time(start.time()));
            let whose = row.paciente_nome.split(' ').next().unwrap_or_default();
            format!("c{}: {day} às {hour} com {}, de {whose}", at + 1, row.medico_nome)
        };
        let lines: Vec<String> = self.standing.iter().enumerate().map(line).collect();
        if lines.is_empty() { "nenhuma consulta marcada".to_owned() } else { lines.join("\n") }
    }
}

/// Reads an input; what is wrong with it is for the model.
fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Wrong> {
    // Its own words are in the error, not the patient's.
    serde_json::from_value(input.clone()).map_err(|error| format!("Entrada inválida: {error}."))
}

/// The index of "h3" among what is called by `letter`.
fn nth(reference: &str, letter: char) -> Option<usize> {
    reference.trim().strip_prefix(letter)?.parse::<usize>().ok()?.checked_sub(1)
}

/// The one that is called `name`, else the only one whose name has all its words.
fn only<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<usize> {
    let title = |word: &String| matches!(word.as_str(), "dr" | "dra" | "doutor" | "doutora");
    let wanted: Vec<String> = words(name).into_iter().filter(|word| !title(word)).collect();
    if wanted.is_empty() {
        return None;
    }
    let bare = |own: &str| words(own).into_iter().filter(|word| !title(word)).collect::<Vec<_>>();
    if let Some(at) = names.clone().position(|own| bare(own) == wanted) {
        return Some(at);
    }
    let has_all = |(_, own): &(usize, &str)| {
        let own = words(own);
        wanted.iter().all(|word| own.contains(word))
    };
    let mut meant = names.enumerate().filter(has_all);
    match (meant.next(), meant.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.take(MOST_TIMES).collect();
    if names.is_empty() { "nenhum".to_owned() } else { names.join(", ") }
}
