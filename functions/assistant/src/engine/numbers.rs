//! Numbers that may name a person, whatever is written between their digits and in whichever digits; and the dates, times and prices that do not, without
//! which a model understands nothing.

/// Digits from which on a number may be a phone or a document.
const PERSONAL: usize = 8;
/// Characters that part no number, however many.
const LOOSE: &str = " .-()+";
/// Others, with which people part the groups of one number, are at most so many in a row.
const BETWEEN: usize = 2;

/// The text without numbers of eight digits and more.
pub(super) fn masked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let spared = spared(&chars, at);
        if spared > 0 {
            out.extend(chars.iter().skip(at).take(spared));
            at += spared;
        } else if c.is_numeric() {
            let (end, digits) = run(&chars, at);
            if digits < PERSONAL {
                out.extend(chars.iter().skip(at).take(end - at));
                at = end;
            } else {
                out.truncate(out.trim_end_matches(['+', '(']).len());
                out.push_str("[número]");
                at = end + chars.iter().skip(end).take_while(|c| is_unseen(**c)).count();
            }
        } else {
            out.push(*c);
            at += 1;
        }
    }
    out
}

/// Where a number that begins here ends, and of how many digits it is.
fn run(chars: &[char], from: usize) -> (usize, usize) {
    let (mut at, mut digits) = (from, 0);
    loop {
        let more = chars.iter().skip(at).take_while(|c| c.is_numeric()).count();
        at += more;
        digits += more;
        let next = at + gap(chars, at);
        if next == at || spared(chars, next) > 0 {
            return (at, digits);
        }
        at = next;
    }
}

/// How many characters lie between these digits and the next of the same number; none when there are no more.
fn gap(chars: &[char], from: usize) -> usize {
    let mut others = 0;
    for (length, c) in chars.iter().skip(from).enumerate() {
        if c.is_numeric() {
            return length;
        }
        let loose = LOOSE.contains(*c) || *c != '\n' && c.is_whitespace() || is_unseen(*c);
        others += usize::from(!loose);
        if c.is_alphabetic() || others > BETWEEN {
            return 0;
        }
    }
    0
}

/// Characters nobody sees, or that only change the one before: soft hyphens, joiners, directions, variants, accents by themselves, frames of keys.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
}

/// How many characters from here are a date, a time, a price or a few days of a month; none when they are part of something else.
fn spared(chars: &[char], at: usize) -> usize {
    let Some(rest) = chars.get(at..).filter(|_| stands_alone(chars, at)) else { return 0 };
    let found = [price(chars, at), date(rest), time(rest), days(rest)].into_iter().max().unwrap_or_default();
    let after = (rest.get(found), rest.get(found + 1));
    // What goes on is a longer number in the same clothes; only a range goes on with a hyphen.
    let goes_on = match after {
        (Some(next), _) if next.is_numeric() || is_unseen(*next) => true,
        (Some(next), Some(then)) => !next.is_alphanumeric() && !" -\n".contains(*next) && then.is_numeric(),
        _ => false,
    };
    if goes_on { 0 } else { found }
}

/// Whether nothing before belongs to what begins here.
fn stands_alone(chars: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| chars.get(at));
    match (before(1), before(2)) {
        (Some(one), _) if one.is_numeric() || is_unseen(*one) => false,
        (Some(one), Some(two)) => {
            one.is_alphabetic() || " -\n".contains(*one) || !two.is_numeric() && !is_unseen(*two)
        }
        _ => true,
    }
}

/// The number of one to `most` digits a text begins with, and how many they are.
fn figure(rest: &[char], most: usize) -> Option<(u32, usize)> {
    let length = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let value =
        rest.iter().take(length).try_fold(0_u32, |sum, c| sum.checked_mul(10)?.checked_add(c.to_digit(10)?));
    Some((value?, length)).filter(|_| (1..=most).contains(&length))
}

/// `01/12`, `1/12/26`, `01/12/2026`.
fn date(rest: &[char]) -> usize {
    let read = || {
        let (day, first) = figure(rest, 2).filter(|(day, _)| (1..=31).contains(day))?;
        let rest = rest.get(first..)?.strip_prefix(&['/'])?;
        let (_, second) = figure(rest, 2).filter(|(month, _)| (1..=12).contains(month) && day > 0)?;
        let short = first + 1 + second;
        let year = rest.get(second..).and_then(|rest| figure(rest.strip_prefix(&['/'])?, 4));
        Some(match year {
            Some((_, 2)) => short + 3,
            Some((1900..=2100, 4)) => short + 5,
            _ => short,
        })
    };
    read().unwrap_or_default()
}

/// `09:30`.
fn time(rest: &[char]) -> usize {
    let read = || {
        let (_, first) = figure(rest, 2).filter(|(hour, _)| *hour < 24)?;
        let rest = rest.get(first..)?.strip_prefix(&[':'])?;
        let (_, second) = figure(rest, 2).filter(|(minute, length)| *minute < 60 && *length == 2)?;
        Some(first + 1 + second)
    };
    read().unwrap_or_default()
}

/// `1.250,00`, where `R$` stands before it: below a million, for a document has more digits.
fn price(chars: &[char], at: usize) -> usize {
    let before: Vec<char> =
        chars.iter().take(at).rev().copied().filter(|c| !c.is_whitespace()).take(2).collect();
    if before != ['$', 'R'] {
        return 0;
    }
    let read = || {
        let rest = chars.get(at..)?;
        let (_, mut length) = figure(rest, 6)?;
        let thousands = rest.get(length..).and_then(|rest| figure(rest.strip_prefix(&['.'])?, 3));
        if let (Some((_, 3)), 1..=3) = (thousands, length) {
            length += 4;
        }
        let cents = rest.get(length..).and_then(|rest| figure(rest.strip_prefix(&[','])?, 2));
        Some(if let Some((_, 2)) = cents { length + 3 } else { length })
    };
    read().unwrap_or_default()
}

/// `10, 11, 12, 13`: days of a month, one after the other.
fn days(rest: &[char]) -> usize {
    let (mut at, mut last, mut many) = (0, 0, 0);
    while let Some((day, length)) = rest.get(at..).and_then(|rest| figure(rest, 2)) {
        if day <= last || day > 31 {
            return 0;
        }
        (last, many) = (day, many + 1);
        at += length;
        match (rest.get(at), rest.get(at + 1), rest.get(at + 2)) {
            (Some(','), Some(' '), Some(next)) if next.is_numeric() => at += 2,
            (Some(','), Some(next), _) if next.is_numeric() => at += 1,
            _ => break,
        }
    }
    if many > 2 { at } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_whatever_lies_between_its_digits_and_whichever_they_are() {
        for text in [
            "11/98888/7777",
            "123_456_789_09",
            "11 / 98888 / 7777",
            "11,98888,7777",
            "11|98888|7777",
            "11:98888:7777",
            "11*98888#7777",
            "11–98888—7777",
            "11\u{a0}98888\u{a0}7777",
            "11\u{200b}98888\u{200b}\u{200b}\u{200b}7777",
            "1\u{ad}1\u{2060}9\u{feff}8888\u{200d}7777",
            "(11)  -  98888 . 7777",
            "11\n98888\n7777",
            "11📞98888📞7777",
            "1️⃣1️⃣9️⃣8️⃣8️⃣8️⃣8️⃣7️⃣7️⃣7️⃣7️⃣",
            "１１９８８８８７７７７",
            "１１／９８８８８／７７７７",
            "١١٩٨٨٨٨٧٧٧٧",
            "۱۱ ۹۸۸۸۸ ۷۷۷۷",
            "१२३४५६७८९०९",
            "¹¹⁹⁸⁸⁸⁸⁷⁷⁷⁷",
            "①①⑨⑧⑧⑧⑧⑦⑦⑦⑦",
            "𝟏𝟏𝟗𝟖𝟖𝟖𝟖𝟕𝟕𝟕𝟕",
            "123.456.789/09",
            "123/456/789/09",
            "11/12/1988887777",
            "11/9/8888/7777",
            "12:34:56:78:90:9",
            "10:20:30:40:50:6",
            "11, 98, 88, 87, 77, 7",
            "11/12/13/14/15/1",
            "08:15/08:15/08:1",
            "01/12/01/12/01/1",
            "01/12,01/12,01/1",
            "11/98\u{300}888/7777",
        ] {
            assert_eq!(masked(text), "[número]", "{text}");
        }
        for (text, rest) in [
            ("meu zap: +55 (11) 98888-7777.", "meu zap: [número]."),
            ("R$ 12345678909", "R$ [número]"),
            ("R$ 123.456.789,09", "R$ [número]"),
            ("R$ 123.456.789-09", "R$ [número]"),
            ("dia 01/12 98888-7777", "dia 01/12 [número]"),
            ("às 09:30, 98888/7777", "às 09:30, [número]"),
            ("01/12/1988-123.456.789", "01/12/1988-[número]"),
            ("a 98888-7777 b 12345678 c", "a [número] b [número] c"),
        ] {
            assert_eq!(masked(text), rest);
        }
    }

    #[test]
    fn dates_times_prices_and_small_numbers_are_still_understood() {
        for text in [
            "dia 01/12/2026 às 09:30",
            "01/12/2026 09:30",
            "1/12/26, 9:30",
            "01/12, 02/12, 03/12, 04/12",
            "01/12 - 05/12",
            "01/12-05/12",
            "de 01/12/2026 a 05/12/2026",
            "nasci em 07/03/1985",
            "08:00, 08:30, 09:00, 09:30",
            "08:00-12:00 / 14:00-18:00",
            "1) 01/12 09:00\n2) 01/12 09:30\n3) 02/12 10:00\n4) 02/12 10:30",
            "01/12/2026\n02/12/2026\n03/12/2026",
            "R$ 1.250,00",
            "R$ 250,00, 10% de desconto",
            "R$1.250,00 (01/12/2026 às 10:00)",
            "R$ 12.345,00 - 2 vezes",
            "R$ 150",
            "dias 10, 11, 12, 13 e 14",
            "posso 1,2,3,4,5,6,7,8",
            "tenho 2 filhos, de 10 e 12 anos",
            "9h30 ou 10h30",
            "sala 204, 3º andar",
            "das 8 às 12, das 14 às 18",
            "(01/12/2026, 09:30)",
            "[01/12/2026 09:30]",
            "*09:30* 01/12/2026",
            "01/12/2026.",
            "é 01/12/2026? às 09:30!",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
