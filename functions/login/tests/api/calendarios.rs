//! Addresses at which other programs read an agenda: they end with the sessions of who made them.

use crate::Api;

impl Api {
    /// The gestora has her own agenda read elsewhere, the secretaria the colleague's, and the gestora of the other clinic hers.
    pub(crate) async fn subscribed(&self) {
        let (clinic, other) = (&self.app.clinic, &self.app.other);
        for (of, medico, tipo, by, token) in [
            (clinic, &clinic.gestora, "medico", &clinic.gestora, "a"),
            (clinic, &clinic.medico, "secretaria", &clinic.secretaria, "b"),
            (other, &other.gestora, "medico", &other.gestora, "c"),
        ] {
            let made = format!(
                "insert into calendarios (cliente_id, medico_id, token_hash, criado_em, criado_por_tipo, criado_por_id)
                 values ({}, {}, '{}', '2026-11-01 12:00Z', '{tipo}', {})",
                of.id,
                medico.id,
                token.repeat(64),
                by.id
            );
            self.app.database.sql(&made).await;
        }
    }

    /// Of these addresses hers alone ended, and it is written down who did it.
    pub(crate) async fn only_hers_ended(&self, by: &str) {
        let standing = "select left(token_hash, 1) from calendarios where revogado_em is null order by 1";
        assert_eq!(self.app.database.texts(standing).await, ["b", "c"]);
        let trail = "select concat_ws(' ', cliente_id, autor_tipo, autor_id, alvo, antes ->> 'criado_em')
                     from auditoria where acao = 'calendario_encerrado'";
        let (clinic, her) = (self.app.clinic.id, self.app.clinic.gestora.id);
        let line = format!("{clinic} {by} {her} medicos/{her}/calendario 2026-11-01T12:00:00Z");
        assert_eq!(self.app.database.texts(trail).await, [line]);
    }
}

/// One of before makers were kept is read as its professional, so it ends as theirs.
#[tokio::test]
async fn an_address_without_a_maker_ends_with_its_professionals_sessions() {
    let api = Api::new().await;
    api.subscribed().await;
    let before = "update calendarios set criado_por_tipo = null, criado_por_id = null where criado_por_tipo = 'medico'";
    api.app.database.sql(before).await;
    let jar = api.begin("tania@clinica.com").await;
    jar.on(api.page("DELETE", "/api/auth/sessoes")).send(&api.router).await.expect(204);
    api.only_hers_ended("medico").await;
}
