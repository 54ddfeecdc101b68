//! Half an emoji. JavaScript's `JSON.stringify` writes the half of a surrogate pair that a cut string ends in as `\\ud83d`, which
//! is no character and which `serde_json` refuses. Refusing the post would lose the patient's message for good, because
//! Evolution does not repeat after a 400; so the half becomes U+FFFD.

/// The body with each lone surrogate escape replaced, or `None` when there is none.
pub(super) fn mend(body: &[u8]) -> Option<Vec<u8>> {
    let mut mended = body.to_vec();
    let mut changed = false;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        if byte != b'\\' {
            at += 1;
            continue;
        }
        let unit = escaped_unit(body, at);
        let next = escaped_unit(body, at + 6);
        at += match (unit, next) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                if let Some(hole) = mended.get_mut(at..at + 6) {
                    hole.copy_from_slice(br"\uFFFD");
                    changed = true;
                }
                6
            }
            // Any other escape is two bytes to step over, so that the backslash in `\\\\ud83d` is not taken for one.
            _ => 2,
        };
    }
    changed.then_some(mended)
}

/// The UTF-16 unit of `\uXXXX` at `at`.
fn escaped_unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(br"\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
