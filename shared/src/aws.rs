//! How AWS is reached: as the environment says, by every client alike.
//!
//! A function trusts Amazon's own roots and no others. Everything it asks of AWS is signed by them
//! (<https://www.amazontrust.com/repository/>), and reading the machine's hundred and forty, once for each client and once more for its
//! connections, was a third of a cold start. `hi` and the tests run where somebody else may stand between, and trust what the machine trusts.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};

use crate::telemetry;

/// Amazon Root CA 1 to 4 and, for what is older, Starfield Services Root CA G2. The first to end does in 2037.
const ROOTS: &str = include_str!("aws/raizes.pem");

/// What a client is made of.
pub(crate) async fn config() -> SdkConfig {
    let loader = aws_config::from_env();
    match trusting_amazon().filter(|_| telemetry::is_function()) {
        Some(tls) => loader.http_client(Builder::new().build_with_connector_fn(move |settings, parts| {
            let mut connector = ConnectorBuilder::default()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(tls.clone());
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(parts.and_then(RuntimeComponents::sleep_impl));
            connector.set_proxy_config(Some(ProxyConfig::from_env()));
            connector.build()
        })),
        None => loader,
    }
    .load()
    .await
}

fn trusting_amazon() -> Option<TlsContext> {
    TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(ROOTS)).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_is_read() {
        assert_eq!(ROOTS.matches("-----BEGIN CERTIFICATE-----\n").count(), 5);
        let tls = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        // It panics at a root it can't read.
        let _ = tls.tls_context(trusting_amazon().unwrap()).build();
    }
}
