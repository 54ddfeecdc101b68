//! What is served, under which name, for how long, and what is refused.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use shared::domain::termos;
use shared::problem::Problem;
use site::assets::Assets;

use crate::get;

const PAGES: [&str; 14] = [
    "/static/404.html",
    "/static/login.html",
    "/static/senha.html",
    "/app",
    "/app/agenda",
    "/app/pacientes/7",
    "/console",
    "/console/clinicas/nova",
    "/agendar",
    "/convite",
    "/problemas",
    "/termos",
    "/seus-dados",
    "/sw.js",
];

fn is_a(kind: &str, path: &str) -> bool {
    path.rsplit('.').next() == Some(kind)
}

/// Where something is in a text that names a file of ours: `/static/…`, or a chunk beside the chunk that imports it.
fn references(text: &str) -> Vec<String> {
    let ends = |c: char| !c.is_ascii_alphanumeric() && !"._-/".contains(c);
    let after = |mark: &'static str| {
        text.split(mark)
            .skip(1)
            .filter_map(move |rest| rest.split(ends).next())
            .filter(|path| path.contains('.'))
    };
    let absolute = after("/static/").map(|path| format!("/static/{path}"));
    let chunks =
        ["\"./", "`./", "'./"].into_iter().flat_map(after).map(|path| format!("/static/assets/{path}"));
    let listed =
        ["\"assets/", "`assets/"].into_iter().flat_map(after).map(|path| format!("/static/assets/{path}"));
    absolute.chain(chunks).chain(listed).collect()
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
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) || path == "/static/assets/" {
            continue;
        }
        let answer = get(&path, &[]).await;
        assert_eq!(answer.status, 200, "{path}");
        let hashed = path.starts_with("/static/assets/");
        let lifetime = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(answer.header("cache-control"), lifetime, "{path}");
        assert!(!answer.header("etag").is_empty(), "{path}");
        open.extend(references(&answer.body));
    }
    let served = Assets::embedded().unwrap();
    let forgotten: Vec<_> = served
        .paths()
        .filter(|path| path.starts_with("assets/") && !seen.contains(&format!("/static/{path}")))
        .collect();
    assert!(forgotten.is_empty(), "no page uses {forgotten:?}");
    assert!(seen.len() > 20, "the walk found only {seen:?}");
}

#[tokio::test]
async fn every_page_is_asked_for_by_tls_for_a_year() {
    for path in PAGES.into_iter().chain(["/nada"]) {
        let said = get(path, &[]).await.header("strict-transport-security").to_owned();
        assert_eq!(said, "max-age=31536000; includeSubDomains", "{path}");
    }
}

#[tokio::test]
async fn content_types_are_the_browsers() {
    let served = Assets::embedded().unwrap();
    for path in served.paths() {
        let expected = match path.rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml; charset=utf-8",
            "webmanifest" => "application/manifest+json; charset=utf-8",
            "png" => "image/png",
            other => panic!("nobody chose a type for {other}"),
        };
        assert_eq!(get(&format!("/static/{path}"), &[]).await.header("content-type"), expected, "{path}");
    }
}

#[tokio::test]
async fn who_reads_brotli_gets_it_who_reads_only_gzip_that_and_nobody_else_either() {
    let plain = get("/app", &[]).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    for accepted in ["br", "gzip, deflate, br", "gzip, BR;q=0.5", "br;q=1.0, *"] {
        let answer = get("/app", &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), "br", "{accepted}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{accepted}");
        assert_ne!(answer.body, plain.body, "{accepted}");
        assert_eq!(answer.header("etag"), plain.header("etag"), "{accepted}");
    }
    for accepted in ["gzip", "br; q=0.0, gzip"] {
        let answer = get("/app", &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{accepted}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{accepted}");
    }
    for refused in ["", "br;q=0", "brotli", "gzip;q=0"] {
        let answer = get("/app", &[("accept-encoding", refused)]).await;
        assert_eq!((answer.header("content-encoding"), &answer.body), ("", &plain.body), "{refused}");
    }
    let terms = get("/termos", &[("accept-encoding", "br")]).await;
    assert_eq!(terms.header("content-encoding"), "", "what is written into it is not in its twin");
}

#[tokio::test]
async fn addresses_of_before_lead_to_those_of_now() {
    for (before, now) in [
        ("agenda.html", "/app/agenda"),
        ("whatsapp.html", "/app/whatsapp"),
        ("faturas.html", "/app/plano"),
        ("implantacao.html", "/console/clinicas/nova"),
    ] {
        let answer = get(&format!("/static/{before}"), &[]).await;
        assert_eq!((answer.status, answer.header("location")), (307, now));
    }
}

#[tokio::test]
async fn a_page_the_browser_has_already_is_not_sent_again() {
    let etag = get("/static/login.html", &[]).await.header("etag").to_owned();
    for known in
        [etag.clone(), format!("\"x\", {etag}"), etag.trim_start_matches("W/").to_owned(), "*".to_owned()]
    {
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
async fn no_path_leads_out_of_the_folder() {
    let outside = [
        "../Cargo.toml",
        "..%2fCargo.toml",
        "%2e%2e/Cargo.toml",
        "js/../../Cargo.toml",
        "/etc/passwd",
        "",
        "js",
    ];
    for rest in outside.into_iter().chain(["login.html/", "LOGIN.HTML", "assets\\app.js", "app.html.br"]) {
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
        "/seus-dados",
        "/convite",
        "/app/agenda",
        "/console",
        "/static/login.html",
        "/static/nao",
        "/api/saude/site",
        "/nada",
    ] {
        let answer = get(path, &html).await;
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types svelte-trusted-html horario-worker;",
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

/// What stands between `<tag>` and its end, as a policy names it.
fn named(page: &str, tag: &str) -> String {
    let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
    let parts = page.split(&start).skip(1).map(|rest| rest.split(&end).next().unwrap());
    let named: Vec<String> =
        parts.map(|part| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(part)))).collect();
    named.concat()
}

#[tokio::test]
async fn what_stands_in_a_page_is_allowed_by_its_hash_also_when_nothing_changed() {
    let html = [("accept", "text/html")];
    for path in ["/app/agenda", "/console", "/agendar", "/static/login.html", "/termos", "/static/nao"] {
        let page = get(path, &html).await;
        let (scripts, styles) = (named(&page.body, "script"), named(&page.body, "style"));
        assert_eq!(scripts.is_empty(), path != "/app/agenda", "{path}");
        assert!(!styles.is_empty(), "{path}");
        let policy = page.header("content-security-policy");
        for allowed in [format!("script-src 'self'{scripts};"), format!("style-src 'self'{styles};")] {
            assert!(policy.contains(&allowed), "{path}: {policy}");
        }
        if page.status == 200 {
            let again = get(path, &[("if-none-match", page.header("etag"))]).await;
            assert_eq!((again.status, again.header("content-security-policy")), (304, policy), "{path}");
        }
    }
}

#[tokio::test]
async fn only_the_booking_page_may_be_framed() {
    let answer = get("/agendar", &[]).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors *") && policy.contains("script-src 'self'"), "{policy}");
    // Under its file's name it may not.
    let own = get("/static/agendar.html", &[]).await;
    let others = own.header("content-security-policy").replace("frame-ancestors 'none'", "frame-ancestors *");
    // What patients sent is heard in the app; the booking page plays nothing.
    let others = others.replace(" media-src blob:;", "");
    assert_eq!(policy, others, "but for frames and sound the policies are one");
}

#[tokio::test]
async fn no_page_carries_what_the_policy_forbids() {
    let served = Assets::embedded().unwrap();
    for path in served.paths().filter(|path| is_a("html", path)) {
        let text = String::from_utf8(served.get(path).unwrap().body.to_vec()).unwrap();
        assert!(!text.contains("http://") && !text.contains("https://"), "{path} names another host");
        // Of a style the hash is told, and it has nothing but that.
        assert_eq!(text.matches("<style").count(), text.matches("<style>").count(), "{path}");
        for inline in [" style=", " onclick=", " onload=", " onsubmit=", "javascript:"] {
            assert!(!text.contains(inline), "{path} contains {inline}");
        }
        // The one that asks before the app's code is there.
        let inline = usize::from(path == "app.html");
        assert_eq!(text.matches("<script>").count(), inline, "{path}");
        let scripts = text.matches("<script").count();
        assert_eq!(scripts, text.matches("\"></script>").count() + inline, "{path} has an inline script");
        assert!(text.contains("<html lang=\"pt-BR\">") && text.contains("name=\"viewport\""), "{path}");
    }
    for path in served.paths().filter(|path| is_a("css", path)) {
        let text = String::from_utf8(served.get(path).unwrap().body.to_vec()).unwrap();
        assert!(!text.contains("http:") && !text.contains("https:"), "{path} names another host");
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
        page.body.contains(&format!("<meta name=\"termos\" content=\"{}\"", termos::VERSAO)),
        "{}",
        page.body
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
