//! What a copy of a clinic holds is decided for every table and column; a new one that asks for a decision fails here and says which.

use shared::db::copia::decisoes::{
    DOCUMENTS, LISTS, LOOKED_AT, LOOSE, NAMES, left_out_column, left_out_table,
};
use shared::db::copia::{Catalogo, Coluna, Perfil, Tabela};
use shared::testing::TestApp;

use crate::manifests::{sources, top};

async fn catalogue() -> Catalogo {
    TestApp::new().await.database.catalogue().await
}

/// Every column of a table that copies hold.
fn columns(catalogo: &Catalogo) -> impl Iterator<Item = (&Tabela, &Coluna)> {
    let tables = catalogo.exported(Perfil::Backup).into_iter();
    tables.flat_map(|table| table.exported(Perfil::Backup).map(move |column| (table, column)))
}

#[tokio::test]
async fn every_table_of_a_clinic_is_in_its_copy_or_left_out_for_a_reason() {
    let catalogo = catalogue().await;
    let held: Vec<&str> = catalogo.exported(Perfil::Backup).iter().map(|table| table.nome.as_str()).collect();
    for name in catalogo.tabelas.keys() {
        let left_out = left_out_table(Perfil::Backup, name);
        assert!(held.contains(&name.as_str()) != left_out.is_some(), "{name}: in or out, not both");
        assert!(left_out.is_none_or(|why| why.len() > 10), "{name}: say why");
    }
    assert!(held.len() >= 42 && held.first() == Some(&"clientes"), "{held:?}");
    for table in catalogo.exported(Perfil::Backup) {
        assert!(
            !table.chave.is_empty(),
            "{}: rows are written in the order of their primary key",
            table.nome
        );
        let number = table.colunas.iter().find(|column| column.nome == "id");
        assert!(
            number.is_none_or(|id| id.numero),
            "{}: `id` is an identity, or a copy beside others clashes",
            table.nome
        );
    }
}

#[tokio::test]
async fn a_column_that_may_be_a_secret_is_decided() {
    let catalogo = catalogue().await;
    for (table, column) in columns(&catalogo) {
        let name = column.nome.as_str();
        let words = ["senha", "token", "hash", "segredo", "secret", "chave", "pareamento", "password"];
        if words.iter().any(|word| name.contains(word)) {
            let known = LOOKED_AT.contains(&(table.nome.as_str(), name));
            assert!(
                known,
                "{}.{name}: a secret? Leave it out in db/copia/decisoes.rs (of both copies or of the clinic's own), or add it to LOOKED_AT",
                table.nome
            );
        }
    }
    for (table, column) in [
        ("medicos", "senha"),
        ("secretarias", "senha"),
        ("convites", "token_hash"),
        ("calendarios", "token_hash"),
    ] {
        assert!(left_out_column(Perfil::Portabilidade, table, column).is_some(), "{table}.{column}");
    }
}

#[tokio::test]
async fn every_number_of_a_row_is_found_when_numbers_are_new() {
    let catalogo = catalogue().await;
    for (table, column) in columns(&catalogo) {
        let place = (table.nome.as_str(), column.nome.as_str());
        let bigint = column.tipo == "bigint" && column.nome.ends_with("_id") && column.nome != "cliente_id";
        if bigint {
            let known = column.referencia.is_some()
                || table.type_of(column).is_some()
                || LOOSE.iter().any(|(table, column, _)| (*table, *column) == place);
            assert!(
                known,
                "{place:?}: whose number is it? A foreign key, a *_tipo beside it, or a line of LOOSE in db/copia/decisoes.rs"
            );
        }
        if column.tipo == "bigint[]" {
            let known = LISTS.iter().any(|(table, column, _)| (*table, *column) == place);
            assert!(known, "{place:?}: whose numbers are they? Add it to LISTS in db/copia/decisoes.rs");
        }
        if column.tipo.starts_with("json") {
            assert!(
                column.tipo == "jsonb" && DOCUMENTS.contains(&place),
                "{place:?}: which numbers of rows does it hold? Add it to DOCUMENTS in db/copia/decisoes.rs"
            );
        }
        if ["chave", "dono", "alvo"].contains(&place.1) && place != ("auditoria", "alvo") {
            let known = NAMES.iter().any(|(table, column, ..)| (*table, *column) == place);
            assert!(known, "{place:?}: how do its names begin? Add them to NAMES in db/copia/decisoes.rs");
        }
    }
}

/// Names of messages and e-mails as the code writes them: `format!("word:{…}")`, bound to `chave`.
#[test]
fn every_name_the_code_gives_a_message_can_be_read_again() {
    let top = top();
    let mut found = 0;
    for file in sources(&top.join("shared/src/agenda")).into_iter().chain(sources(&top.join("functions"))) {
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.contains("chave") && line.contains("format!(\"")) {
            let after = line.split("format!(\"").nth(1).unwrap();
            let word: String = after.chars().take_while(char::is_ascii_lowercase).collect();
            if word.is_empty() || !after[word.len()..].starts_with(":{") {
                continue;
            }
            found += 1;
            let known = NAMES.iter().any(|(_, column, known, _)| *column == "chave" && *known == word);
            assert!(
                known,
                "{}: `{word}:` names a row; say in NAMES of db/copia/decisoes.rs which",
                file.display()
            );
        }
    }
    assert!(found >= 10, "{found}");
}
