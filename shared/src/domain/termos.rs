//! Which terms of use are accepted: the version of `docs/termos.md`.

/// The version that is shown and accepted now.
pub const VERSAO: &str = "2026-12";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_of_this_version() {
        let document = include_str!("../../../docs/termos.md");
        assert!(document.contains(&format!("**Versão {VERSAO}.**")));
    }
}
