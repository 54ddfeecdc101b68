//! Where a request comes from, as limits count it.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::FromRequestParts;
use http::Extensions;
use http::header::HOST;
use http::request::Parts;
use lambda_http::request::RequestContext;
use secrecy::{ExposeSecret, SecretString};

use crate::problem::Problem;

/// Of an IPv6 address, what names the network: a household is given at least this much, and each of its machines all that follows.
const NETWORK: u128 = !0 << 64;

/// The network a request comes from: the gateway's word, never a header of the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// The source of an address; what is no address is one source together with all else that is none.
    pub fn of(address: &str) -> Self {
        let network = match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => address.to_string(),
            Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).to_string(),
            Err(_) => "desconhecida".to_owned(),
        };
        Self(network)
    }

    /// The source of a request with these extensions.
    pub(super) fn of_request(extensions: &Extensions) -> Self {
        let address = match extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        Self::of(address.unwrap_or_default())
    }

    /// The name limits count it by.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Source {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of_request(&parts.extensions))
    }
}

/// The address a request comes from, whole, for the trail of who did what from where: the gateway's word too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl Address {
    /// The address of a request with these extensions.
    pub(super) fn of(extensions: &Extensions) -> Option<IpAddr> {
        match extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref()?.parse().ok(),
            _ => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(Self::of(&parts.extensions)))
    }
}

/// Where the pages of the address that was asked are; the gate has found whose address it is.
#[derive(Debug, Clone)]
pub struct Pages(String);

impl Pages {
    fn of(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let name = host.split(':').next().unwrap_or_default().trim_end_matches('.');
        if name.ends_with(".localhost") {
            Self(format!("http://{host}"))
        } else {
            Self(format!("https://{name}"))
        }
    }

    /// The link to a page that carries a secret; in the fragment, which no server and no log sees.
    pub fn link(&self, path: &str, secret: &SecretString) -> String {
        format!("{}{path}#{}", self.0, secret.expose_secret())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Pages {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        host.map(Self::of).ok_or(Problem::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_address_that_was_asked_and_to_no_other_port_of_it() {
        let link = |host: &str| Pages::of(host).link("/x", &SecretString::from("s"));
        assert_eq!(link("Sol.exemplo.com.br:8443"), "https://sol.exemplo.com.br/x#s");
        assert_eq!(link("sol.exemplo.com.br."), "https://sol.exemplo.com.br/x#s");
        assert_eq!(link("sol.localhost:8000"), "http://sol.localhost:8000/x#s");
    }

    #[test]
    fn a_network_is_one_source_and_an_address_of_the_old_kind_another() {
        for (address, source) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("", "desconhecida"),
            ("203.0.113.7, 10.0.0.1", "desconhecida"),
        ] {
            assert_eq!(Source::of(address).as_str(), source, "{address}");
        }
    }
}
