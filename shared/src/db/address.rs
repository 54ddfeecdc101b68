//! Where Postgres is, and how sure a connection has to be that it is there: what a URL says, and of RDS in sa-east-1 always that its certificate is
//! RDS's and of that host. A URL asks for TLS, but has no place for the roots, and a function no file.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// How the names of its servers end.
const RDS: &str = ".sa-east-1.rds.amazonaws.com";
/// Who vouches for them.
const RDS_ROOTS: &[u8] = include_bytes!("rds-sa-east-1.pem");

/// How to connect to `url`.
///
/// # Errors
/// When it is no URL of Postgres.
pub(crate) fn options(url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options = PgConnectOptions::from_str(url.expose_secret())?;
    Ok(match roots_of(&options) {
        Some(roots) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert_from_pem(roots.to_vec()),
        None => options,
    })
}

/// Who has to vouch for the server at `url`, in PEM; none where it is as the URL says.
///
/// # Errors
/// When it is no URL of Postgres.
pub(super) fn roots(url: &SecretString) -> Result<Option<&'static [u8]>, sqlx::Error> {
    PgConnectOptions::from_str(url.expose_secret()).map(|options| roots_of(&options))
}

fn roots_of(options: &PgConnectOptions) -> Option<&'static [u8]> {
    options.get_host().to_ascii_lowercase().ends_with(RDS).then_some(RDS_ROOTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(url: &str) -> PgSslMode {
        options(&SecretString::from(url)).unwrap().get_ssl_mode()
    }

    #[test]
    fn a_server_of_rds_has_to_prove_itself_whatever_its_url_says() {
        let host = "horario.cabc123.sa-east-1.rds.amazonaws.com";
        for query in ["", "?sslmode=require", "?sslmode=disable"] {
            for host in [host, &host.to_uppercase()] {
                let mode = mode_of(&format!("postgres://hi_app@{host}:5432/agendamento_saas{query}"));
                assert!(matches!(mode, PgSslMode::VerifyFull), "{host}{query}");
            }
        }
        for host in ["127.0.0.1", "banco.interno", "sa-east-1.rds.amazonaws.com.exemplo.com"] {
            let mode = mode_of(&format!("postgres://hi_app@{host}/agendamento_saas?sslmode=require"));
            assert!(matches!(mode, PgSslMode::Require), "{host}");
        }
    }

    #[test]
    fn the_roots_are_certificates() {
        assert_eq!(reqwest::Certificate::from_pem_bundle(RDS_ROOTS).unwrap().len(), 3);
    }
}
