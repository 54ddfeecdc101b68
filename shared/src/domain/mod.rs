//! The rules of the agenda and of Brazilian identity: pure code, no I/O, no clock, nothing of ours but itself.

pub mod arquivo;
pub mod availability;
pub mod busca;
pub mod cadastro;
pub mod cnpj;
pub mod cns;
pub mod cor;
pub mod cpf;
pub mod estados;
pub mod fatura;
pub mod feriados;
pub mod imagem;
pub mod lembretes;
pub mod letras;
pub mod lgpd;
pub mod nome;
pub mod nota;
pub mod pix;
pub mod prazos;
pub mod rateio;
pub mod relogio;
pub mod semana;
pub mod status;
pub mod telefone;
pub mod termos;
