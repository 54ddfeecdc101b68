//! An invoice as a PDF: one page, or more when the lines need them, with the Pix to pay with. Fonts are those every reader has.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::db::faturas::{Fatura, FaturaItem};
use crate::portuguese::reais;
use crate::whatsapp::qr;

/// A4, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
const RIGHT: f32 = WIDTH - MARGIN;
/// Below it a new page begins.
const BOTTOM: f32 = 72.0;
/// Between lines.
const LEADING: f32 = 15.0;
/// Characters of a line of the table, and of a Pix.
const COLUMNS: usize = 72;
const PIX_COLUMNS: usize = 58;
const SIDE: f32 = 150.0;

const TEXT: &[u8] = b"T";
const BOLD: &[u8] = b"B";
const FIXED: &[u8] = b"C";
const FONTS: [(&[u8], &[u8]); 3] = [(TEXT, b"Helvetica"), (BOLD, b"Helvetica-Bold"), (FIXED, b"Courier")];

/// The pages of a document being written, from top to bottom.
struct Sheet {
    done: Vec<Content>,
    page: Content,
    y: f32,
}

impl Sheet {
    fn new() -> Self {
        Self { done: Vec::new(), page: Content::new(), y: HEIGHT - MARGIN }
    }

    /// Goes down, to a new page where this one ends.
    fn down(&mut self, by: f32) {
        self.y -= by;
        if self.y < BOTTOM {
            self.done.push(std::mem::replace(&mut self.page, Content::new()));
            self.y = HEIGHT - MARGIN;
        }
    }

    fn text(&mut self, font: &[u8], size: f32, x: f32, text: &str) {
        self.page.begin_text();
        self.page.set_font(Name(font), size);
        self.page.next_line(x, self.y);
        self.page.show(Str(&encoded(text)));
        self.page.end_text();
    }

    /// An amount, its end at the right margin. Only digits, signs and `R$` are as wide as is reckoned here.
    fn amount(&mut self, font: &[u8], size: f32, text: &str) {
        let thousandths: f32 = text.chars().map(width).sum();
        self.text(font, size, RIGHT - thousandths * size / 1000.0, text);
    }

    fn rule(&mut self) {
        self.page.set_line_width(0.5);
        self.page.move_to(MARGIN, self.y).line_to(RIGHT, self.y).stroke();
    }

    /// The code as squares, its upper left corner here.
    fn code(&mut self, text: &str) {
        let Some((width, dark)) = qr::modules(text) else { return };
        let Ok(count) = u16::try_from(width) else { return };
        let side = SIDE / f32::from(count);
        let at = |place: usize| u16::try_from(place).map_or(0.0, f32::from) * side;
        for (row, modules) in dark.chunks(width).enumerate() {
            for (column, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
                self.page.rect(MARGIN + at(column), self.y - at(row) - side, side, side);
            }
        }
        self.page.fill_nonzero();
    }

    fn finish(mut self, title: &str) -> Vec<u8> {
        self.done.push(self.page);
        let mut ids = (1..).map(Ref::new);
        let mut next = || ids.next().unwrap_or(Ref::new(1));
        let (catalog, tree, info) = (next(), next(), next());
        let fonts = FONTS.map(|(name, base)| (name, base, next()));
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr("pt-BR"));
        pdf.document_info(info).title(TextStr(title));
        let pages: Vec<_> = self.done.into_iter().map(|content| (next(), next(), content)).collect();
        pdf.pages(tree)
            .kids(pages.iter().map(|(page, ..)| *page))
            .count(i32::try_from(pages.len()).unwrap_or(1));
        for (id, stream, content) in pages {
            let mut page = pdf.page(id);
            page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(stream);
            let mut resources = page.resources();
            let mut known = resources.fonts();
            for (name, _, font) in fonts {
                known.pair(Name(name), font);
            }
            known.finish();
            resources.finish();
            page.finish();
            pdf.stream(stream, &content.finish());
        }
        for (_, base, font) in fonts {
            pdf.type1_font(font).base_font(Name(base)).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        pdf.finish()
    }
}

/// How wide a character of an amount is in Helvetica, in thousandths of its size.
fn width(c: char) -> f32 {
    match c {
        '.' | ',' | ' ' => 278.0,
        '-' => 333.0,
        'R' => 722.0,
        _ => 556.0,
    }
}

/// Windows-1252, as far as Portuguese needs it.
fn encoded(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '–' => 0x96,
        '—' => 0x97,
        '…' => 0x85,
        '’' => 0x92,
        c => u8::try_from(u32::from(c)).ok().filter(|byte| !(0x80..0xa0).contains(byte)).unwrap_or(b'?'),
    };
    text.chars().filter(|c| !c.is_control()).map(byte).collect()
}

/// Cuts a text into lines of so many characters, between words where there are any.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        for part in word.chars().collect::<Vec<_>>().chunks(columns) {
            let full = lines.last().is_none_or(|line| line.chars().count() + part.len() > columns);
            if full {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.extend(part);
            }
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

/// A CPF or a CNPJ as it is read.
fn documento(text: &str) -> String {
    let mask = if text.len() == 11 { "###.###.###-##" } else { "##.###.###/####-##" };
    let mut digits = text.chars();
    mask.chars().map_while(|place| if place == '#' { digits.next() } else { Some(place) }).collect()
}

/// The invoice as a file.
pub fn render(fatura: &Fatura, clinica: &str, items: &[FaturaItem]) -> Vec<u8> {
    let title = format!("Fatura {} de {}", fatura.id, fatura.competencia.strftime("%m/%Y"));
    let mut sheet = Sheet::new();
    sheet.text(BOLD, 18.0, MARGIN, "Horário Inteligente");
    sheet.down(26.0);
    sheet.text(BOLD, 13.0, MARGIN, &title);
    sheet.down(22.0);
    head(&mut sheet, fatura, clinica);
    sheet.rule();
    sheet.down(LEADING + 3.0);
    for item in items {
        let mut lines = wrapped(&item.descricao, COLUMNS).into_iter();
        sheet.text(TEXT, 10.0, MARGIN, &lines.next().unwrap_or_default());
        sheet.amount(TEXT, 10.0, &reais(item.total_centavos));
        for line in lines {
            sheet.down(LEADING - 2.0);
            sheet.text(TEXT, 10.0, MARGIN, &line);
        }
        sheet.down(LEADING);
    }
    sheet.rule();
    sheet.down(LEADING + 3.0);
    sheet.text(BOLD, 12.0, MARGIN, "Total");
    sheet.amount(BOLD, 12.0, &reais(fatura.total_centavos));
    sheet.down(30.0);
    if let Some(pix) = &fatura.pix {
        pay(&mut sheet, pix);
    }
    sheet.text(TEXT, 8.0, MARGIN, "Este documento é uma fatura de serviço e não substitui a nota fiscal.");
    sheet.finish(&title)
}

fn head(sheet: &mut Sheet, fatura: &Fatura, clinica: &str) {
    let mut payer = fatura.pagador_nome.clone();
    if let Some(text) = &fatura.pagador_documento {
        payer = format!("{payer}, {}", documento(text));
    }
    let state = match (fatura.estado.as_str(), fatura.paga_em) {
        ("paga", Some(at)) => {
            let day = jiff::tz::TimeZone::get("America/Sao_Paulo")
                .map(|zone| at.to_zoned(zone).strftime("%d/%m/%Y").to_string());
            format!("Paga em {}", day.unwrap_or_default())
        }
        ("isenta", _) => "Nada a pagar".to_owned(),
        ("cancelada", _) => "Cancelada".to_owned(),
        ("estornada", _) => "Pagamento devolvido".to_owned(),
        _ => format!("Vencimento: {}", fatura.vencimento.strftime("%d/%m/%Y")),
    };
    for line in [format!("Clínica: {clinica}"), format!("Pagador: {payer}"), state] {
        for part in wrapped(&line, COLUMNS + 12) {
            sheet.text(TEXT, 10.0, MARGIN, &part);
            sheet.down(LEADING);
        }
    }
}

fn pay(sheet: &mut Sheet, pix: &str) {
    if sheet.y - SIDE - 6.0 * LEADING < BOTTOM {
        sheet.down(HEIGHT);
    }
    sheet.text(BOLD, 11.0, MARGIN, "Pague com Pix");
    sheet.down(10.0);
    sheet.code(pix);
    sheet.down(SIDE + 18.0);
    sheet.text(TEXT, 9.0, MARGIN, "Ou copie e cole este código no aplicativo do seu banco:");
    sheet.down(LEADING);
    for line in wrapped(pix, PIX_COLUMNS) {
        sheet.text(FIXED, 9.0, MARGIN, &line);
        sheet.down(11.0);
    }
    sheet.down(LEADING);
}

/// The invoice as an answer, to be kept as a file.
pub fn answer(fatura: &Fatura, clinica: &str, items: &[FaturaItem]) -> Response {
    let name =
        format!("attachment; filename=\"fatura-{}-{}.pdf\"", fatura.competencia.strftime("%Y-%m"), fatura.id);
    let name = HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/pdf")), (CONTENT_DISPOSITION, name)];
    (headers, render(fatura, clinica, items)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_inside_what_is_longer() {
        assert_eq!(wrapped("um dois três", 8), ["um dois ", "três"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), Vec::<String>::new());
    }

    #[test]
    fn documents_are_read_as_they_are_written_on_paper() {
        assert_eq!(documento("52998224725"), "529.982.247-25");
        assert_eq!(documento("11222333000181"), "11.222.333/0001-81");
    }

    #[test]
    fn portuguese_is_written_as_it_is_and_nothing_else_breaks_the_file() {
        assert_eq!(encoded("Clínica São João – ção"), b"Cl\xednica S\xe3o Jo\xe3o \x96 \xe7\xe3o");
        assert_eq!(encoded("日本\u{202e}\u{7}\u{85}"), b"???");
    }
}
