//! What a Host header says, and which labels a clinic may have.

/// The platform's own addresses; the check of `clientes.subdomain` has the same.
const RESERVED: [&str; 6] = ["www", "admin", "api", "static", "app", "mail"];

/// What a Host header says before anyone is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostName {
    /// A clinic that may exist, by its label.
    Clinic(String),
    /// The operators' console.
    Admin,
}

/// Reads a raw Host: lower-cased, port and one trailing dot stripped, exactly one label before a base domain.
pub fn parse_host(raw: &str, base_domains: &[String]) -> Option<HostName> {
    let host = raw.to_ascii_lowercase();
    let host = match host.split_once(':') {
        Some((name, port)) if !port.is_empty() && port.parse::<u16>().is_ok() => name.to_owned(),
        Some(_) => return None,
        None => host,
    };
    let host = host.strip_suffix('.').unwrap_or(&host);
    let label = base_domains.iter().find_map(|base| host.strip_suffix(base.as_str())?.strip_suffix('.'))?;
    if label == "admin" {
        return Some(HostName::Admin);
    }
    (is_label(label) && !RESERVED.contains(&label)).then(|| HostName::Clinic(label.to_owned()))
}

/// The address of a new clinic, if it may have it: one label, in lower case, that is none of the platform's own.
pub fn parse_subdomain(text: &str) -> Result<String, SubdomainError> {
    let label = text.trim().to_lowercase();
    if !is_label(&label) || label.starts_with("xn--") {
        return Err(SubdomainError::Malformed);
    }
    if RESERVED.contains(&label.as_str()) {
        return Err(SubdomainError::Reserved);
    }
    Ok(label)
}

/// Why a text is no address of a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubdomainError {
    /// Not one label of a host name.
    #[error("not a label")]
    Malformed,
    /// One of the platform's own.
    #[error("reserved")]
    Reserved,
}

impl SubdomainError {
    /// What is expected, in Portuguese.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => {
                "Use letras minúsculas sem acento, números e hífen no meio, até 63 caracteres."
            }
            Self::Reserved => "Este endereço é reservado para a plataforma. Escolha outro.",
        }
    }
}

fn is_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Option<HostName> {
        parse_host(raw, &["horariointeligente.com.br".to_owned(), "localhost".to_owned()])
    }

    #[test]
    fn one_label_below_a_base_domain_names_a_clinic() {
        let clinic = Some(HostName::Clinic("drmarco".to_owned()));
        for raw in [
            "drmarco.horariointeligente.com.br",
            "DrMarco.HorarioInteligente.com.br",
            "drmarco.localhost:8000",
            "drmarco.localhost.",
            "drmarco.localhost.:8000",
        ] {
            assert_eq!(parse(raw), clinic, "{raw}");
        }
        assert_eq!(parse("admin.localhost:8000"), Some(HostName::Admin));
    }

    #[test]
    fn a_clinics_address_is_one_label_that_is_not_the_platforms() {
        assert_eq!(parse_subdomain(" Clinica-Sul2 ").as_deref(), Ok("clinica-sul2"));
        for text in ["", "-a", "a-", "a.b", "a b", "clínica", "xn--clnica-9za", &"a".repeat(64)] {
            assert_eq!(parse_subdomain(text), Err(SubdomainError::Malformed), "{text}");
        }
        for text in RESERVED {
            assert_eq!(parse_subdomain(text), Err(SubdomainError::Reserved), "{text}");
        }
    }

    #[test]
    fn the_database_reserves_the_same_addresses() {
        let migration = include_str!("../../../migrations/0003_clientes_multi_tenant.sql");
        let list = RESERVED.map(|name| format!("'{name}'")).join(", ");
        assert!(migration.contains(&format!("subdomain not in ({list})")), "{list}");
    }

    #[test]
    fn anything_else_names_nobody() {
        for raw in [
            "",
            ".",
            "localhost",
            "horariointeligente.com.br",
            "a.b.localhost",
            "www.localhost",
            "api.localhost",
            "drmarco.evil.com",
            "drmarcolocalhost",
            "dr marco.localhost",
            "drmarco.localhost:99999",
            "drmarco.localhost:",
            "drmarco.localhost:80:80",
            "[::1]",
            "-a.localhost",
            "drmárco.localhost",
            "drmarco..localhost",
            "drmarco.localhost..",
            "drmarco@x.localhost",
            "127.0.0.1:8000",
        ] {
            assert_eq!(parse(raw), None, "{raw}");
        }
    }
}
