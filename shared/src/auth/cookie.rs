//! The session of a browser: its two tokens in cookies no script can read.
//!
//! `__Host-` makes the browser refuse the cookie unless it is `Secure`, for the whole host and set by that very host, so no clinic's address
//! can plant one for another's. A browser adds cookies by itself, also to what a stranger's page asks for; therefore [`is_own`].

use std::time::Duration;

use http::header::{COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Holds the access token.
pub const ACCESS: &str = "__Host-sessao";
/// Holds the refresh token.
pub const REFRESH: &str = "__Host-renovacao";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// What sets the cookie for so long; `None` when the value is no token's text.
pub fn set(name: &str, token: &str, ttl: Duration) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={token}; Max-Age={}; {ATTRIBUTES}", ttl.as_secs())).ok()
}

/// What takes the cookie away.
pub fn clear(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}=; Max-Age=0; {ATTRIBUTES}")).ok()
}

/// The cookie's value, if the request carries it exactly once.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == name)
        .map(|(_, value)| value);
    let value = found.next().filter(|value| !value.is_empty())?;
    found.next().is_none().then_some(value)
}

/// Whether a page of the host it is sent to asked for this. What changes something must say so by `Origin` or `Sec-Fetch-Site`, which
/// no page can forge; reading is refused only when the browser says that a stranger's page asked.
pub fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        if values.next().is_some() { Some("") } else { value }
    };
    let site = text(&SEC_FETCH_SITE);
    if let Some(site) = site
        && !["same-origin", "none"].contains(&site)
    {
        return false;
    }
    match text(&ORIGIN) {
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(&HOST)
        }
        None => method.is_safe() || site == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        list.iter().map(pair).collect()
    }

    #[test]
    fn a_cookie_is_read_when_it_is_there_once() {
        let of = |cookie| read(&headers(&[("cookie", cookie)]), ACCESS).map(str::to_owned);
        assert_eq!(of("a=1; __Host-sessao=x.y; b=2").as_deref(), Some("x.y"));
        for none in
            ["", "a=1", "__Host-sessao=", "__Host-sessao=1; __Host-sessao=2", "x__Host-sessao=1", "sessao=1"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn a_strangers_page_is_told_apart() {
        let own = |method: Method, list: &[(&str, &str)]| {
            let mut headers = headers(list);
            headers.insert(HOST, HeaderValue::from_static("a.test:8000"));
            is_own(&method, &headers)
        };
        assert!(own(Method::POST, &[("origin", "https://a.test:8000")]));
        assert!(own(Method::POST, &[("sec-fetch-site", "same-origin")]));
        assert!(own(Method::GET, &[]));
        assert!(own(Method::GET, &[("sec-fetch-site", "none")]), "typed into the address bar");
        for stranger in [
            &[("origin", "https://b.test:8000")] as &[_],
            &[("origin", "https://a.test")],
            &[("origin", "null")],
            &[("origin", "https://a.test:8000"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
        ] {
            assert!(!own(Method::POST, stranger), "{stranger:?}");
            assert!(!own(Method::GET, stranger), "{stranger:?}");
        }
        assert!(!own(Method::POST, &[]), "a change must say where it comes from");
        assert!(!own(Method::DELETE, &[("sec-fetch-site", "none")]));
    }

    #[test]
    fn what_is_set_is_for_this_host_only_and_no_script() {
        let set = set(ACCESS, "x.y", Duration::from_hours(1)).unwrap();
        assert_eq!(set, "__Host-sessao=x.y; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert!(super::set(ACCESS, "x\ny", Duration::ZERO).is_none());
    }
}
