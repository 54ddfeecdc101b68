//! How long a recording is, read from the recording: what its sender says of it is not proof. Ogg pages (RFC 3533, 6) that hold Opus (RFC 7845).
//!
//! Two things tell it, and the larger counts. The pages carry positions, which a sender can write as they like; and each packet says how much
//! sound is in it (RFC 6716, 3.1), which is what a server decodes and is paid for.

use std::time::Duration;

/// Opus counts its samples at this rate, whatever it was recorded at (RFC 7845, 4).
pub(super) const RATE: u64 = 48_000;
/// Where a page's table of segments begins; before it stands how many there are.
const TABLE: usize = 27;
/// What a packet holds at most, in samples: 120 ms.
const MOST: u64 = 5_760;
/// What an empty packet, one that was lost, is filled with: the usual 20 ms.
const LOST: u64 = 960;

/// The length in whole seconds, if these are pages and they hold anything.
pub(super) fn length(bytes: &[u8]) -> Option<Duration> {
    if !bytes.starts_with(b"OggS") {
        return None;
    }
    let samples = furthest(bytes).max(decoded(bytes));
    (samples > 0).then(|| Duration::from_secs(samples / RATE))
}

/// The furthest position at the end of any page: the last may say what its sender likes.
fn furthest(bytes: &[u8]) -> u64 {
    let pages = bytes.windows(14).filter(|window| window.starts_with(b"OggS"));
    let positions = pages.filter_map(|page| page.get(6..14)?.try_into().ok().map(u64::from_le_bytes));
    // A page on which no packet ends has none (RFC 3533, 6).
    positions.filter(|position| *position != u64::MAX).max().unwrap_or_default()
}

/// The samples of all packets. What lies between pages is passed over, as decoders do.
fn decoded(bytes: &[u8]) -> u64 {
    let (mut at, mut samples, mut goes_on) = (0, 0_u64, false);
    while let Some(rest) = bytes.get(at..) {
        match page(rest, goes_on) {
            Some(page) => {
                samples = samples.saturating_add(page.samples);
                goes_on = page.goes_on;
                at += page.length;
            }
            None if rest.is_empty() => break,
            None => {
                let next = rest.windows(4).skip(1).position(|window| window == b"OggS");
                let Some(next) = next else { break };
                at += next + 1;
            }
        }
    }
    samples
}

/// A page that was read.
struct Page {
    length: usize,
    samples: u64,
    /// Whether its last packet goes on in the next.
    goes_on: bool,
}

/// The page at the beginning of `bytes`; a body that is cut off counts as far as it goes.
fn page(bytes: &[u8], goes_on: bool) -> Option<Page> {
    if !bytes.starts_with(b"OggS") {
        return None;
    }
    let segments = usize::from(*bytes.get(TABLE - 1)?);
    let table = bytes.get(TABLE..TABLE + segments)?;
    // The flag alone proves nothing: a packet goes on only where one was left open.
    let mut inside = goes_on && bytes.get(5).is_some_and(|flags| flags & 1 == 1);
    let (mut at, mut samples) = (TABLE + segments, 0_u64);
    for lacing in table {
        if !inside {
            let size = usize::from(*lacing);
            let packet = bytes.get(at..).unwrap_or_default();
            samples = samples.saturating_add(samples_of(packet.get(..size).unwrap_or(packet)));
        }
        at += usize::from(*lacing);
        // A packet ends with the first segment that is not full.
        inside = *lacing == 255;
    }
    Some(Page { length: at, samples, goes_on: inside })
}

/// The samples of a packet, by its first bytes.
fn samples_of(packet: &[u8]) -> u64 {
    if packet.starts_with(b"OpusHead") || packet.starts_with(b"OpusTags") {
        return 0;
    }
    let Some(toc) = packet.first() else { return LOST };
    let frame = match (toc >> 3, (toc >> 3) % 4) {
        (0..=11, 3) => 2_880,
        (0..=11, 2) => 1_920,
        (0..=11, 0) | (12..=15, 0 | 2) | (16.., 2) => 480,
        (16.., 0) => 120,
        (16.., 1) => 240,
        _ => 960,
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).copied().unwrap_or_default() & 0x3f),
    };
    (frame * frames).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that ends at `position`, with these packets, each shorter than a segment.
    fn page_of(position: u64, flags: u8, packets: &[&[u8]]) -> Vec<u8> {
        let mut page = [&b"OggS\0"[..], &[flags], &position.to_le_bytes(), &[0; 12]].concat();
        page.push(u8::try_from(packets.len()).unwrap());
        page.extend(packets.iter().map(|packet| u8::try_from(packet.len()).unwrap()));
        page.extend(packets.concat());
        page
    }

    /// A recording that really has `seconds` in packets of 60 ms, and says it has `said` of them.
    fn recording(seconds: u64, said: u64) -> Vec<u8> {
        let mut bytes = page_of(0, 2, &[b"OpusHead\x01\x01"]);
        bytes.extend(page_of(0, 0, &[b"OpusTags"]));
        // 60 ms of SILK in one frame.
        let packet: &[u8] = &[3 << 3, 7, 7, 7];
        let (mut left, mut at) = (seconds * 1000 / 60, 0);
        while left > 0 {
            let many = left.min(50);
            left -= many;
            at += many * 2_880;
            let packets = vec![packet; usize::try_from(many).unwrap()];
            bytes.extend(page_of(at.min(said * RATE), 0, &packets));
        }
        bytes
    }

    #[test]
    fn an_honest_recording_is_as_long_as_its_pages_and_its_packets_say() {
        for seconds in [3, 60, 180] {
            assert_eq!(length(&recording(seconds, seconds)), Some(Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn pages_that_say_one_second_of_an_hour_are_not_believed() {
        assert_eq!(length(&recording(3600, 1)), Some(Duration::from_hours(1)));
        assert_eq!(length(&recording(3600, 0)), Some(Duration::from_hours(1)), "nor that say nothing");
        // Positions that say more than there is are believed.
        let long = [recording(6, 6), page_of(RATE * 600, 0, &[])].concat();
        assert_eq!(length(&long), Some(Duration::from_mins(10)));
    }

    #[test]
    fn packets_hide_behind_no_flag_and_in_no_form() {
        let many = |packet: &[u8], flags: u8| {
            let packets = vec![packet; 250];
            page_of(1, flags, &packets).repeat(10)
        };
        // 2500 packets: of 20 ms said to go on; of two frames of 20 ms; of six of them; of 20 ms of CELT; empty ones.
        for (packet, flags, seconds) in [
            (&[1 << 3, 9][..], 1, 50),
            (&[(1 << 3) | 1, 9, 9], 0, 100),
            (&[(1 << 3) | 3, 6, 9], 0, 300),
            (&[(31 << 3), 9], 0, 50),
            (&[], 0, 50),
            (&[(3 << 3) | 3, 63], 0, 300),
        ] {
            assert_eq!(length(&many(packet, flags)), Some(Duration::from_secs(seconds)), "{packet:?}");
        }
    }

    #[test]
    fn a_packet_over_two_pages_is_one_and_rubbish_stops_nobody() {
        let mut first = page_of(u64::MAX, 0, &[]);
        first.pop();
        first.push(1);
        first.push(255);
        first.extend([1 << 3; 255]);
        let second = page_of(RATE, 1, &[&[1 << 3; 9]]);
        assert_eq!(decoded(&[first.clone(), second.clone()].concat()), 960);
        let cut = [&second[..], b"lixo", &first[..40]].concat();
        assert_eq!(decoded(&cut), 960 * 2, "what is cut off counts as far as it goes");
        for none in [&b""[..], b"ID3", b"OggS", b"OggSOggSOggS"] {
            assert_eq!(length(none), None);
        }
        assert_eq!(length(&page_of(0, 2, &[b"OpusHead"])), None, "a head alone");
    }
}
