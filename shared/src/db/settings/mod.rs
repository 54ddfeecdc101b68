//! What a clinic sets for its agenda, read and written whole: the clinic's rules, professionals, hours, services, resources, health plans,
//! holidays. Whoever only needs a part of it for booking asks `db::agenda` (also for a service, `Oferecido`), `db::medicos`, `db::clinica` or
//! `db::publico` instead.
//!
//! Reading before writing takes the row's lock first (`lock`), so that two writers come one after the other and `auditoria` keeps what really
//! was before. Unlike other rows these serialize: a setting is shown, and kept in `auditoria`, column by column as it is stored.

pub mod assistente;
pub mod avisos;
pub mod clinica;
pub mod convenios;
pub mod excecoes;
pub mod feriados;
pub mod horarios;
pub mod lembretes;
pub mod medicos;
pub mod recursos;
pub mod respostas;
pub mod servicos;
pub mod unidades;
