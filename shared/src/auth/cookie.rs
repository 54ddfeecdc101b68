//! A browser's session: two cookies no script reads, of one address only, that leave with no request of another site. Programs send a bearer
//! instead and never see them.
//!
//! `__Host-` makes the browser refuse one without `Secure`, with a `Domain` or another path, so no other clinic's page, a label away, can set or get
//! it. Browsers take `http://x.localhost` for as safe as HTTPS, so a laptop has the same names. What a cookie carries the browser sends by itself; so whatever
//! changes something must also come from a page of the same address ([`ensure_own_page`]).

use std::time::Duration;

use http::header::{COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};

use crate::problem::Problem;

/// Of the access token.
pub const ACCESS: &str = "__Host-sessao";
/// Of the refresh token.
pub const REFRESH: &str = "__Host-renovacao";
const RULES: &str = "HttpOnly; Secure; SameSite=Strict; Path=/";

/// A cookie of the request, if it is there exactly once and has a value.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}

/// A cookie to be kept for as long as its token lives.
///
/// # Errors
/// [`Problem::Internal`] for a value no header can hold, which no token is.
pub fn set(name: &str, token: &str, life: Duration) -> Result<HeaderValue, Problem> {
    let text = format!("{name}={token}; Max-Age={}; {RULES}", life.as_secs());
    HeaderValue::from_str(&text).map_err(|_| Problem::Internal)
}

/// The end of both cookies.
///
/// # Errors
/// As [`set`].
pub fn clear() -> Result<[HeaderValue; 2], Problem> {
    Ok([set(ACCESS, "", Duration::ZERO)?, set(REFRESH, "", Duration::ZERO)?])
}

/// Refuses what a page of another address asks with somebody's cookie. Reading may come from the address line too.
///
/// # Errors
/// [`Problem::OriginRefused`].
pub fn ensure_own_page(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let site = text(http::HeaderName::from_static("sec-fetch-site"));
    let own = if matches!(*method, Method::GET | Method::HEAD) {
        site.is_none_or(|site| matches!(site, "same-origin" | "none"))
    } else {
        // Where both are told, both must be right.
        let of_origin = text(ORIGIN).map(|origin| text(HOST).is_some_and(|host| is_of(origin, host)));
        let of_site = site.map(|site| site == "same-origin");
        of_origin.is_some() | of_site.is_some() && of_origin.unwrap_or(true) && of_site.unwrap_or(true)
    };
    if own { Ok(()) } else { Err(Problem::OriginRefused) }
}

/// Whether an origin is a page of this host: the same name and port, by HTTPS; a laptop has HTTP.
fn is_of(origin: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let (scheme, name) = match origin.split_once("://") {
        Some((scheme @ ("http" | "https"), name)) => (scheme, name.to_ascii_lowercase()),
        _ => return false,
    };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let plain = |name: &str| name.strip_suffix(port).unwrap_or(name).to_owned();
    let local = host.split(':').next().is_some_and(|name| name.ends_with(".localhost"));
    plain(&name) == plain(&host) && (scheme == "https" || local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        ensure_own_page(method, &headers.collect()).is_ok()
    }

    #[test]
    fn writing_takes_a_page_of_the_same_address() {
        let host = ("host", "sol.exemplo.com.br");
        for (rest, expected) in [
            (vec![], false),
            (vec![("origin", "https://sol.exemplo.com.br")], true),
            (vec![("origin", "https://SOL.exemplo.com.br:443")], true),
            (vec![("origin", "http://sol.exemplo.com.br")], false),
            (vec![("origin", "https://lua.exemplo.com.br")], false),
            (vec![("origin", "https://sol.exemplo.com.br.mau.com")], false),
            (vec![("origin", "https://sol.exemplo.com.br:8443")], false),
            (vec![("origin", "null")], false),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("sec-fetch-site", "same-site"), ("origin", "https://sol.exemplo.com.br")], false),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "https://lua.exemplo.com.br")], false),
        ] {
            let headers = [vec![host], rest.clone()].concat();
            assert_eq!(asked(&Method::POST, &headers), expected, "{rest:?}");
            assert_eq!(asked(&Method::DELETE, &headers), expected, "{rest:?}");
        }
        let laptop = [("host", "sol.localhost:8000"), ("origin", "http://sol.localhost:8000")];
        assert!(asked(&Method::PATCH, &laptop));
        assert!(!asked(&Method::PATCH, &[laptop[0], ("origin", "http://sol.localhost:8080")]));
    }

    #[test]
    fn reading_takes_no_page_of_another_address() {
        for (site, expected) in
            [("same-origin", true), ("none", true), ("cross-site", false), ("same-site", false)]
        {
            assert_eq!(asked(&Method::GET, &[("host", "sol.localhost"), ("sec-fetch-site", site)]), expected);
        }
        assert!(asked(&Method::GET, &[("host", "sol.localhost")]));
    }

    #[test]
    fn a_cookie_is_read_once_or_not_at_all() {
        let of = |lines: &[&str]| {
            let lines = lines.iter().map(|line| (COOKIE, HeaderValue::from_str(line).unwrap()));
            read(&lines.collect(), ACCESS).map(str::to_owned)
        };
        assert_eq!(of(&["a=b; __Host-sessao=x.y.z"]).as_deref(), Some("x.y.z"));
        assert_eq!(of(&["a=b", "__Host-sessao=x"]).as_deref(), Some("x"));
        assert_eq!(of(&["__Host-sessao=x; __Host-sessao=y"]), None);
        assert_eq!(of(&["__Host-sessao="]), None);
        assert_eq!(of(&["x__Host-sessao=1; sessao=2"]), None);
    }
}
