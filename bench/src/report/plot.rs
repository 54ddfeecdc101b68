//! Pictures, as SVG that reads on light and on dark.

use std::fmt::Write as _;

use super::number;

const WIDE: f64 = 720.0;
const LABELS: f64 = 200.0;
const STYLE: &str = "<style>text{font:12px system-ui,sans-serif;fill:#333}.q{fill:#777}.a{stroke:#bbb;stroke-width:1}\
.b{stroke:#c2410c;stroke-width:1.5;stroke-dasharray:4 3}.o{fill:#0e7490}.x{fill:#c2410c}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.q{fill:#999}.a{stroke:#555}.o{fill:#22a5bf}.x{fill:#f97316}.b{stroke:#f97316}}</style>";
const COLOURS: [&str; 5] = ["#0e7490", "#c2410c", "#7c3aed", "#15803d", "#a16207"];

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn open(title: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDE} {height}\" width=\"{WIDE}\" height=\"{height}\" role=\"img\">\
         <title>{title}</title>{STYLE}<text x=\"8\" y=\"18\" font-weight=\"600\">{title}</text>\n",
        title = escape(title)
    )
}

/// A bar for each name; beyond `most`, the line of the budget, a bar is of another colour.
#[expect(clippy::cast_precision_loss, reason = "a few bars")]
pub fn bars(title: &str, unit: &str, values: &[(String, f64)], most: Option<f64>) -> String {
    let height = 34.0 + 22.0 * values.len() as f64;
    let largest =
        values.iter().map(|(_, value)| *value).chain(most).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let room = WIDE - LABELS - 90.0;
    let mut svg = open(title, height);
    for (at, (name, value)) in values.iter().enumerate() {
        let (top, long) = (30.0 + 22.0 * at as f64, value / largest * room);
        let class = if most.is_some_and(|most| *value > most) { "x" } else { "o" };
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text><rect class=\"{class}\" x=\"{LABELS}\" y=\"{top:.0}\" \
             width=\"{:.1}\" height=\"14\" rx=\"2\"/><text x=\"{:.1}\" y=\"{:.0}\">{} {unit}</text>",
            LABELS - 8.0,
            top + 11.0,
            escape(name),
            long.max(1.0),
            LABELS + long + 6.0,
            top + 11.0,
            number(*value),
        );
    }
    if let Some(most) = most {
        let x = LABELS + most / largest * room;
        let _ = writeln!(
            svg,
            "<line class=\"b\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"26\" y2=\"{:.0}\"/>",
            height - 4.0
        );
    }
    svg + "</svg>\n"
}

/// A line of a picture.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// How high it is at each tick, in their order.
    pub points: Vec<f64>,
}

const LEFT: f64 = 60.0;
const BOTTOM: f64 = 250.0;
const TOP: f64 = 34.0;
const ROOM: f64 = WIDE - LEFT - 196.0;

/// Lines over ticks that stand equally far apart: a size is two numbers, and no axis of one of them has a place of its own for each.
#[expect(clippy::cast_precision_loss, reason = "a few ticks")]
pub fn lines(title: &str, across: &str, up: &str, ticks: &[String], series: &[Series]) -> String {
    let largest = series.iter().flat_map(|one| one.points.iter().copied()).fold(f64::MIN_POSITIVE, f64::max);
    let step = ROOM / ticks.len().saturating_sub(1).max(1) as f64;
    let place = |at: usize, y: f64| (LEFT + at as f64 * step, BOTTOM - y / largest / 1.1 * (BOTTOM - TOP));
    let mut svg = open(title, BOTTOM + 50.0);
    scale(&mut svg, largest);
    for (at, tick) in ticks.iter().enumerate() {
        let (x, _) = place(at, 0.0);
        let (y, text) = (BOTTOM + 16.0, escape(tick));
        let _ =
            writeln!(svg, "<text class=\"q\" x=\"{x:.1}\" y=\"{y:.0}\" text-anchor=\"middle\">{text}</text>");
    }
    let (x, y, across, up) = (LEFT + ROOM / 2.0, BOTTOM + 36.0, escape(across), escape(up));
    let _ = writeln!(
        svg,
        "<text class=\"q\" x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"middle\">{across}</text><text class=\"q\" x=\"8\" y=\"{TOP}\">{up}</text>"
    );
    let mut y = TOP + 10.0;
    for (one, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        let path: Vec<(f64, f64)> = one.points.iter().enumerate().map(|(at, y)| place(at, *y)).collect();
        line(&mut svg, colour, &path);
        let (square, words, name) = (LEFT + ROOM + 16.0, LEFT + ROOM + 32.0, escape(&one.name));
        let _ = writeln!(
            svg,
            "<rect x=\"{square:.0}\" y=\"{:.0}\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{words:.0}\" y=\"{y:.0}\">{name}</text>",
            y - 9.0
        );
        y += 20.0;
    }
    svg + "</svg>\n"
}

/// The ground, and four lines above it with what they stand for.
fn scale(svg: &mut String, largest: f64) {
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (y, right, text) = (BOTTOM - part / 1.1 * (BOTTOM - TOP), LEFT + ROOM, number(largest * part));
        let _ = writeln!(
            svg,
            "<line class=\"a\" x1=\"{LEFT}\" x2=\"{right:.0}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke-opacity=\".5\"/>\
             <text class=\"q\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
}

fn line(svg: &mut String, colour: &str, path: &[(f64, f64)]) {
    let points: Vec<String> = path.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let points = points.join(" ");
    let _ =
        writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
    for (x, y) in path {
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_place_of_its_own() {
        let ticks = ["10/10.000", "10.000/10.000", "10.000/10.000.000"].map(str::to_owned);
        let svg = lines(
            "t",
            "x",
            "ms",
            &ticks,
            &[Series { name: "agenda".to_owned(), points: vec![1.0, 2.0, 4.0] }],
        );
        for tick in &ticks {
            assert!(svg.contains(&format!(">{tick}</text>")), "{tick}: {svg}");
        }
        assert!(svg.contains("points=\"60.0,200.9 292.0,151.8 524.0,53.6\""), "{svg}");
    }

    #[test]
    fn one_size_is_a_point() {
        let svg = lines(
            "t",
            "x",
            "ms",
            &["10/10".to_owned()],
            &[Series { name: "a".to_owned(), points: vec![1.0] }],
        );
        assert!(svg.contains("cx=\"60.0\"") && !svg.contains("NaN"), "{svg}");
    }
}
