//! What is served, under which name, for how long, and what is refused.

use shared::domain::termos;
use shared::problem::Problem;
use site::assets::Assets;

use crate::get;

const PAGES: [&str; 8] = [
    "/static/login.html",
    "/static/agenda.html",
    "/static/whatsapp.html",
    "/static/faturas.html",
    "/static/implantacao.html",
    "/static/problemas.html",
    "/static/termos.html",
    "/static/convite.html",
];

fn is_page(path: &str) -> bool {
    path.rsplit('.').next() == Some("html")
}

/// Every `/static/…` written in a text.
fn references(text: &str) -> Vec<String> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && !"._-/".contains(c);
    text.split("/static/")
        .skip(1)
        .filter_map(|rest| rest.split(ends).next())
        .map(|path| format!("/static/{path}"))
        .collect()
}

#[tokio::test]
async fn the_root_leads_to_the_login_page() {
    let answer = get("/", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (307, "/static/login.html"));
    assert_eq!(answer.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn everything_a_page_needs_is_served_and_kept_for_good() {
    let mut open: Vec<String> = PAGES.map(str::to_owned).to_vec();
    let mut seen = Vec::new();
    while let Some(path) = open.pop() {
        if seen.contains(&path) {
            continue;
        }
        let answer = get(&path, &[]).await;
        assert_eq!(answer.status, 200, "{path}");
        let lifetime = if is_page(&path) { "no-cache" } else { "public, max-age=31536000, immutable" };
        assert_eq!(answer.header("cache-control"), lifetime, "{path}");
        assert!(!answer.header("etag").is_empty(), "{path}");
        open.extend(references(&answer.body));
        seen.push(path);
    }
    assert!(seen.len() > 12, "the walk found only {seen:?}");
    let served = Assets::embedded().unwrap();
    let forgotten: Vec<_> = served
        .paths()
        .filter(|path| *path != "404.html" && !seen.contains(&format!("/static/{path}")))
        .collect();
    assert!(forgotten.is_empty(), "no page uses {forgotten:?}");
}

#[tokio::test]
async fn content_types_are_the_browsers() {
    let page = get("/static/login.html", &[]).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for path in references(&page.body) {
        let expected = match path.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml; charset=utf-8",
            _ => continue,
        };
        assert_eq!(get(&path, &[]).await.header("content-type"), expected, "{path}");
    }
}

#[tokio::test]
async fn a_page_the_browser_has_already_is_not_sent_again() {
    let etag = get("/static/login.html", &[]).await.header("etag").to_owned();
    for known in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let answer = get("/static/login.html", &[("if-none-match", &known)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{known}");
        assert_eq!(answer.header("etag"), etag);
    }
    assert_eq!(get("/static/login.html", &[("if-none-match", "\"x\"")]).await.status, 200);
}

#[tokio::test]
async fn what_does_not_exist_is_a_page_for_people_and_a_problem_for_programs() {
    let page = get("/static/nao.html", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.body.contains("Página não encontrada"));
    let problem = get("/static/nao.js", &[("accept", "*/*")]).await;
    assert_eq!((problem.status, problem.header("content-type")), (404, "application/problem+json"));
    assert!(problem.body.contains("nao_encontrado"));
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_nor_to_a_name_without_hash() {
    let outside = [
        "../Cargo.toml",
        "..%2fCargo.toml",
        "%2e%2e/Cargo.toml",
        "js/../../Cargo.toml",
        "/etc/passwd",
        "",
        "js",
    ];
    for rest in outside.into_iter().chain([
        "js/login.js",
        "css/base.css",
        "login.html/",
        "LOGIN.HTML",
        "js\\login.js",
    ]) {
        assert_eq!(get(&format!("/static/{rest}"), &[]).await.status, 404, "{rest}");
    }
}

#[tokio::test]
async fn every_answer_forbids_strangers_code() {
    let html = [("accept", "text/html")];
    for path in [
        "/",
        "/problemas",
        "/termos",
        "/convite",
        "/static/login.html",
        "/static/nao",
        "/api/saude/site",
        "/nada",
    ] {
        let answer = get(path, &html).await;
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(rule), "{path} lacks {rule}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn no_page_carries_what_the_policy_forbids() {
    let served = Assets::embedded().unwrap();
    for path in served.paths() {
        let text = String::from_utf8(served.get(path).unwrap().body.to_vec()).unwrap();
        let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !elsewhere.contains("http://") && !elsewhere.contains("https://"),
            "{path} names another host"
        );
        assert!(
            !text.contains("innerHTML") && !text.contains("insertAdjacentHTML"),
            "{path} makes markup of text"
        );
        if is_page(path) {
            for inline in ["<style", " style=", " onclick=", " onload=", " onsubmit=", "javascript:"] {
                assert!(!text.contains(inline), "{path} contains {inline}");
            }
            let scripts = text.matches("<script").count();
            assert_eq!(scripts, text.matches("\"></script>").count(), "{path} has an inline script");
            assert!(text.contains("<html lang=\"pt-BR\">") && text.contains("name=\"viewport\""), "{path}");
        }
    }
}

#[tokio::test]
async fn the_type_of_every_refusal_leads_to_its_place_on_the_page() {
    let page = get("/problemas", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), "no-cache");
    for problem in Problem::examples() {
        let body = problem.body("");
        let (path, slug) = body["type"].as_str().unwrap().split_once('#').unwrap();
        assert_eq!(path, "/problemas");
        assert!(page.body.contains(&format!("<h2 id=\"{slug}\">")), "{slug}");
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_on_a_page_that_shows_the_terms_of_now() {
    let page = get("/convite", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), "no-cache", "a newer version of the terms is seen at once");
    assert!(
        page.body.contains(&format!("data-versao=\"{}\"", termos::VERSAO))
            && page.body.contains("href=\"/termos\"")
    );
    let terms = get("/termos", &[("accept", "text/html")]).await;
    assert_eq!(terms.status, 200);
    assert!(terms.body.contains(&format!("<strong>Versão {}.</strong>", termos::VERSAO)), "{}", terms.body);
    assert!(terms.body.contains("<h2 id=\"o-acesso\">O acesso</h2>"));
}

#[tokio::test]
async fn health_says_what_was_built() {
    let answer = get("/api/saude/site", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("\"funcao\":\"site\""));
}

#[test]
fn every_route_is_open_and_reads_only() {
    assert!(site::routes().iter().all(|route| route.method == http::Method::GET));
}
