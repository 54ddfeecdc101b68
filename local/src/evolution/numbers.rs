//! Phones as WhatsApp and Evolution write them.

/// Evolution's `createJid`: a 13-digit Brazilian number keeps the digit after its area code when that code is below 31 or the eight
/// digits behind it start below 7, else loses it, whatever digit it is; no number gains one.
pub(crate) fn create_jid(number: &str) -> String {
    if number.contains('@') {
        return number.to_owned();
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let brazilian = digits.len() == 13 && digits.starts_with("55");
    let area: u8 = digits.get(2..4).and_then(|text| text.parse().ok()).unwrap_or_default();
    let first = digits.as_bytes().get(5).copied().unwrap_or_default();
    let kept = !brazilian || area < 31 || first < b'7';
    let digits = if kept {
        digits
    } else {
        format!("{}{}", digits.get(..4).unwrap_or_default(), digits.get(5..).unwrap_or_default())
    };
    format!("{digits}@s.whatsapp.net")
}

/// The digits under which WhatsApp knows a person: without the ninth digit from area code 31 on.
pub(crate) fn whatsapp_id(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let area: u8 = digits.get(2..4).and_then(|text| text.parse().ok()).unwrap_or_default();
    if digits.len() == 13 && digits.starts_with("559") && area < 31 {
        return digits;
    }
    match (digits.len(), digits.starts_with("55"), area >= 31, digits.get(4..5)) {
        (13, true, true, Some("9")) => {
            format!("{}{}", digits.get(..4).unwrap_or_default(), digits.get(5..).unwrap_or_default())
        }
        _ => digits,
    }
}

/// Compares two spellings of one person: country, area code, last eight digits.
pub(crate) fn same_person(a: &str, b: &str) -> bool {
    let key = |number: &str| {
        let digits: String =
            number.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        let head = digits.get(..4).unwrap_or_default().to_owned();
        let tail = digits.get(digits.len().saturating_sub(8)..).unwrap_or_default().to_owned();
        (head, tail)
    };
    key(a) == key(b)
}

/// A LID that always belongs to the same person, however the number is spelt.
pub(crate) fn lid_of(number: &str) -> String {
    let sum = whatsapp_id(number)
        .bytes()
        .fold(184_467_440_737_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{:015}@lid", sum % 1_000_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninth_digit_is_kept_or_lost_as_evolution_does() {
        for (number, expected) in [
            ("5511999998888", "5511999998888"),
            ("5531987654321", "553187654321"),
            ("5585988887777", "558588887777"),
            ("5531699998888", "553199998888"),
            ("5531999998888", "553199998888"),
            ("551199998888", "551199998888"),
            ("551133334444", "551133334444"),
            ("+55 (11) 99999-8888", "5511999998888"),
        ] {
            assert_eq!(create_jid(number), format!("{expected}@s.whatsapp.net"), "{number}");
        }
        assert_eq!(create_jid("123@lid"), "123@lid");
    }

    #[test]
    fn both_spellings_are_one_person() {
        assert_eq!(lid_of("5534988887777"), lid_of("553488887777"));
        assert!(same_person("5534988887777", "553488887777@s.whatsapp.net"));
        assert!(!same_person("5534988887777", "5511988887777"));
        assert_eq!(whatsapp_id("5534988887777"), "553488887777");
        assert_eq!(whatsapp_id("5511988887777"), "5511988887777");
    }
}
