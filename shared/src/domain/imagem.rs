//! Pictures, as far as their first bytes tell: which kind, how wide and how high. What a sender says of them is not asked.

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imagem {
    /// The media type.
    pub tipo: &'static str,
    /// Pixels.
    pub largura: u32,
    /// Pixels.
    pub altura: u32,
}

/// A PNG, a JPEG or a WebP; nothing else, SVG least of all: that one is a program.
pub fn read(bytes: &[u8]) -> Option<Imagem> {
    let (tipo, (largura, altura)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", png(bytes)?)
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        ("image/jpeg", jpeg(bytes)?)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ("image/webp", webp(bytes)?)
    } else {
        return None;
    };
    (largura > 0 && altura > 0).then_some(Imagem { tipo, largura, altura })
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().fold(0, |value, byte| (value << 8) | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte)))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// Walks from marker to marker until one begins a frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        match (*bytes.get(at)?, marker) {
            // Between markers any number of these.
            (0xff, 0xff) => at += 1,
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            // The picture itself, or its end, before any frame.
            (0xff, 0xd9 | 0xda) => return None,
            (0xff, _) => at += 2 + usize::try_from(big(bytes, at + 2, 2)?.max(2)).ok()?,
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == [0x9d, 0x01, 0x2a] => {
            Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff))
        }
        b"VP8L" if bytes.get(20) == Some(&0x2f) => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
        read(bytes).map(|imagem| (imagem.tipo, imagem.largura, imagem.altura))
    }

    #[test]
    fn the_first_bytes_tell_kind_and_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x40\x08\x06";
        assert_eq!(size(png), Some(("image/png", 256, 64)));
        let jpeg = [
            &[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 17, 8][..],
            &[0x01, 0x2c, 0x02, 0x58, 3, 0, 0],
        ]
        .concat();
        assert_eq!(size(&jpeg), Some(("image/jpeg", 600, 300)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\0\0\x9d\x01\x2a\x64\x00\x32\x00";
        assert_eq!(size(lossy), Some(("image/webp", 100, 50)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x63\x40\x0c\x00";
        assert_eq!(size(lossless), Some(("image/webp", 100, 50)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x63\0\0\x31\0\0";
        assert_eq!(size(extended), Some(("image/webp", 100, 50)));
    }

    #[test]
    fn what_is_cut_or_something_else_is_no_picture() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x40";
        for length in 0..png.len() {
            assert_eq!(read(&png[..length]), None, "{length}");
        }
        for other in [
            &b"<svg xmlns='x'/>"[..],
            b"GIF89a\x01\0\x01\0",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8\xff\xe0\xff\xff",
            b"RIFF\0\0\0\0WEBP",
        ] {
            assert_eq!(read(other), None);
        }
        // Nothing wide.
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x40"), None);
    }
}
