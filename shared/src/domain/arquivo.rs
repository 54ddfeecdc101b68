//! Files somebody sent, as far as their bytes tell what they are: only what may be shown or handed over without harm is told at all.

use super::imagem;

/// Pixels, each way, of the largest picture: a small file may unfold to more than a browser holds.
const WIDEST: u32 = 12_000;

/// Every type a file may turn out to have.
pub const TIPOS: [&str; 7] =
    ["image/png", "image/jpeg", "image/webp", "application/pdf", "audio/ogg", "audio/mp4", "audio/mpeg"];

/// What a file is; its sender is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arquivo {
    /// The media type.
    pub tipo: &'static str,
    /// How its name ends.
    pub final_do_nome: &'static str,
    /// Shown in a page; everything else is only handed over.
    pub mostra: bool,
}

/// A picture, a recording or a PDF; nothing else. A page, a program or a document that may hold one is opened on the phone it was sent to.
pub fn read(bytes: &[u8]) -> Option<Arquivo> {
    let shown = |tipo, final_do_nome| Arquivo { tipo, final_do_nome, mostra: true };
    if let Some(found) = imagem::read(bytes) {
        let final_do_nome = match found.tipo {
            "image/png" => "png",
            "image/webp" => "webp",
            _ => "jpg",
        };
        return (found.largura.max(found.altura) <= WIDEST).then(|| shown(found.tipo, final_do_nome));
    }
    if bytes.starts_with(b"%PDF-") {
        return Some(Arquivo { tipo: "application/pdf", final_do_nome: "pdf", mostra: false });
    }
    if bytes.starts_with(b"OggS") {
        return Some(shown("audio/ogg", "ogg"));
    }
    if bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..12), Some(b"M4A " | b"M4B ")) {
        return Some(shown("audio/mp4", "m4a"));
    }
    let mp3 = bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0xe6 == 0xe2);
    mp3.then(|| shown("audio/mpeg", "mp3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_a_file_is() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03";
        let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0";
        for (bytes, tipo) in [
            (&png[..], Some("image/png")),
            (b"%PDF-1.7\n", Some("application/pdf")),
            (b"OggS\0\x02", Some("audio/ogg")),
            (b"\0\0\0\x1cftypM4A \0\0", Some("audio/mp4")),
            (b"ID3\x04", Some("audio/mpeg")),
            (b"\xff\xfb\x90", Some("audio/mpeg")),
            (bomb, None),
            (b"<!doctype html><script>", None),
            (b"<svg xmlns=", None),
            (b"PK\x03\x04", None),
            (b"MZ\x90", None),
            (b"\0\0\0\x1cftypisom", None),
            (b"", None),
        ] {
            assert_eq!(read(bytes).map(|found| found.tipo), tipo, "{bytes:?}");
            assert!(tipo.is_none_or(|tipo| TIPOS.contains(&tipo)));
        }
    }
}
