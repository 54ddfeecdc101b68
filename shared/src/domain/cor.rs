//! Colours: whether letters can be read (WCAG 2.2).
//!
//! A clinic's colour is under white letters and is letters on white; so it must stand out from white by 4.5:1. Against black every colour
//! that fails this would pass, so asking for either would refuse nothing.

/// The least contrast of letters of usual size.
const LEAST: f64 = 4.5;

/// Red, green and blue of `#rrggbb`.
fn channels(cor: &str) -> Option<[u8; 3]> {
    let digits = cor.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

/// How light a colour is, 0 to 1.
fn luminance(channels: [u8; 3]) -> f64 {
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = channels.map(linear);
    0.2126f64.mul_add(red, 0.7152f64.mul_add(green, 0.0722 * blue))
}

fn contrast_with_white(channels: [u8; 3]) -> f64 {
    1.05 / (luminance(channels) + 0.05)
}

/// Whether white letters can be read on `#rrggbb`, and it on white.
pub fn is_readable(cor: &str) -> bool {
    channels(cor).is_some_and(|channels| contrast_with_white(channels) >= LEAST)
}

/// The same colour, as dark as it has to be.
pub fn darkened(cor: &str) -> String {
    let mut channels = channels(cor).unwrap_or_default();
    while contrast_with_white(channels) < LEAST {
        channels = channels.map(|channel| u8::try_from(u16::from(channel) * 24 / 25).unwrap_or(0));
    }
    let [red, green, blue] = channels;
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_white_can_be_read_on_is_taken_and_the_rest_darkened_until_it_is() {
        for cor in ["#000000", "#1a73e8", "#767676", "#0f766e", "#b3261e"] {
            assert!(is_readable(cor), "{cor}");
        }
        for cor in ["#ffffff", "#777777", "#ffd400", "#00ff00", "#ff8a00", "azul", "#12"] {
            assert!(!is_readable(cor), "{cor}");
            assert!(is_readable(&darkened(cor)), "{cor} {}", darkened(cor));
        }
        assert_eq!(darkened("#1a73e8"), "#1a73e8");
        // Still yellow.
        let [red, green, blue] = channels(&darkened("#ffd400")).unwrap();
        assert!(red > green && green > blue && blue == 0);
    }
}
