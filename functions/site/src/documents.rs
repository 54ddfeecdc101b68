//! Documents as pages: `docs/problemas.md`, what the `type` of every refusal points to (RFC 9457, 3.1.1), and `docs/termos.md`, the terms of use.
//!
//! They have titles, paragraphs, bold and code and nothing else, so that is all that is read; what else somebody may write there
//! stays text.

use shared::domain::termos;

/// What stands in a page where something goes, and what goes there.
const PLACES: [(&str, &str); 2] = [
    ("<!-- docs/problemas.md -->", include_str!("../../../docs/problemas.md")),
    ("<!-- docs/termos.md -->", include_str!("../../../docs/termos.md")),
];
/// Where the version of the terms goes.
const VERSION: &str = "{versao-dos-termos}";

/// A page with its documents in their places.
pub fn page(frame: &str) -> String {
    let page = frame.replace(VERSION, termos::VERSAO);
    PLACES.iter().fold(
        page,
        |page, (place, document)| {
            if page.contains(place) { page.replace(place, &markup(document)) } else { page }
        },
    )
}

fn markup(document: &str) -> String {
    document.split("\n\n").map(|block| paragraph(block.trim()) + "\n").collect()
}

fn paragraph(block: &str) -> String {
    if let Some(title) = block.strip_prefix("# ") {
        format!("<h1>{}</h1>", escaped(title))
    } else if let Some(slug) = block.strip_prefix("## ") {
        let title = escaped(slug);
        let slug = title.to_lowercase().replace(' ', "-");
        format!("<h2 id=\"{slug}\">{title}</h2>")
    } else {
        format!("<p>{}</p>", paired(&paired(&escaped(block), "**", "strong"), "`", "code"))
    }
}

/// Every second mark closes what the one before opened.
fn paired(text: &str, mark: &str, tag: &str) -> String {
    let parts = text.split(mark).enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<{tag}>{part}</{tag}>") } else { part.to_owned() })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_bold_and_code_become_markup_and_the_rest_stays_text() {
        let document = "# Um & dois\n\n## tres-quatro\n\n## Cinco e seis\n\n**404** · A <b> com\n`x_y`.\n";
        assert_eq!(
            markup(document),
            "<h1>Um &amp; dois</h1>\n<h2 id=\"tres-quatro\">tres-quatro</h2>\n<h2 id=\"cinco-e-seis\">Cinco e seis</h2>\n\
             <p><strong>404</strong> · A &lt;b&gt; com\n<code>x_y</code>.</p>\n"
        );
    }
}
