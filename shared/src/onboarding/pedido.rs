//! What an onboarding is asked for with, and the same checked: all that is wrong is told at once, by the names of fields and flags alike.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::operacao::convites::Convidado;
use crate::domain::cadastro::{self, Checked};
use crate::domain::estados;
use crate::problem::{FieldProblem, Problem};
use crate::tenant::parse_subdomain;

/// Where most clinics are.
pub const FUSO: &str = "America/Sao_Paulo";
/// What a clinic begins with.
pub const PLANO: &str = "basico";

/// What was asked for, as it came.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct Pedido {
    /// The clinic's name.
    pub nome: Option<String>,
    /// Its address: one label of a host name that is none of the platform's own.
    pub subdomain: Option<String>,
    /// The e-mail of who will manage it.
    pub email: Option<String>,
    /// The name of who will manage it; the clinic's when it is left out.
    pub gestor: Option<String>,
    /// `medico` or `secretaria`, which it is when it is left out.
    pub tipo: Option<String>,
    /// A plan's name; `basico` when it is left out.
    pub plano: Option<String>,
    /// Its number of WhatsApp: country, area and number.
    pub whatsapp: Option<String>,
    /// Its state, two letters.
    pub uf: Option<String>,
    /// An IANA name; the zone of its state when it is left out.
    pub fuso: Option<String>,
    /// `true`: a new link, although one stands; the older ends.
    pub novo_convite: Option<bool>,
}

/// The same, checked.
#[derive(Debug, Clone)]
pub struct Order {
    pub(super) nome: String,
    pub(super) subdomain: String,
    pub(super) gestor: Convidado,
    pub(super) plano: String,
    pub(super) plano_given: bool,
    pub(super) whatsapp: Option<String>,
    pub(super) uf: Option<String>,
    pub(super) fuso: String,
    pub(super) novo_convite: bool,
}

/// What is wrong so far.
#[derive(Default)]
struct Wrong(Vec<FieldProblem>);

impl Wrong {
    fn say(&mut self, campo: &str, mensagem: impl Into<String>) {
        self.0.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.into() });
    }

    /// A field, where a blank one was left out, because forms send them.
    fn read<T>(
        &mut self,
        campo: &str,
        given: Option<&String>,
        check: impl FnOnce(&str) -> Checked<T>,
    ) -> Option<T> {
        let text = given.map(|text| text.trim()).filter(|text| !text.is_empty())?;
        check(text).map_err(|sentence| self.say(campo, sentence)).ok()
    }

    fn needed<T: Default>(
        &mut self,
        campo: &str,
        given: Option<&String>,
        check: impl FnOnce(&str) -> Checked<T>,
    ) -> T {
        if given.is_none_or(|text| text.trim().is_empty()) {
            self.say(campo, "Este campo é obrigatório.");
        }
        self.read(campo, given, check).unwrap_or_default()
    }
}

fn tipo(word: &str) -> Checked<&'static str> {
    let known = ["medico", "secretaria"].into_iter().find(|known| *known == word);
    known.ok_or_else(|| "Use um destes valores: medico, secretaria.".to_owned())
}

impl Pedido {
    /// Checks everything.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`] with all that is wrong.
    pub fn check(&self) -> Result<Order, Problem> {
        let mut wrong = Wrong::default();
        let nome = wrong.needed("nome", self.nome.as_ref(), cadastro::clinic);
        let subdomain = wrong.needed("subdomain", self.subdomain.as_ref(), |text| {
            parse_subdomain(text).map_err(|refused| refused.sentence().to_owned())
        });
        let email = wrong.needed("email", self.email.as_ref(), cadastro::email);
        let tipo = wrong.read("tipo", self.tipo.as_ref(), tipo).unwrap_or("secretaria");
        let gestor = wrong.read("gestor", self.gestor.as_ref(), cadastro::person);
        let gestor = gestor.or_else(|| cadastro::person(&nome).ok().filter(|_| tipo != "medico"));
        let said = |wrong: &Wrong| wrong.0.iter().any(|field| ["gestor", "nome"].contains(&&*field.campo));
        if gestor.is_none() && !said(&wrong) {
            wrong.say("gestor", "Diga o nome de quem vai administrar a clínica.");
        }
        let gestor = gestor.unwrap_or_default();
        let plano = wrong.read("plano", self.plano.as_ref(), |text| Ok(text.to_owned()));
        let whatsapp = wrong.read("whatsapp", self.whatsapp.as_ref(), cadastro::whatsapp_number);
        let uf = wrong.read("uf", self.uf.as_ref(), cadastro::uf);
        let fuso = wrong.read("fuso", self.fuso.as_ref(), cadastro::zone);
        if !wrong.0.is_empty() {
            return Err(Problem::InvalidFields { fields: wrong.0 });
        }
        let of_state = uf.as_deref().and_then(estados::zone).unwrap_or(FUSO);
        Ok(Order {
            nome,
            subdomain,
            gestor: Convidado { nome: gestor, email, tipo: tipo.to_owned() },
            plano_given: plano.is_some(),
            plano: plano.unwrap_or_else(|| PLANO.to_owned()),
            whatsapp,
            fuso: fuso.unwrap_or_else(|| of_state.to_owned()),
            uf,
            novo_convite: self.novo_convite == Some(true),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pedido(fields: &[(&str, &str)]) -> Pedido {
        let map = fields.iter().map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(*value)));
        serde_json::from_value(serde_json::Value::Object(map.collect())).unwrap()
    }

    fn wrong(fields: &[(&str, &str)]) -> Vec<String> {
        match pedido(fields).check() {
            Err(Problem::InvalidFields { fields }) => fields.into_iter().map(|field| field.campo).collect(),
            other => panic!("{other:?}"),
        }
    }

    const LEAST: [(&str, &str); 3] =
        [("nome", "Clínica Sol"), ("subdomain", "Sol"), ("email", "Rita@Sol.com.br")];

    #[test]
    fn three_fields_are_enough_and_the_rest_follows_from_them() {
        let order = pedido(&LEAST).check().unwrap();
        assert_eq!(
            (order.subdomain.as_str(), order.plano.as_str(), order.fuso.as_str()),
            ("sol", PLANO, FUSO)
        );
        assert_eq!((order.gestor.nome.as_str(), order.gestor.tipo.as_str()), ("Clínica Sol", "secretaria"));
        assert_eq!(order.gestor.email, "rita@sol.com.br");
        let acre = pedido(&[&LEAST[..], &[("uf", "ac"), ("whatsapp", "+55 68 99999-0000")]].concat());
        let acre = acre.check().unwrap();
        assert_eq!(
            (acre.fuso.as_str(), acre.whatsapp.as_deref()),
            ("America/Rio_Branco", Some("5568999990000"))
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(wrong(&[]), ["nome", "subdomain", "email"]);
        assert_eq!(
            wrong(&[
                ("nome", "x"),
                ("subdomain", "admin"),
                ("email", "x"),
                ("tipo", "dono"),
                ("gestor", "1"),
                ("whatsapp", "abc"),
                ("uf", "XX"),
                ("fuso", "Marte"),
            ]),
            ["nome", "subdomain", "email", "tipo", "gestor", "whatsapp", "uf", "fuso"]
        );
        // A professional whom patients are offered has a name of their own.
        assert_eq!(wrong(&[&LEAST[..], &[("tipo", "medico")]].concat()), ["gestor"]);
    }
}
