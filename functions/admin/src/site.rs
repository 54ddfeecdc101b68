//! Where the platform's pages are, as the browser that asks reaches them: links lead to the same domain and port.

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use shared::problem::Problem;
use shared::secrecy::{ExposeSecret, SecretString};

/// The domain below which each clinic is one label, with its port.
#[derive(Debug, Clone)]
pub(crate) struct Site(String);

impl Site {
    /// A clinic's link with a secret. The secret is in the fragment, which no server and no log sees.
    pub(crate) fn clinic(&self, subdomain: &str, secret: &SecretString) -> String {
        let scheme = if self.is_local() { "http" } else { "https" };
        format!("{scheme}://{subdomain}.{}/convite#{}", self.0, secret.expose_secret())
    }

    /// The operators' own.
    pub(crate) fn own(&self, secret: &SecretString) -> String {
        self.clinic("admin", secret)
    }

    fn is_local(&self) -> bool {
        self.0.split(':').next() == Some("localhost")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Site {
    type Rejection = Problem;

    /// The gate has found the operators' address in this header.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_ascii_lowercase);
        let domain = host.as_deref().and_then(|host| host.strip_prefix("admin.")).map(str::to_owned);
        domain.map(Self).ok_or(Problem::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_domain_that_was_asked_and_keep_their_secret_in_the_fragment() {
        let secret = SecretString::from("s3cr3t");
        let link = |domain: &str| Site(domain.to_owned()).clinic("sol", &secret);
        assert_eq!(link("horariointeligente.com.br"), "https://sol.horariointeligente.com.br/convite#s3cr3t");
        assert_eq!(link("localhost:8000"), "http://sol.localhost:8000/convite#s3cr3t");
        assert!(Site("localhost".to_owned()).own(&secret).starts_with("http://admin.localhost/convite#"));
    }
}
