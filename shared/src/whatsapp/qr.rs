//! The code that links a phone, as a picture and as lines of a terminal.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// The white border phones need, in modules.
const BORDER: usize = 4;

/// An SVG as the address of an image: no request carries the code once more, and no script can be in it.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = width + 2 * BORDER;
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while let Some(color) = row.get(x) {
            // One rectangle for each run of dark modules.
            let run = row.iter().skip(x).take_while(|next| *next == color).count();
            if *color == Color::Dark {
                write!(path, "M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER).ok()?;
            }
            x += run;
        }
    }
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    );
    Some(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)))
}

/// How many modules a side has, and which are dark, row by row, without a border. None for a text no code holds.
pub fn modules(text: &str) -> Option<(usize, Vec<bool>)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let dark = code.to_colors().into_iter().map(|color| color == Color::Dark);
    Some((code.width(), dark.collect()))
}

/// Lines of half blocks, dark on light whatever the terminal's colours are. None for a text no code holds.
pub fn lines(text: &str) -> Option<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = width + 2 * BORDER;
    let dark = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(BORDER).filter(|at| *at < width);
        let place = inside(x).zip(inside(y)).map(|(x, y)| y * width + x);
        place.and_then(|place| colors.get(place)).is_some_and(|color| *color == Color::Dark)
    };
    let line = |y: usize| {
        let blocks = (0..side).map(|x| match (dark(x, y), dark(x, y + 1)) {
            (false, false) => ' ',
            (true, false) => '▀',
            (false, true) => '▄',
            (true, true) => '█',
        });
        // Black on white: a phone does not read a light code on a dark ground.
        format!("\u{1b}[30;107m{}\u{1b}[0m", blocks.collect::<String>())
    };
    Some((0..side).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let text = "2@abc,def,ghi";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let encoded = svg(text).unwrap();
        let svg = STANDARD.decode(encoded.strip_prefix("data:image/svg+xml;base64,").unwrap()).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        let drawn: usize = svg
            .split('h')
            .filter_map(|rest| rest.split_once("v1").and_then(|(run, _)| run.parse::<usize>().ok()))
            .sum();
        assert_eq!(drawn, dark);
        assert!(!svg.contains(text));
    }

    #[test]
    fn a_terminal_shows_the_same_modules() {
        let text = "2@abc,def,ghi";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let shown: usize = lines(text)
            .unwrap()
            .iter()
            .flat_map(|line| line.chars())
            .map(|block| match block {
                '▀' | '▄' => 1,
                '█' => 2,
                _ => 0,
            })
            .sum();
        assert_eq!(shown, dark);
        assert!(lines(&"x".repeat(4000)).is_none());
    }
}
