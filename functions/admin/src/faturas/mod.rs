//! `/api/admin/faturas`: what clinics pay; and what comes of it, `/api/admin/receita`. For who looks after money.

mod assinatura;
mod hook;
mod list;
mod receita;
mod review;
mod settle;

use axum::routing::{delete, get, post, put};
use http::Method;
use shared::auth::{Access, Operators};
use shared::http::{Doc, Route};

use crate::AppState;

pub(crate) use hook::HookToken;

const ONE: &str = "/api/admin/faturas/{id}";

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let money = Access::Operator(Operators::Money);
    let mut routes = vec![
        Route::new(Method::GET, "/api/admin/faturas", money, get(list::list)).doc(
            Doc::new("As faturas de todas as clínicas, do mês mais novo ao mais antigo.")
                .query::<list::FaturasFilter>()
                .ok::<list::FaturasAdminOut>(),
        ),
        Route::new(Method::GET, ONE, money, get(list::show))
            .doc(Doc::new("Uma fatura: linhas, e o que aconteceu com ela.").ok::<list::FaturaAdminOut>()),
        Route::new(Method::GET, "/api/admin/faturas/{id}/pdf", money, get(list::pdf))
            .doc(Doc::new("A fatura em PDF.").answers_as::<String>(200, "application/pdf")),
        Route::new(Method::GET, "/api/admin/receita", money, get(receita::show)).doc(
            Doc::new("Receita, atrasos, cancelamentos e margem por plano, em um mês.")
                .query::<receita::ReceitaFilter>()
                .ok::<receita::ReceitaMes>(),
        ),
        Route::new(Method::GET, "/api/admin/pagamentos", money, get(list::unmatched)).doc(
            Doc::new("O que o gateway de pagamento avisou e não é de nenhuma fatura: alguém precisa olhar.").ok::<list::SoltosOut>(),
        ),
        Route::new(Method::GET, "/api/admin/pagamentos/a-conferir", money, get(review::list)).doc(
            Doc::new("Pagamentos que não resolvem nada sozinhos (a menos, em dobro, de fatura que não está aberta) e avisos do gateway que não puderam ser lidos.")
                .ok::<review::AConferirOut>(),
        ),
        Route::new(Method::PUT, "/api/admin/pagamentos/a-conferir/{id}", money, put(review::close)).doc(
            Doc::new("Alguém olhou este pagamento; o que fez fica na nota. A fatura não muda: para quitá-la registre um pagamento, para devolver dê um desconto.")
                .body::<review::Conferido>()
                .no_content(),
        ),
        Route::new(Method::PUT, "/api/admin/pagamentos/ilegiveis/{id}", money, put(review::close_unreadable)).doc(
            Doc::new("Alguém olhou este aviso que não pôde ser lido; o que ele dizia é apagado.").body::<review::Conferido>().no_content(),
        ),
        Route::new(Method::POST, hook::PATH, Access::Open, post(hook::take)).doc(
            Doc::new("O que o Asaas avisa de cobranças; o token vai em `asaas-access-token`. Repetir não muda nada.")
                .body::<hook::AsaasBody>()
                .ok::<hook::AsaasOut>()
                .refuses(&[401, 404]),
        ),
    ];
    routes.extend(acts());
    routes.extend(accounts());
    routes
}

fn acts() -> Vec<Route<AppState>> {
    let money = Access::Operator(Operators::Money);
    vec![
        Route::new(Method::POST, "/api/admin/faturas/{id}/pagamento", money, post(settle::pay)).doc(
            Doc::new("Registra um pagamento que chegou por fora do gateway.")
                .body::<settle::Pagamento>()
                .idempotent()
                .created::<list::FaturaAdminOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/faturas/{id}/estorno", money, post(settle::refund)).doc(
            Doc::new("Registra que o dinheiro de uma fatura paga foi devolvido.")
                .body::<settle::Motivo>()
                .idempotent()
                .created::<list::FaturaAdminOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/faturas/{id}/reabertura", money, post(settle::reopen)).doc(
            Doc::new("Reabre uma fatura estornada: ela volta a ser devida, com uma cobrança nova.")
                .body::<settle::Motivo>()
                .idempotent()
                .created::<list::FaturaAdminOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/faturas/{id}/cancelamento", money, post(settle::cancel)).doc(
            Doc::new("Cancela uma fatura que não foi paga; o mês não é faturado de novo.")
                .body::<settle::Motivo>()
                .idempotent()
                .created::<list::FaturaAdminOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::PUT, "/api/admin/faturas/{id}/prazo", money, put(settle::promise)).doc(
            Doc::new("Até quando a clínica não é suspensa por esta fatura; `null` tira o prazo.")
                .body::<settle::Prazo>()
                .ok::<list::FaturaAdminOut>()
                .refuses(&[409]),
        ),
    ]
}

/// Since when a clinic pays, and what is taken off.
fn accounts() -> Vec<Route<AppState>> {
    let money = Access::Operator(Operators::Money);
    let discounts = "/api/admin/clientes/{id}/descontos";
    let account = "/api/admin/clientes/{id}/assinatura";
    vec![
        Route::new(Method::GET, account, money, get(assinatura::show)).doc(
            Doc::new("Desde quando a clínica paga, até quando testa, e o dia do vencimento.")
                .ok::<shared::db::operacao::assinaturas::Assinatura>(),
        ),
        Route::new(Method::PUT, account, money, put(assinatura::put_one)).doc(
            Doc::new("Muda o fim do teste e o dia do vencimento; o que já foi faturado fica.")
                .body::<assinatura::AssinaturaBody>()
                .ok::<shared::db::operacao::assinaturas::Assinatura>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, discounts, money, get(assinatura::discounts))
            .doc(Doc::new("Os descontos de uma clínica.").ok::<assinatura::DescontosOut>()),
        Route::new(Method::POST, discounts, money, post(assinatura::promise)).doc(
            Doc::new("Promete um desconto: `percentual` ou `centavos`, de um mês até outro.")
                .body::<assinatura::NewDesconto>()
                .idempotent()
                .created::<shared::db::operacao::assinaturas::DescontoFicha>(),
        ),
        Route::new(Method::DELETE, "/api/admin/descontos/{id}", money, delete(assinatura::end)).doc(
            Doc::new("Encerra um desconto; meses já faturados ficam com ele.")
                .ok::<shared::db::operacao::assinaturas::DescontoFicha>(),
        ),
    ]
}
