//! The certificate Evolution shows, and the small authority it is of: made, and proved as rustls proves it.
//!
//! No authority of AWS's stands behind it (the least of them costs more than everything else here), and none of the web's would sign a private name. So
//! there is one for this name and no other, which its own certificate says.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};
use serde::{Deserialize, Serialize};
use shared::secrecy::{ExposeSecret, SecretString};

/// Who the authority says it is; its certificates say so too.
const AUTHORITY: &str = "Horario Inteligente: Evolution";

/// How long an authority is one.
fn of_an_authority() -> Span {
    10.years()
}

/// How long a certificate is good: six renewals, so that who forgets to begin Evolution anew after one of them has years to remember it.
fn of_a_certificate() -> Span {
    3.years()
}

/// Why there is no certificate; carries no key.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not made.
    #[error("no certificate could be made: {0}")]
    Making(#[from] rcgen::Error),
    /// Not believed.
    #[error("the certificate would not be believed: {0}")]
    Disbelieved(#[from] rustls::Error),
    /// Something else than was written.
    #[error("it holds no certificate")]
    Unreadable,
    /// A day the calendar does not have.
    #[error("no such day: {0}")]
    Day(#[from] jiff::Error),
}

/// All that is kept, in PEM; the names are those the task definition of Evolution asks for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Proof {
    /// The authority's certificate.
    authority: String,
    authority_key: String,
    /// The day the authority ends. Of whom it trusts rustls does not ask that.
    authority_until: Date,
    /// The certificate of the authority before, which Evolution may still show one of.
    #[serde(default)]
    authority_before: String,
    /// What Evolution shows.
    chain: String,
    key: String,
}

impl Proof {
    /// What a secret's text says; nothing when it is what the template made, or anything else.
    pub(crate) fn read(kept: &SecretString) -> Option<Self> {
        serde_json::from_str(kept.expose_secret()).ok()
    }

    /// The secret's text.
    pub(crate) fn written(&self) -> Result<SecretString, CertificateError> {
        let text = serde_json::to_string(self).map_err(|_| CertificateError::Unreadable)?;
        Ok(SecretString::from(text))
    }

    /// Who has to be believed: the authority and, as long as something of its may be shown, the one before.
    pub(crate) fn authorities(&self) -> String {
        format!("{}{}", self.authority, self.authority_before)
    }

    /// The next certificate, of the same authority where that outlives it and may vouch for the name; else of another.
    pub(crate) fn renewed(kept: Option<Self>, name: &str, now: Timestamp) -> Result<Self, CertificateError> {
        let until = day(now).checked_add(of_a_certificate())?;
        let before = match kept {
            Some(kept) if kept.authority_until >= until => {
                let next = kept.issued(name, now);
                if next.as_ref().is_ok_and(|next| next.holds(name, now).is_ok()) {
                    return next;
                }
                kept.authority
            }
            Some(kept) => kept.authority,
            None => String::new(),
        };
        let key = KeyPair::generate()?;
        let authority_until = day(now).checked_add(of_an_authority())?;
        let mut params = of_the_authority(name);
        lasts(&mut params, now, authority_until)?;
        let authority = params.self_signed(&key)?.pem();
        let new = Self {
            authority,
            authority_key: key.serialize_pem(),
            authority_until,
            authority_before: before,
            chain: String::new(),
            key: String::new(),
        };
        new.issued(name, now)
    }

    /// With a new certificate and key.
    fn issued(&self, name: &str, now: Timestamp) -> Result<Self, CertificateError> {
        // Of the authority's certificate an issuer only repeats who it is and which key it has.
        let issuer = Issuer::new(of_the_authority(name), KeyPair::from_pem(&self.authority_key)?);
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        lasts(&mut params, now, day(now).checked_add(of_a_certificate())?)?;
        let chain = params.signed_by(&key, &issuer)?.pem();
        Ok(Self { chain, key: key.serialize_pem(), ..self.clone() })
    }

    /// Whether who believes the authority and nobody else would believe the certificate of that name at that time, and whether the key is its own.
    pub(crate) fn holds(&self, name: &str, at: Timestamp) -> Result<(), CertificateError> {
        let unreadable = |_| CertificateError::Unreadable;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).map_err(unreadable)?)?;
        let shown = CertificateDer::from_pem_slice(self.chain.as_bytes()).map_err(unreadable)?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(unreadable)?;
        let named = ServerName::try_from(name).map_err(|_| CertificateError::Unreadable)?;
        let seconds = u64::try_from(at.as_second()).map_err(|_| CertificateError::Unreadable)?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let provider = Arc::new(default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        verifier.verify_server_cert(&shown, &[], &named, &[], at)?;
        // Refused when the key is another's.
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![shown], key)?;
        Ok(())
    }
}

/// The authority's certificate, but for when it is one: it may sign for this name, and may make no other authority.
fn of_the_authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, AUTHORITY);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
        // What is permitted of names says nothing of addresses.
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    params
}

/// Good from the day before, for clocks differ.
fn lasts(params: &mut CertificateParams, now: Timestamp, until: Date) -> Result<(), CertificateError> {
    let written =
        |day: Date| date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs());
    params.not_before = written(day(now).yesterday()?);
    params.not_after = written(until);
    Ok(())
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
