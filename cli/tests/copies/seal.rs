//! A copy is taken whole only as we wrote it; of what somebody else wrote nothing is taken that the platform grants.

use std::path::Path;

use shared::db::copia::{Chaves, Perfil, restore};
use shared::testing::Database;

use crate::Bench;

const GRANTED: &str = "select plano || ' ' || coalesce(ia_permitida::text, '-') || ' ' || coalesce(ia_limite_tokens::text, '-') || ' ' || ia_ligada || ' ' || transcreve_audio from clientes where id = ";

/// What an editor can do: other values, and sums that fit them.
fn edit(folder: &Path, table: &str, changes: &[(&str, &str)]) {
    let file = folder.join(format!("{table}.ndjson"));
    let mut text = std::fs::read_to_string(&file).unwrap();
    let before = sum(text.as_bytes());
    for (old, new) in changes {
        assert!(text.contains(old), "{old}: {text}");
        text = text.replacen(old, new, 1);
    }
    std::fs::write(&file, &text).unwrap();
    let manifest = folder.join("manifesto.json");
    let says = std::fs::read_to_string(&manifest).unwrap().replace(&before, &sum(text.as_bytes()));
    std::fs::write(&manifest, &says).unwrap();
    std::fs::write(folder.join("manifesto.sha256"), format!("{}  manifesto.json", sum(says.as_bytes())))
        .unwrap();
}

fn sum(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_copy_gives_nobody_a_plan() {
    let bench = Bench::new().await;
    let (app, owner) = (&bench.app, bench.app.database.owner_url());
    for perfil in [Perfil::Portabilidade, Perfil::Backup] {
        let name = format!("{perfil:?}").to_lowercase();
        bench.copy(&name, perfil).await;
        // As it is, it is taken whole.
        let whole = bench.restore(&name, &format!("{name}-inteira")).await.unwrap();
        assert!(whole.selada && !whole.avisos.iter().any(|aviso| aviso.contains("selo")));
        let plan = app.database.text(&format!("{GRANTED}{}", whole.cliente_id)).await;
        assert_eq!(plan, app.database.text(&format!("{GRANTED}{}", app.clinic.id)).await);
        assert!(plan.starts_with("profissional "), "{plan}");
        let folder = bench.path(&name);
        let changes = [
            ("\"plano\":\"profissional\"", "\"plano\":\"enterprise\""),
            ("\"ia_permitida\":null", "\"ia_permitida\":true"),
            ("\"ia_ligada\":false", "\"ia_ligada\":true"),
            ("\"ia_limite_tokens\":null", "\"ia_limite_tokens\":999999999"),
        ];
        edit(&folder, "clientes", &changes);
        edit(&folder, "planos", &[("\"nome\":\"profissional\"", "\"nome\":\"meu_plano\"")]);
        let before = app.database.number("select count(*) from clientes").await;
        let refused = bench.restore(&name, &format!("{name}-editada")).await.unwrap_err().to_string();
        assert!(refused.contains("selo") && refused.contains("--sem-selo"), "{refused}");
        assert_eq!(app.database.number("select count(*) from clientes").await, before);
        let address = format!("{name}-editada");
        let mut pedido = bench.order(&folder, Some(&address));
        pedido.sem_selo = true;
        let done = restore(&owner, &pedido, &|_| ()).await.unwrap();
        assert!(!done.selada && done.avisos.iter().any(|aviso| aviso.contains("selo")), "{:?}", done.avisos);
        assert_eq!(
            app.database.text(&format!("{GRANTED}{}", done.cliente_id)).await,
            "basico - - false false"
        );
        for (what, expected) in [
            (format!("select count(*) from pacientes where cliente_id = {}", done.cliente_id), 3),
            (format!("select count(*) from faturas where cliente_id = {}", done.cliente_id), 0),
            (format!("select count(*) from descontos where cliente_id = {}", done.cliente_id), 0),
            (
                format!(
                    "select teste_ate - inicio_dia from assinaturas where cliente_id = {}",
                    done.cliente_id
                ),
                60,
            ),
            ("select count(*) from planos where nome = 'meu_plano'".to_owned(), 0),
            (
                format!(
                    "select count(*) from clientes where id = {} and retencao_meses = 24 and nome = 'Clínica a'",
                    done.cliente_id
                ),
                1,
            ),
        ] {
            assert_eq!(app.database.number(&what).await, expected, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_keys_seal_and_an_old_one_still_counts() {
    let bench = Bench::new().await;
    bench.copy("antes", Perfil::Backup).await;
    let (de, owner) = (bench.path("antes"), bench.app.database.owner_url());
    let stranger = Chaves::new("a-chave-de-outro-sistema-com-32-caracteres").unwrap();
    for keys in [None, Some(&stranger)] {
        let mut pedido = bench.order(&de, Some("copia"));
        pedido.chaves = keys;
        assert!(restore(&owner, &pedido, &|_| ()).await.unwrap_err().to_string().contains("selo"));
    }
    let renewed = Chaves::new(
        "a-chave-nova-deste-sistema-com-32-caracteres,uma-chave-de-teste-com-32-caracteres-ou-mais",
    )
    .unwrap();
    let mut pedido = bench.order(&de, Some("copia"));
    pedido.chaves = Some(&renewed);
    assert!(restore(&owner, &pedido, &|_| ()).await.unwrap().selada);
    assert!(Chaves::new("curta").is_err() && Chaves::new("").is_err());
    // Also into a system without clinics, with its numbers, and without a seal.
    let empty = Database::create().await;
    empty.sql("insert into operadores (nome, email, senha, papel) values ('Outra', 'outra@operacao.com', 'senha123', 'admin')").await;
    let mut pedido = bench.order(&de, None);
    (pedido.chaves, pedido.sem_selo) = (None, true);
    let done = restore(&empty.owner_url(), &pedido, &|_| ()).await.unwrap();
    assert!(!done.ao_lado && !done.selada);
    assert_eq!(empty.text(&format!("{GRANTED}{}", done.cliente_id)).await, "basico - - false false");
    let next = empty.number("select nextval('pacientes_id_seq')").await;
    assert!(next > empty.number("select max(id) + 1000000 from pacientes").await, "{next}");
}
